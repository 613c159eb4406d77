"""The experts' console: the conversation as it goes on, and what happens when the connection does not."""

import gzip
import re
from pathlib import Path

import pytest
from playwright.sync_api import expect

from tests.e2e.console_fake import ConsoleFake
from tests.e2e.console_page import ConsolePage, NewConsole, until

pytestmark = pytest.mark.browser
STATIC = Path(__file__).parents[2] / "connectors/web/static"
HOSTILE = '<img src=x onerror="alert(1)"> [x](javascript:alert(1)) javascript:alert(1)'


@pytest.fixture
def open_case(fake: ConsoleFake, console: ConsolePage) -> ConsolePage:
    """The console with consultation 1: a talk with the AI, then with the expert."""
    for role, text in (
        ("user", "はじめの質問"),
        ("bot", "AIの回答"),
        ("user", "人に相談したい"),
        ("bot", "お待ちください"),
    ):
        fake.say(1, text, role, at="2026-11-19T23:30:00Z")
    fake.say(1, "追加の質問", at="2026-11-20T23:30:00Z")
    fake.say(1, "専門家の返事", "expert", author="山田", at="2026-11-20T23:31:00Z")
    fake.row(1, "active", unread=1)
    console.open(1)
    expect(console.mine).to_have_count(1)
    return console


# The transcript


def test_talk_with_the_ai_is_folded_under_its_count(open_case: ConsolePage) -> None:
    fold = open_case.page.get_by_text("AIとの会話 4件")
    expect(open_case.page.get_by_text("AIの回答")).to_be_hidden()

    fold.click()

    expect(open_case.page.get_by_text("AIの回答")).to_be_visible()
    expect(open_case.page.get_by_text("追加の質問")).to_be_visible()


def test_days_and_times_are_those_of_japan(fake: ConsoleFake, new_console: NewConsole) -> None:
    console = new_console(timezone_id="America/New_York")
    fake.say(1, "夜の質問", at="2026-11-20T23:30:00Z")
    fake.row(1, "active")

    console.open(1)

    expect(console.page.locator(".day")).to_have_text("11月21日（土）")
    expect(console.theirs.locator(".entry__head")).to_contain_text("08:30")


def test_replies_stand_right_and_the_others_left(open_case: ConsolePage) -> None:
    mine = open_case.mine.locator(".bubble").bounding_box()
    theirs = open_case.page.locator(".said--user .bubble", has_text="追加の質問").bounding_box()
    assert mine
    assert theirs

    assert mine["x"] > theirs["x"] + 100


def test_message_that_comes_is_shown_read_and_spoken_once(fake: ConsoleFake, open_case: ConsolePage) -> None:
    until(lambda: {"seq": 6} in fake.asked("POST", "/read"), open_case.page)
    assert open_case.spoken() == []

    fake.say(1, "ありがとうございます")

    expect(open_case.theirs.last).to_contain_text("ありがとうございます")
    until(lambda: {"seq": 7} in fake.asked("POST", "/read"), open_case.page)
    assert open_case.spoken() == ["相談者: ありがとうございます"]
    expect(open_case.field).to_be_focused()


def test_reader_of_older_messages_is_not_moved_but_told(fake: ConsoleFake, open_case: ConsolePage) -> None:
    for number in range(30):
        fake.say(1, f"メッセージ{number}")
    expect(open_case.theirs).to_have_count(33)
    open_case.log.evaluate("log => { log.scrollTop = 0; }")
    open_case.page.wait_for_timeout(100)

    fake.say(1, "いちばん新しい")
    news = open_case.page.get_by_role("button", name="新しいメッセージがあります")
    expect(news).to_be_visible()
    assert open_case.log.evaluate("log => log.scrollTop") == 0
    news.click()

    expect(open_case.page.get_by_text("いちばん新しい", exact=True)).to_be_in_viewport()


def test_long_conversation_is_fetched_to_its_end(fake: ConsoleFake, console: ConsolePage) -> None:
    for number in range(25):
        fake.say(1, f"メッセージ{number}")
    fake.row(1, "active")
    fake.page_size = 10

    console.open(1)

    expect(console.theirs).to_have_count(25)


def test_colleagues_learn_who_has_it_on_the_screen(fake: ConsoleFake, console: ConsolePage) -> None:
    fake.say(2, "質問です")
    fake.row(2, viewers=["佐藤"])

    console.open(2)

    expect(console.page.locator(".case__facts")).to_contain_text("佐藤さんも見ています")
    until(lambda: {"seq": 1} in fake.asked("POST", "/read"), console.page)


def test_expert_is_told_why_they_are_away_when_they_did_not_take_up_a_chat(
    fake: ConsoleFake, console: ConsolePage
) -> None:
    fake.row(1, "assigned")
    console.open()
    expect(console.group("mine")).to_contain_text("対応中 1/3")

    fake.me = {**fake.me, "away": True}
    fake.change(1, status="queued", assigned_to=None)

    expect(console.notice).to_contain_text("離席中にしました")


def test_user_who_writes_or_is_away_is_seen(fake: ConsoleFake, open_case: ConsolePage) -> None:
    fake.change(1, typing=True)
    expect(open_case.page.get_by_text("相談者が入力しています")).to_be_visible()

    fake.change(1, typing=False, user_online=False)

    expect(open_case.page.get_by_text("相談者が入力しています")).to_be_hidden()
    expect(open_case.page.locator(".case__status")).to_contain_text("再接続を待っています")


def test_hostile_text_in_every_place_stays_text(fake: ConsoleFake, console: ConsolePage) -> None:
    """P12"""
    for role in ("user", "bot", "expert", "system"):
        fake.say(1, HOSTILE, role, author=HOSTILE)
    fake.memos[1] = [{"id": 1, "author": HOSTILE, "text": HOSTILE, "at": "2026-11-20T03:00:00Z"}]
    fake.row(1, "active", question=HOSTILE, receipt=HOSTILE, speciality_label=HOSTILE, viewers=[HOSTILE])
    fake.canned[0]["text"] = HOSTILE
    console.page.on("dialog", lambda _: pytest.fail("a script ran"))

    console.open(1)
    expect(console.mine).to_be_attached()
    console.press("定型文（/）")

    expect(console.page.locator("img")).to_have_count(0)
    expect(console.page.locator("a[href^=javascript]")).to_have_count(0)


# The connection


def test_stream_that_was_cut_brings_what_was_missed_once_and_in_order(
    fake: ConsoleFake, open_case: ConsolePage
) -> None:
    """P5"""
    fake.refusing = True
    fake.cut()
    expect(open_case.banner).to_contain_text("再接続しています", timeout=10_000)
    for text in ("一つ目", "二つ目", "三つ目"):
        fake.say(1, text)
    open_case.field.fill("その間の言葉")

    fake.refusing = False

    expect(open_case.theirs).to_have_count(6, timeout=20_000)
    expect(open_case.banner).to_be_empty()
    assert open_case.theirs.locator(".own").all_inner_texts()[3:] == ["一つ目", "二つ目", "三つ目"]
    expect(open_case.field).to_have_value("その間の言葉")


def test_silent_stream_is_given_up_and_opened_again(fake: ConsoleFake, console: ConsolePage) -> None:
    """P6"""
    console.page.clock.install()
    fake.row(1, "active")
    console.open(1)
    expect(console.row(1)).to_be_visible()
    console.page.wait_for_timeout(300)

    console.page.clock.fast_forward(41_000)
    console.page.clock.fast_forward(2_000)

    until(lambda: len(fake.opened_streams) >= 2, console.page)
    fake.row(2)
    expect(console.row(2)).to_be_visible()


def test_long_poll_takes_over_where_streams_are_held_back(fake: ConsoleFake, console: ConsolePage) -> None:
    fake.holding = True
    console.open()
    until(lambda: any("wait=25" in url for url in fake.opened_streams), console.page)

    fake.row(1)

    expect(console.row(1)).to_be_visible()


def test_console_that_cannot_be_reached_at_first_comes_by_itself(fake: ConsoleFake, console: ConsolePage) -> None:
    fake.problems["GET /session"] = (503, "storage-unavailable", "ただいま混み合っています。")
    console.page.goto(f"{console.url}/console")
    expect(console.page.get_by_role("status")).to_contain_text("再接続しています")

    fake.problems.clear()

    expect(console.group("waiting")).to_be_visible()


# Weight


def test_page_stays_within_its_size_budget() -> None:
    scripts = [gzip.compress(path.read_bytes(), 9) for path in STATIC.glob("console/**/*.js")]

    assert sum(map(len, scripts)) <= 70 * 1024
    assert len(gzip.compress((STATIC / "console.css").read_bytes(), 9)) <= 8 * 1024


def imported(path: Path) -> set[Path]:
    """All modules that a module needs, itself among them."""
    found, rest = {path}, [path]
    while rest:
        module = rest.pop()
        names = re.findall(r'^(?:import|})[^"]*"(\.[^"]+\.js)"', module.read_text(encoding="utf-8"), re.MULTILINE)
        fresh = {(module.parent / name).resolve() for name in names} - found
        found |= fresh
        rest += fresh
    return found


def test_every_script_is_preloaded() -> None:
    """Without this the browser finds the modules one after another."""
    page = (STATIC / "console.html").read_text(encoding="utf-8")
    needed = imported(STATIC / "console/main.js")
    missing = [path.name for path in needed if f'/{path.relative_to(STATIC)}"' not in page]

    assert len(needed) > 40
    assert missing == []
