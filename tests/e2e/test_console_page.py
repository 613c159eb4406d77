"""The experts' console: who is logged in, the lists, taking, passing on and ending consultations."""

import pytest
from playwright.sync_api import expect

from tests.e2e.console_fake import COLLEAGUES, EVIDENCE, ConsoleFake, ago, user
from tests.e2e.console_page import ConsolePage, until

pytestmark = pytest.mark.browser
SATO = {"id": "u2", "display_name": "佐藤"}


# Who is logged in


def log_in(console: ConsolePage, password: str = "right") -> None:
    console.page.get_by_label("利用者名").fill("yamada")
    console.page.get_by_label("パスワード").fill(password)
    console.press("ログイン")


def test_wrong_password_is_told_and_the_right_one_opens_the_lists(fake: ConsoleFake, console: ConsolePage) -> None:
    fake.logged_in = False
    console.page.goto(f"{console.url}/console")

    log_in(console, "wrong")
    expect(console.page.get_by_role("alert")).to_contain_text("利用者名かパスワードが違います。")
    log_in(console)

    expect(console.group("waiting")).to_contain_text("待機中の相談はありません。")


def test_lost_session_asks_for_the_log_in_and_keeps_the_words(fake: ConsoleFake, console: ConsolePage) -> None:
    fake.row(1, "active")
    console.open(1)
    console.field.fill("書きかけの返信")
    fake.logged_in = False
    fake.cut()

    expect(console.page.get_by_role("alert")).to_contain_text("もう一度ログインしてください")
    log_in(console)

    expect(console.field).to_have_value("書きかけの返信")
    expect(console.row(1)).to_be_visible()


def test_words_survive_a_reload_at_the_log_in(fake: ConsoleFake, console: ConsolePage) -> None:
    fake.row(1, "active")
    console.open(1)
    fake.problems["PUT /handoffs/1/draft"] = (503, "storage-unavailable", "ただいま混み合っています。")
    console.field.fill("書きかけの返信")
    fake.logged_in = False
    expect(console.page.get_by_label("パスワード")).to_be_visible()

    console.page.reload()
    log_in(console)

    expect(console.field).to_have_value("書きかけの返信")


def test_another_expert_at_the_same_screen_sees_none_of_the_words(fake: ConsoleFake, console: ConsolePage) -> None:
    fake.row(1, "active")
    console.open(1)
    console.field.fill("山田の書きかけ")
    until(lambda: fake.drafts.get(1), console.page)
    console.press("ログアウト")
    fake.me = user(id="u2", display_name="佐藤")
    fake.drafts.clear()

    log_in(console)

    expect(console.group("others")).to_contain_text("山田さんが対応中です")
    expect(console.field).to_be_hidden()
    expect(console.field).to_have_value("")


# The lists


def test_lists_say_who_waits_how_long_and_who_holds_the_others(fake: ConsoleFake, console: ConsolePage) -> None:
    fake.row(1, "active", unread=2)
    fake.row(2, waiting_since=ago(1.1), channel="line")
    fake.row(3, waiting_since=ago(3.1))
    fake.row(4, waiting_since=ago(5.1))
    fake.row(5, "active", assigned_to=SATO)
    fake.row(6, "promised", promised_for="2026-11-24", due_on="2026-11-25", waiting_since=None)
    fake.row(7, "closed", closed_at=ago(9), category="solved", rating=4, waiting_since=None)

    console.open()

    expect(console.group("mine")).to_contain_text("対応中 1/3")
    expect(console.row(1)).to_contain_text("未読2件")
    expect(console.row(2)).to_contain_text("LINE")
    expect(console.row(2)).to_contain_text("資金繰り")
    expect(console.row(2).locator(".mark")).to_have_text("1分待ち")
    expect(console.row(3).locator(".mark--soon")).to_have_text("注意 3分待ち")
    expect(console.row(4).locator(".mark--late")).to_have_text("至急 5分待ち")
    expect(console.row(5)).to_contain_text("佐藤さんが対応中です")
    expect(console.row(6)).to_contain_text("11月24日（火）に対応")
    expect(console.row(6)).to_contain_text("期限 11月25日（水）")
    console.page.get_by_text("終了（本日） 1").click()
    expect(console.row(7)).to_contain_text("解決した")
    expect(console.row(7)).to_contain_text("評価 4/5")


def test_own_state_is_switched_on_the_server(fake: ConsoleFake, console: ConsolePage) -> None:
    console.open()
    switch = console.page.get_by_role("switch", name="相談の受付")
    expect(switch).to_be_checked()

    switch.click()

    expect(switch).not_to_be_checked()
    expect(switch).to_contain_text("離席中")
    assert fake.asked("PATCH", "/session") == [{"away": True}]


def test_refused_act_says_why_and_changes_nothing(fake: ConsoleFake, console: ConsolePage) -> None:
    fake.problems["PATCH /session"] = (503, "storage-unavailable", "ただいま混み合っています。")
    console.open()

    console.page.get_by_role("switch").click()

    expect(console.notice).to_contain_text("ただいま混み合っています。")
    expect(console.page.get_by_role("switch")).to_be_checked()
    console.notice.get_by_role("button").click()
    expect(console.notice).to_be_hidden()


# Taking, passing on, ending


def test_claimed_consultation_opens_with_the_hands_on_the_field(fake: ConsoleFake, console: ConsolePage) -> None:
    fake.say(2, "資金繰りの相談です")
    fake.row(2)
    console.open()

    console.row(2).get_by_role("button", name="対応を始める").click()

    expect(console.group("mine")).to_contain_text("相談その2")
    expect(console.theirs).to_contain_text("資金繰りの相談です")
    expect(console.field).to_be_focused()


def test_claim_that_comes_too_late_names_who_was_faster(fake: ConsoleFake, console: ConsolePage) -> None:
    fake.row(2)
    fake.problems["POST /handoffs/2/claim"] = (409, "already-taken", "佐藤さんが対応を始めました。")
    console.open(2)

    console.page.locator(".bar").get_by_role("button", name="対応を始める").click()

    expect(console.notice).to_contain_text("佐藤さんが対応を始めました。")
    expect(console.field).to_be_hidden()


@pytest.mark.parametrize(
    ("choice", "sent"),
    [
        ("expert:u2", {"to": "u2", "note": "よろしく"}),
        ("field:zeimu", {"to": None, "speciality": "zeimu", "note": "よろしく"}),
    ],
)
def test_consultation_is_passed_on_with_a_note(
    fake: ConsoleFake, console: ConsolePage, choice: str, sent: dict[str, object]
) -> None:
    fake.row(1, "active")
    console.open(1)
    console.press("引き継ぐ")
    expect(console.dialog.get_by_role("option", name="税務・会計")).to_be_attached()
    expect(console.dialog.get_by_role("option", name="佐藤（税理士） 離席中 2/3")).to_be_attached()

    console.dialog.get_by_label("引き継ぎ先").select_option(choice)
    console.dialog.get_by_label("申し送り").fill("よろしく")
    console.dialog.get_by_role("button", name="引き継ぐ").click()

    expect(console.field).to_be_hidden()
    assert fake.asked("POST", "/transfer") == [sent]


def test_who_can_take_it_at_once_is_offered_first(fake: ConsoleFake, console: ConsolePage) -> None:
    away, full, absent = (dict(COLLEAGUES[1], id=f"u{number}") for number in (2, 3, 4))
    full |= {"away": False, "load": 3}
    absent |= {"away": False, "present": False}
    free = full | {"id": "u5", "load": 2}
    fake.experts = [COLLEAGUES[0], away, full, absent, free]
    fake.row(1, "active")
    console.open(1)

    console.press("引き継ぐ")

    select = console.dialog.get_by_label("引き継ぎ先")
    expect(select).to_have_value("expert:u5")
    assert select.locator("optgroup").first.locator("option").evaluate_all("all => all.map(({ value }) => value)") == [
        f"expert:{one}" for one in ("u5", "u3", "u2", "u4")
    ]


def test_ending_asks_how_it_ended_and_whether_to_learn_from_it(fake: ConsoleFake, console: ConsolePage) -> None:
    fake.row(1, "active")
    console.open(1)
    console.press("相談を終了する")
    console.press("終了する")
    assert fake.asked("POST", "/close") == []

    console.page.get_by_label("解決した").check()
    console.page.get_by_label("この回答はQ&Aに加える価値がある").check()
    console.press("終了する")

    expect(console.page.locator(".bar")).to_contain_text("この相談は終了しました。")
    assert fake.asked("POST", "/close") == [{"category": "solved", "for_knowledge": True}]


def test_supervisor_takes_over_and_stops_the_reception(fake: ConsoleFake, console: ConsolePage) -> None:
    fake.me = user(role="supervisor")
    fake.row(5, "active", assigned_to=SATO)
    console.open(5)

    console.press("引き取る")
    expect(console.dialog).to_contain_text("いまは佐藤さんが対応しています")
    console.dialog.get_by_role("button", name="引き取る").click()
    expect(console.field).to_be_visible()
    console.page.get_by_label("止める理由").fill("会場の停電")
    console.press("いますぐ受付を止める")

    expect(console.page.locator(".hours__state")).to_have_text("臨時に受付を止めています")
    expect(console.page.get_by_role("button", name="受付を再開する")).to_be_visible()
    assert fake.asked("PUT", "/hours/closed-now") == [{"closed": True, "note": "会場の停電"}]


def test_expert_can_neither_take_over_nor_stop_the_reception(fake: ConsoleFake, console: ConsolePage) -> None:
    fake.row(5, "active", assigned_to=SATO)

    console.open(5)

    expect(console.page.locator(".hours__state")).to_have_text("受付しています")
    expect(console.page.locator(".side")).to_contain_text("11月20日（金） 臨時 10:00〜15:00")
    expect(console.page.get_by_role("button", name="いますぐ受付を止める")).to_have_count(0)
    expect(console.page.get_by_role("button", name="引き取る")).to_be_hidden()


def test_a_day_that_is_open_to_its_end_closes_at_24(fake: ConsoleFake, console: ConsolePage) -> None:
    fake.hours |= {"closes_at": "2026-11-20T15:00:00Z"}

    console.open()

    expect(console.page.locator(".side")).to_contain_text("24:00まで受け付けます")


# What is known


def test_card_says_what_was_asked_offered_and_refused(fake: ConsoleFake, console: ConsolePage) -> None:
    fake.memos[1] = [{"id": 1, "author": "佐藤", "text": "先月も相談あり", "at": ago(5)}]
    fake.row(1, "active")

    console.open(1)

    side = console.page.locator(".side")
    for words in (
        "売掛金が回収できません",
        "都道府県 神奈川県",
        "確度 高い（91%）",
        "選ばれました",
        "経営セーフティ共済",
        "先月も相談あり",
    ):
        expect(side).to_contain_text(words)
    expect(side.locator(".panel__part", has_text="選ばれなかった")).to_contain_text("確度 低い（44%）")
    expect(side.locator(".panel__part", has_text="AIが示した")).not_to_contain_text("掛金の前納")


def test_what_can_be_done_stands_above_a_long_card(fake: ConsoleFake, console: ConsolePage) -> None:
    refused = [dict(EVIDENCE["rejected"][0], entry_id=f"safety-{number}") for number in range(2, 10)]
    fake.evidence = {**EVIDENCE, "rejected": refused}
    fake.row(1, "active")

    console.open(1)

    for name in ("引き継ぐ", "相談を終了する"):
        expect(console.page.get_by_role("button", name=name, exact=True)).to_be_in_viewport()
    expect(console.page.locator(".side")).to_contain_text("選ばれなかったQ&A 8件")
    expect(console.page.get_by_text("掛金の前納はできますか?").last).to_be_hidden()
