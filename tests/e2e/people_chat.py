"""A visitor at the chat page and a server with experts: what tests of the hand-over in the browser are played with."""

import json
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import pytest
from playwright.sync_api import Browser, BrowserContext, Page, expect

from bot.engine import Engine
from tests.connectors.console.people import Expert, eventually, office
from tests.e2e.test_chat_page import PHONE, WATCH_ANNOUNCER, WATCH_VIOLATIONS, Chat, until
from tests.servers import Server

QUESTION = "事業承継について相談したいです。後継者がいません"
OPEN = {"queued", "assigned", "active"}


class Visit(Chat):
    """What a visitor does and sees where people are concerned."""

    def __init__(self, page: Page, url: str) -> None:
        super().__init__(page, url)
        self.standing = page.locator(".standing")
        self.experts = page.locator(".entry--expert")
        self.notices = page.locator(".entry--system")
        self.dialog = page.locator("dialog")

    def open(self) -> "Visit":
        super().open()
        return self

    def press(self, name: str, within: str = "body") -> None:
        self.page.locator(within).get_by_role("button", name=name, exact=True).first.click()

    def asks_for_a_person(self) -> None:
        """Presses the button of the start screen and says what it is about."""
        self.press("人に相談する", ".start")
        expect(self.bot).to_have_count(1)
        self.say(QUESTION)
        expect(self.standing).to_be_visible()

    def reads(self, text: str) -> None:
        expect(self.page.locator(".log")).to_contain_text(text)

    def resumes(self, code: str) -> None:
        """Types a code into the dialog."""
        self.press("受付番号で再開", ".start")
        self.dialog.get_by_label("受付番号").fill(code)
        self.press("再開する", "dialog")

    def spoken(self) -> list[str]:
        said: list[str] = self.page.evaluate("window.spoken")
        return said

    def stands(self, owner: str, **more: Any) -> None:
        """The fed stream says how the conversation stands."""
        until(self.page, "feed.controller !== null")
        status = json.dumps({"owner": owner, "open": True, **more})
        self.page.evaluate("status => feed.push(`event: status\\ndata: ${status}\\n\\n`)", status)


NewVisit = Callable[..., Visit]


class Desk:
    """The experts' side of a server that tests share."""

    def __init__(self, server: Server) -> None:
        self.server = server
        self.supervisor = self._away("佐藤")
        self.yamada = self._away("山田")

    def _away(self, name: str) -> Expert:
        expert = Expert(self.server, name)
        expert.http.patch("/session", json={"away": True})
        return expert

    def comes(self) -> None:
        """山田 takes chats from now on."""
        self.yamada.http.patch("/session", json={"away": False})

    def takes_up(self) -> dict[str, Any]:
        """山田 comes, is given the chat that waits and takes it up."""
        self.comes()
        row = self.yamada.gets("assigned")
        assert self.yamada.claims(row).status_code == 200
        return row

    def seq_of(self, row: dict[str, Any], text: str) -> int:
        """The number of the message that reads so, once it has arrived."""

        def look() -> int | None:
            lines = self.yamada.http.get(f"/handoffs/{row['id']}/messages").json()["messages"]
            return next((line["seq"] for line in lines if line["text"] == text), None)

        return eventually(look, f"「{text}」")

    def shut(self, closed: bool) -> None:
        """Closes the office at once, or opens it again."""
        answer = self.supervisor.http.put("/hours/closed-now", json={"closed": closed, "note": ""})
        assert answer.status_code == 200, answer.text

    def tidy(self) -> None:
        """Whatever a test leaves behind must not come first in the next."""
        self.shut(False)
        self.yamada.http.patch("/session", json={"away": True})
        for row in self.supervisor.board():
            if row["status"] in OPEN:
                self.supervisor.post(f"/handoffs/{row['id']}/takeover")
                self.supervisor.closes(row)


@pytest.fixture(scope="session")
def staffed_server(engine: Engine, cache_folder: Path, tmp_path_factory: pytest.TempPathFactory) -> Iterator[Server]:
    """A server that is open today (`engine` makes sure that the index is built)."""
    people = {"山田": "expert", "佐藤": "supervisor"}
    with office(tmp_path_factory.mktemp("staffed"), cache_folder, people) as server:  # type: ignore[arg-type]
        yield server


@pytest.fixture
def desk(staffed_server: Server) -> Iterator[Desk]:
    desk = Desk(staffed_server)
    yield desk
    desk.tidy()


@pytest.fixture
def new_visit(chromium: Browser, staffed_server: Server) -> Iterator[NewVisit]:
    """Makes visits, each in a browser profile of its own; in the end no page may have complained."""
    contexts: list[BrowserContext] = []
    errors: list[str] = []

    def make(*scripts: str, context: BrowserContext | None = None, **options: Any) -> Visit:
        if context is None:
            context = chromium.new_context(**{"viewport": PHONE, "locale": "ja-JP", **options})
            context.set_default_timeout(15_000)
            contexts.append(context)
        page = context.new_page()
        page.on("pageerror", lambda error: errors.append(str(error)))
        for script in (WATCH_VIOLATIONS, WATCH_ANNOUNCER, *scripts):
            page.add_init_script(script)
        return Visit(page, staffed_server.url)

    yield make
    violations = [page.evaluate("window.violations") for context in contexts for page in context.pages]
    for context in contexts:
        context.close()
    assert errors == []
    assert [found for found in violations if found] == []


@pytest.fixture
def visit(new_visit: NewVisit) -> Visit:
    return new_visit().open()


@pytest.fixture(scope="session")
def axe() -> str:
    import axe_playwright_python

    return (Path(axe_playwright_python.__file__).parent / "axe.min.js").read_text(encoding="utf-8")


def check(page: Page, axe: str, state: str) -> None:
    """Neither axe nor the narrowness of the screen may find anything in this state."""
    page.evaluate(axe)
    found: dict[str, Any] = page.evaluate("axe.run(document, { rules: { 'target-size': { enabled: true } } })")
    assert [f"{one['id']}: {[node['target'] for node in one['nodes']]}" for one in found["violations"]] == [], state
    assert page.evaluate("document.documentElement.scrollWidth <= innerWidth"), state
