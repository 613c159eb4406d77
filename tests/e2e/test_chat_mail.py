"""The answer by e-mail as a visitor asks for it on the page, in a real Chromium with a real mail server behind."""

from collections.abc import Iterator
from pathlib import Path

import pytest
from playwright.sync_api import Locator, expect

from bot.engine import Engine
from connectors.people.model import Role
from tests.connectors.console.people import eventually, office
from tests.connectors.mail.test_mail_over_http import day_comes
from tests.e2e.people_chat import Desk, NewVisit, Visit, check
from tests.mail_house import MailHouse, mail_house
from tests.servers import Server

pytestmark = pytest.mark.browser
TARO = "taro@example.jp"
LABEL = "メールでも受け取る(任意)"


@pytest.fixture(scope="module")
def house() -> Iterator[MailHouse]:
    with mail_house() as running:
        yield running


@pytest.fixture(scope="module")
def staffed_server(
    house: MailHouse, engine: Engine, cache_folder: Path, tmp_path_factory: pytest.TempPathFactory
) -> Iterator[Server]:
    """In the place of the server that mails nothing."""
    people: dict[str, Role] = {"山田": "expert", "佐藤": "supervisor"}
    settings = {"smtp_url": house.url, "mail_from": "経営相談チャット <soudan@example.jp>"}
    with office(tmp_path_factory.mktemp("mailing"), cache_folder, people, settings) as server:
        yield server


def promised(new_visit: NewVisit, desk: Desk, width: int = 390) -> Visit:
    """Somebody who came after hours, and was promised an answer."""
    desk.shut(True)
    visit = new_visit(viewport={"width": width, "height": 844}).open()
    visit.asks_for_a_person()
    expect(visit.standing).to_contain_text("受付番号")
    return visit


def field(visit: Visit) -> Locator:
    return visit.page.get_by_label(LABEL).locator("visible=true").and_(visit.page.locator("input"))


@pytest.mark.parametrize("width", [390, 320])
def test_an_address_is_left_under_the_promise_and_taken_back(
    new_visit: NewVisit, desk: Desk, axe: str, width: int
) -> None:
    visit = promised(new_visit, desk, width)
    expect(field(visit)).to_have_attribute("autocomplete", "email")
    expect(field(visit)).to_have_attribute("inputmode", "email")
    check(visit.page, axe, "offered")

    field(visit).fill("taro@")
    visit.press("登録する", ".mail")
    expect(visit.page.locator(".mail").get_by_role("alert").first).to_contain_text(
        "メールアドレスの形が正しくありません"
    )
    expect(field(visit)).to_be_focused()
    check(visit.page, axe, "refused")

    field(visit).fill(TARO)
    field(visit).press("Enter")
    kept = visit.page.get_by_text(f"専門家の返事を {TARO} にもお送りします。")
    expect(kept).to_be_focused()
    check(visit.page, axe, "kept")
    visit.page.reload()
    expect(kept).to_be_visible()

    visit.press("取り消す", ".mail")
    expect(field(visit)).to_have_value("")
    expect(kept).to_be_hidden()
    assert "メールでの受け取りを取り消しました。" in visit.spoken()
    check(visit.page, axe, "taken back")


def test_the_field_makes_room_for_the_talk_and_comes_back(new_visit: NewVisit, desk: Desk) -> None:
    visit = promised(new_visit, desk)
    visit.page.locator(".log").focus()

    visit.field.click()
    expect(field(visit)).to_have_count(0)
    visit.ask("補助金")
    expect(field(visit)).to_have_count(0)
    visit.page.locator("summary", has_text=LABEL).click()

    expect(field(visit)).to_be_visible()


def test_what_an_expert_says_to_an_open_page_is_not_mailed(new_visit: NewVisit, desk: Desk, house: MailHouse) -> None:
    visit = promised(new_visit, desk)
    field(visit).fill(TARO)
    visit.press("登録する", ".mail")
    expect(visit.page.locator(".mail")).to_contain_text(TARO)
    mailed = len(house.arrived)

    receipt = visit.standing.inner_text()[-8:]
    day_comes(desk.server, desk.supervisor)
    row = eventually(
        lambda: next(
            (one for one in desk.supervisor.board() if (one["receipt"], one["status"]) == (receipt, "queued")), None
        ),
        "the promised day",
    )
    desk.supervisor.post(f"/handoffs/{row['id']}/takeover")
    seq = desk.supervisor.replies(row, "はじめまして。").json()["message"]["seq"]

    expect(visit.experts).to_contain_text("はじめまして。")

    def delivery() -> dict[str, str] | None:
        page = desk.supervisor.http.get(f"/handoffs/{row['id']}/messages", params={"after": seq - 1}).json()
        found: dict[str, str] = page["messages"][0]["delivery"]
        return found if found["status"] == "sent" else None

    assert eventually(delivery, "the delivery")["by"] == "web"
    assert len(house.arrived) == mailed


def test_no_mail_is_offered_while_people_are_there(visit: Visit, desk: Desk) -> None:
    visit.asks_for_a_person()

    expect(visit.standing).to_contain_text("ただいま1番目です")
    expect(visit.page.locator(".mail")).to_be_hidden()
