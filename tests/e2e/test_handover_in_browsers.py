"""A consultation as all three see it: a visitor and two experts, each in a real browser of their own.

On SQLite everybody is on one server; on PostgreSQL and Redis the visitor and the experts are on different ones, and a
worker answers.
"""

from collections.abc import Iterator
from contextlib import ExitStack
from pathlib import Path

import pytest
from playwright.sync_api import Browser, Page, expect

from bot.engine import Engine
from connectors.people.model import Role
from tests.connectors.console.people import PASSWORD, Expert, prepare
from tests.connectors.test_many_processes import own_redis
from tests.e2e.console_page import DESKTOP, WATCH_ANNOUNCER, ConsolePage
from tests.e2e.people_chat import Visit
from tests.e2e.test_chat_page import PHONE
from tests.postgres import own_schema
from tests.servers import Server, Worker

pytestmark = pytest.mark.browser
PEOPLE: dict[str, Role] = {"山田": "expert", "佐藤": "supervisor"}


@pytest.fixture(params=["sqlite", pytest.param("postgres", marks=pytest.mark.postgres)])
def servers(
    request: pytest.FixtureRequest, engine: Engine, cache_folder: Path, tmp_path: Path
) -> Iterator[tuple[Server, Server]]:
    """Those of the visitor and of the experts."""
    with ExitStack() as stack:
        if request.param == "sqlite":
            prepare(f"sqlite:///{tmp_path / 'sodan.db'}", PEOPLE)
            one = Server(tmp_path, cache_folder).start()
            stack.callback(one.stop)
            yield one, one
            return
        database = stack.enter_context(own_schema())
        redis, _ = stack.enter_context(own_redis(tmp_path))
        prepare(database, PEOPLE)
        shared = {"database_url": database, "redis_url": redis}
        apart = [Server(tmp_path / name, cache_folder, {**shared, "workers": "0"}) for name in ("visitors", "experts")]
        for process in (*apart, Worker(tmp_path / "worker", cache_folder, shared)):
            process.start()
            stack.callback(process.stop)
        yield apart[0], apart[1]


def page_of(chromium: Browser, size: dict[str, int]) -> Page:
    context = chromium.new_context(viewport=size, locale="ja-JP")  # type: ignore[arg-type]
    context.set_default_timeout(15_000)
    page = context.new_page()
    page.add_init_script(WATCH_ANNOUNCER)
    return page


def at_the_desk(chromium: Browser, server: Server, name: str) -> ConsolePage:
    console = ConsolePage(page_of(chromium, DESKTOP), server.url)
    console.page.goto(f"{server.url}/console")
    console.page.get_by_label("利用者名").fill(name)
    console.page.get_by_label("パスワード").fill(PASSWORD)
    console.press("ログイン")
    expect(console.page.locator(".sidebar")).to_be_visible()
    return console


def test_a_consultation_with_a_transfer(chromium: Browser, servers: tuple[Server, Server]) -> None:
    theirs, ours = servers
    Expert(ours, "佐藤").http.patch("/session", json={"away": True})
    visit = Visit(page_of(chromium, PHONE), theirs.url).open()
    yamada, sato = (at_the_desk(chromium, ours, name) for name in PEOPLE)

    visit.asks_for_a_person()
    yamada.rows.first.click()
    yamada.press("対応を始める")
    visit.reads("専門家の山田(中小企業診断士)が参加しました")
    yamada.say("まず、状況を教えてください。")
    visit.reads("まず、状況を教えてください。")
    visit.say("後継者がいません")
    expect(yamada.theirs.last).to_contain_text("後継者がいません")

    expect(sato.rows).to_have_count(1)
    sato.rows.first.click()
    expect(sato.page.locator(".bar")).to_contain_text("山田さんが対応中です")
    expect(sato.field).to_be_hidden()
    sato.press("引き取る")
    sato.dialog.get_by_role("button", name="引き取る").click()
    sato.say("佐藤です。代わりました。")

    visit.reads("佐藤です。代わりました。")
    expect(yamada.field).to_be_hidden()
    for page in (visit.page, yamada.page, sato.page):
        page.context.close()
