"""From the wish for a person to the rating, in a real Chromium against a real server with an expert on the other side."""

import re

import pytest
from playwright.sync_api import expect

from tests.connectors.console.people import Visitor, eventually
from tests.e2e.people_chat import QUESTION, Desk, NewVisit, Visit, check
from tests.e2e.test_chat_page import press_enter_while_composing

pytestmark = pytest.mark.browser
STEPS = ".log__entries button:is(.chip, .option)"

HIDE = """
Object.defineProperty(document, "hidden", { get: () => window.isHidden === true });
window.look = (isLooking) => {
  window.isHidden = !isLooking;
  document.dispatchEvent(new Event("visibilitychange"));
};
"""


# The whole way


def test_a_consultation_from_the_wish_to_the_rating(visit: Visit, desk: Desk) -> None:
    visit.asks_for_a_person()
    expect(visit.standing).to_contain_text("専門家におつなぎしています。ただいま1番目です")

    desk.comes()
    row = desk.yamada.gets("assigned")
    expect(visit.standing).to_contain_text("担当の専門家が決まりました")
    desk.yamada.claims(row)
    expect(visit.standing).to_contain_text("専門家の山田(中小企業診断士)と相談中")
    expect(visit.notices).to_contain_text("専門家の山田(中小企業診断士)が参加しました。")

    desk.yamada.post(f"/handoffs/{row['id']}/typing")
    expect(visit.page.locator(".answering")).to_contain_text("専門家が入力しています")
    desk.yamada.replies(row, "はじめまして。従業員は何人ですか。", quotes_seq=desk.seq_of(row, QUESTION))
    expect(visit.experts.locator(".entry__sender")).to_have_text("専門家 山田")
    expect(visit.experts.locator(".quote")).to_contain_text(QUESTION)
    expect(visit.experts.locator(".bubble")).to_have_text("はじめまして。従業員は何人ですか。")

    visit.say("5人です")
    desk.seq_of(row, "5人です")
    desk.yamada.closes(row)
    expect(visit.standing).to_be_hidden()
    rating = visit.notices.last.get_by_role("list", name="今回の相談は役に立ちましたか").get_by_role("button")
    expect(rating).to_have_text(
        ["とても役に立った", "役に立った", "どちらともいえない", "あまり役に立たなかった", "役に立たなかった"]
    )

    rating.nth(1).click()
    visit.reads("よろしければ、ひとことご感想をお書きください")
    expect(visit.notices.last.locator(".is-chosen")).to_contain_text("役に立った")
    visit.say("話せてよかったです")
    visit.reads("またいつでもご相談ください")

    desk.supervisor.sees(row, status="rated", rating=4)


def test_what_an_expert_says_is_announced_once_with_the_name(visit: Visit, desk: Desk) -> None:
    visit.asks_for_a_person()
    row = desk.takes_up()
    desk.yamada.replies(row, "はじめまして。")
    expect(visit.experts).to_have_count(1)
    visit.page.wait_for_timeout(500)

    spoken = visit.spoken()
    assert [text for text in spoken if text.startswith("専門家 ")] == ["専門家 山田: はじめまして。"]
    assert [text for text in spoken if "参加しました" in text] == [
        "お知らせ: 専門家の山田(中小企業診断士)が参加しました。"
    ]
    assert [text for text in spoken if "相談中" in text or "入力しています" in text] == []


def test_reload_in_the_middle_shows_how_it_stands_and_speaks_nothing(visit: Visit, desk: Desk) -> None:
    visit.asks_for_a_person()
    desk.yamada.replies(desk.takes_up(), "はじめまして。")
    expect(visit.experts).to_have_count(1)

    visit.page.reload()

    expect(visit.standing).to_contain_text("山田(中小企業診断士)と相談中")
    expect(visit.experts).to_have_count(1)
    visit.page.wait_for_timeout(500)
    assert visit.spoken() == []


# Waiting


def test_who_waits_may_leave_and_the_ai_goes_on(visit: Visit, desk: Desk) -> None:
    visit.asks_for_a_person()

    visit.press("やめる", ".standing")

    visit.reads("専門家へのご相談を取りやめました")
    expect(visit.standing).to_be_hidden()
    expect(visit.page.locator(STEPS)).to_have_count(0)
    eventually(lambda: "queued" not in {row["status"] for row in desk.yamada.board()}, "nobody on the board")
    visit.ask("補助金")


def test_place_in_the_queue_moves_without_a_reload(visit: Visit, desk: Desk) -> None:
    """P27"""
    first = Visitor(desk.server)
    first.wants_a_person()
    visit.asks_for_a_person()
    expect(visit.standing).to_contain_text("ただいま2番目です")

    first.tap("cancel-handoff")

    expect(visit.standing).to_contain_text("ただいま1番目です", timeout=15_000)
    visit.page.wait_for_timeout(300)
    assert [text for text in visit.spoken() if text.startswith("専門家におつなぎしています")] == [
        "専門家におつなぎしています。ただいま1番目です。"
    ]


def test_ai_answers_while_the_visitor_waits_and_is_silent_with_an_expert(visit: Visit, desk: Desk) -> None:
    visit.asks_for_a_person()
    visit.ask("補助金")
    desk.takes_up()
    expect(visit.notices).to_have_count(1)
    before = visit.bot.count()
    asked: list[str] = []
    visit.page.on("request", lambda request: asked.append(request.url) if "/suggest" in request.url else None)

    visit.field.press_sequentially("補助金のこと")
    visit.page.wait_for_timeout(500)
    visit.field.press("Enter")

    expect(visit.own.last).to_contain_text("補助金のこと")
    visit.page.wait_for_timeout(1_500)
    expect(visit.page.locator(".answering")).to_be_hidden()
    assert (visit.bot.count(), asked) == (before, [])


# The end


def test_visitor_ends_the_talk_after_a_question(visit: Visit, desk: Desk) -> None:
    visit.asks_for_a_person()
    desk.takes_up()
    visit.press("相談を終える", ".standing")
    visit.press("まだ続ける", "dialog")
    expect(visit.standing).to_contain_text("相談中")

    visit.press("相談を終える", ".standing")
    visit.press("相談を終える", "dialog")

    visit.reads("専門家とのご相談を終了しました")
    expect(visit.standing).to_be_hidden()


def test_rating_is_offered_again_after_a_reload_until_it_is_given(new_visit: NewVisit, desk: Desk) -> None:
    visit = new_visit().open()
    visit.asks_for_a_person()
    row = desk.takes_up()
    desk.yamada.closes(row)
    rating = visit.page.get_by_role("list", name="今回の相談は役に立ちましたか").get_by_role("button")
    expect(rating).to_have_count(5)
    visit.ask("補助金")

    visit.page.reload()
    expect(rating).to_have_count(5)
    other = new_visit().open()
    other.resumes(row["receipt"])
    elsewhere = other.page.get_by_role("list", name="今回の相談は役に立ちましたか").get_by_role("button")
    elsewhere.nth(1).click()
    other.reads("ひとことご感想を")

    desk.supervisor.sees(row, status="rated", rating=4)
    other.page.reload()
    other.reads("ひとことご感想を")
    expect(elsewhere).to_have_count(0)


def test_rating_may_be_passed_over(visit: Visit, desk: Desk) -> None:
    visit.asks_for_a_person()
    desk.yamada.closes(desk.takes_up())
    said = visit.own.count()

    visit.press("評価しない")

    visit.reads("評価しませんでした")
    expect(visit.page.get_by_role("button", name="とても役に立った")).to_have_count(0)
    assert visit.own.count() == said


def test_steps_that_are_behind_can_no_longer_be_tapped(visit: Visit, desk: Desk) -> None:
    visit.asks_for_a_person()
    expect(visit.page.locator(STEPS)).to_have_text(["やめる"])
    row = desk.takes_up()
    expect(visit.page.locator(STEPS)).to_have_count(0)

    desk.yamada.closes(row)
    visit.press("役に立った")
    visit.reads("ひとことご感想を")
    expect(visit.page.locator(STEPS)).to_have_text(["書かない"])
    visit.press("書かない")
    expect(visit.page.locator(STEPS)).to_have_count(0)


# Out of hours


def test_the_start_says_in_a_line_whether_experts_are_there(new_visit: NewVisit, desk: Desk) -> None:
    hours = ".start__hours"
    expect(new_visit().open().page.locator(hours)).to_contain_text("専門家が受け付けています（本日は")
    desk.shut(True)

    visit = new_visit().open()

    closed = re.compile(r"^ただいま専門家の受付時間外です。次の受付は\d+月\d+日\(.\)0時からです。$")
    expect(visit.page.locator(hours)).to_have_text(closed)
    visit.ask("補助金")
    expect(visit.page.locator(hours)).to_be_hidden()


def test_out_of_hours_is_told_before_and_after_the_press_and_the_promise_keeps_its_number(
    new_visit: NewVisit, desk: Desk
) -> None:
    desk.shut(True)
    visit = new_visit().open()
    closed = re.compile(r"ただいま専門家の受付時間外です。次の受付は\d+月\d+日\(.\)0時からです。")
    visit.ask("ほにゃらら")
    visit.press("メニュー")
    expect(visit.page.locator(".menu__panel")).to_contain_text(closed)
    visit.press("人に相談する", ".menu__panel")
    expect(visit.bot).to_have_count(2)
    expect(visit.standing).to_contain_text(closed)

    visit.press("この内容で預ける", ".log")

    expect(visit.standing).to_have_text(re.compile(r"^\d+月\d+日\(.\)に専門家がお答えします。受付番号 [A-Z2-9]{8}$"))


def test_conversation_goes_on_in_another_browser_with_the_number_of_the_receipt(
    new_visit: NewVisit, desk: Desk
) -> None:
    desk.shut(True)
    first = new_visit().open()
    first.ask("ほにゃらら")
    first.press("メニュー")
    first.press("人に相談する", ".menu__panel")
    first.press("この内容で預ける", ".log")
    expect(first.standing).to_contain_text("受付番号")
    code = first.standing.inner_text()[-8:]
    second = new_visit().open()

    second.resumes("AAAAAAAA")
    expect(second.dialog.get_by_role("alert")).to_have_text(
        "その受付番号は見つかりませんでした。8文字の番号をお確かめください。"
    )
    expect(second.dialog.get_by_label("受付番号")).to_be_focused()
    full_width = "".join(chr(ord(letter) + 0xFEE0) for letter in code)
    second.dialog.get_by_label("受付番号").fill(f" {full_width[:4]}-{full_width[4:]}")
    second.press("再開する", "dialog")

    expect(second.dialog).to_have_count(0)
    expect(second.own.first).to_contain_text("ほにゃらら")
    expect(second.standing).to_contain_text(code)
    assert second.spoken() == ["会話を再開しました。"]
    second.page.reload()
    expect(second.standing).to_contain_text(code)
    second.ask("補助金")


def test_resuming_in_one_tab_does_not_throw_the_other_out(new_visit: NewVisit, desk: Desk) -> None:
    """P24"""
    first = new_visit().open()
    first.asks_for_a_person()
    second = new_visit(context=first.page.context)
    second.open()
    expect(second.standing).to_be_visible()
    code = desk.yamada.gets("queued")["receipt"]

    second.press("メニュー")
    second.press("受付番号で再開", ".menu__panel")
    expect(second.dialog).to_contain_text(f"受付番号 {code} で戻れます")
    second.dialog.get_by_label("受付番号").fill(code)
    second.press("再開する", "dialog")
    expect(second.dialog).to_have_count(0)

    for number, tab in enumerate((second, first)):
        expect(tab.own.last).to_contain_text(QUESTION if not number else "0まだいます")
        tab.say(f"{number}まだいます")
        expect(tab.own.last).to_contain_text(f"{number}まだいます")
        expect(tab.page.locator(".entry__status")).to_have_count(0)
    assert first.identity() == second.identity()


# Signs of life


def test_expert_sees_that_the_visitor_is_writing_but_not_every_key(visit: Visit, desk: Desk) -> None:
    signals: list[str] = []
    visit.page.on("request", lambda request: signals.append(request.url) if request.url.endswith("/typing") else None)
    visit.asks_for_a_person()
    assert signals == []
    desk.takes_up()
    expect(visit.standing).to_contain_text("相談中")

    visit.field.focus()
    press_enter_while_composing(visit)
    visit.page.wait_for_timeout(300)
    assert signals == []

    session = visit.page.context.new_cdp_session(visit.page)
    session.send("Input.insertText", {"text": "補助金"})
    visit.field.press_sequentially("について", delay=50)
    visit.page.wait_for_timeout(300)
    assert len(signals) == 1
    eventually(lambda: any(row["typing"] for row in desk.yamada.board()), "the sign on the board")
    visit.page.wait_for_timeout(3_000)
    visit.field.press_sequentially("です", delay=50)
    visit.page.wait_for_timeout(300)
    assert len(signals) == 2


def test_title_counts_what_an_expert_wrote_while_nobody_looked(new_visit: NewVisit, desk: Desk) -> None:
    visit = new_visit(HIDE).open()
    visit.asks_for_a_person()
    row = desk.takes_up()
    expect(visit.notices).to_have_count(1)
    visit.page.evaluate("look(false)")

    for text in ("はじめまして。", "お待たせしました。"):
        desk.yamada.replies(row, text)
    expect(visit.page).to_have_title("(2) 経営相談チャット")
    visit.page.evaluate("look(true)")

    expect(visit.page).to_have_title("経営相談チャット")


def test_how_it_stands_is_known_where_streams_are_held_back(new_visit: NewVisit, desk: Desk) -> None:
    visit = new_visit()
    visit.page.route(lambda url: "/events?" in url and "wait=" not in url, lambda route: None)
    visit.open()
    visit.press("人に相談する", ".start")
    expect(visit.bot).to_have_count(1, timeout=15_000)
    visit.say(QUESTION)
    expect(visit.standing).to_contain_text("ただいま1番目です", timeout=15_000)

    visit.page.reload()

    expect(visit.standing).to_contain_text("ただいま1番目です", timeout=15_000)


# Looks


@pytest.mark.parametrize("scheme", ["light", "dark"])
@pytest.mark.parametrize("width", [390, 320])
def test_axe_finds_nothing_on_the_way_to_a_person(
    new_visit: NewVisit, desk: Desk, axe: str, scheme: str, width: int
) -> None:
    desk.shut(True)
    visit = new_visit(color_scheme=scheme, viewport={"width": width, "height": 700}).open()
    visit.press("受付番号で再開", ".start")
    check(visit.page, axe, "resume")
    visit.page.keyboard.press("Escape")
    visit.press("人に相談する", ".start")
    expect(visit.standing).to_be_visible()
    check(visit.page, axe, "closed")
    visit.say(QUESTION)
    expect(visit.standing).to_contain_text("受付番号")
    check(visit.page, axe, "promise")
    desk.shut(False)

    visit = new_visit(color_scheme=scheme, viewport={"width": width, "height": 700}).open()
    visit.asks_for_a_person()
    check(visit.page, axe, "waiting")
    row = desk.takes_up()
    desk.yamada.replies(row, "はじめまして。\n・一つ\n・二つ", quotes_seq=desk.seq_of(row, QUESTION))
    desk.yamada.post(f"/handoffs/{row['id']}/typing")
    expect(visit.page.locator(".answering")).to_be_visible()
    check(visit.page, axe, "expert")
    visit.press("相談を終える", ".standing")
    check(visit.page, axe, "end")
    visit.page.keyboard.press("Escape")
    desk.yamada.closes(row)
    expect(visit.standing).to_be_hidden()
    check(visit.page, axe, "rating")
    visit.press("役に立った")
    visit.reads("ひとことご感想を")
    check(visit.page, axe, "rated")
