"""The experts' console: canned text, Q&A, alerts, preferences and keys."""

import pytest
from playwright.sync_api import expect

from tests.e2e.console_fake import ConsoleFake
from tests.e2e.console_page import WATCH_ANNOUNCER, ConsolePage, NewConsole, until

pytestmark = pytest.mark.browser
# Counts beeps and desktop notices; in this browser nobody hears or sees them.
WATCH_ALERTS = """
window.beeps = 0;
window.notices = [];
const start = OscillatorNode.prototype.start;
OscillatorNode.prototype.start = function (...given) { window.beeps += 1; return start.apply(this, given); };
window.Notification = class {
  static permission = "granted";
  static requestPermission = async () => "granted";
  constructor(title, { body }) { window.notices.push(body); }
  close() {}
};
"""
IN_THE_BACKGROUND = 'Object.defineProperty(document, "hidden", { get: () => window.isAway ?? false })'


@pytest.fixture
def open_case(fake: ConsoleFake, console: ConsolePage) -> ConsolePage:
    """The console with consultation 1, which is the expert's own."""
    fake.say(1, "質問です")
    fake.row(1, "active")
    console.open(1)
    expect(console.field).to_be_focused()
    return console


@pytest.mark.parametrize("slash", ["/shi", "／お調べ"])
def test_slash_offers_canned_text_and_puts_it_in_at_the_cursor(open_case: ConsolePage, slash: str) -> None:
    open_case.field.press_sequentially(f"前の文 {slash}")
    expect(open_case.page.get_by_role("option")).to_have_count(1)

    open_case.page.keyboard.press("Enter")

    expect(open_case.field).to_have_value("前の文 お調べします。少しお待ちください。")
    expect(open_case.page.get_by_role("listbox")).to_be_hidden()


def test_button_offers_all_canned_text_and_overwrites_nothing(open_case: ConsolePage) -> None:
    open_case.field.fill("はじめ。おわり。")
    open_case.field.evaluate("field => field.setSelectionRange(4, 4)")

    open_case.press("定型文（/）")
    open_case.page.get_by_role("option").nth(1).click()

    expect(open_case.field).to_have_value("はじめ。お調べします。少しお待ちください。おわり。")
    expect(open_case.field).to_be_focused()


def test_own_canned_text_is_added_changed_and_dropped(fake: ConsoleFake, open_case: ConsolePage) -> None:
    open_case.press("設定")
    open_case.press("定型文を整える")
    expect(open_case.page.get_by_role("button", name="/あいさつ を直す")).to_have_count(0)
    open_case.press("定型文を足す")
    open_case.page.get_by_label("呼び出す言葉").fill("rei")
    open_case.page.get_by_label("文", exact=True).fill("ありがとうございます。")
    open_case.press("保存する")
    open_case.press("/rei を直す")
    open_case.page.get_by_label("文", exact=True).fill("お礼申し上げます。")
    open_case.press("保存する")
    open_case.press("/shirabe を消す")

    expect(open_case.dialog.locator(".book__item")).to_have_count(2)
    expect(open_case.dialog).to_contain_text("お礼申し上げます。")
    assert [one["shortcut"] for one in fake.canned] == ["あいさつ", "rei"]


def test_found_answer_is_inserted_with_one_key_and_named_to_the_server(
    fake: ConsoleFake, open_case: ConsolePage
) -> None:
    open_case.field.fill("調べました。")
    open_case.press("Q&Aを探す")
    open_case.page.keyboard.type("共済")
    expect(open_case.page.locator(".found")).to_contain_text("確度 高い（86%）")
    expect(open_case.page.locator(".found")).to_contain_text("中小機構")

    open_case.page.keyboard.press("Enter")
    expect(open_case.field).to_have_value("調べました。掛金の10倍、最高8,000万円まで借りられます。")
    open_case.page.keyboard.press("Control+Enter")

    until(lambda: fake.asked("POST", "/messages"), open_case.page)
    assert fake.asked("POST", "/messages")[0]["entry_id"] == "safety-3"


def test_search_that_finds_nothing_says_so(open_case: ConsolePage) -> None:
    open_case.page.keyboard.press("Alt+KeyQ")
    open_case.page.keyboard.type("ない言葉")

    expect(open_case.page.locator(".search__status")).to_contain_text("見つかりませんでした")
    open_case.page.keyboard.press("Escape")
    expect(open_case.field).to_be_focused()


# Alerts


def test_new_assignment_is_heard_counted_and_announced(fake: ConsoleFake, new_console: NewConsole) -> None:
    console = new_console(WATCH_ALERTS, WATCH_ANNOUNCER, IN_THE_BACKGROUND)
    fake.me = fake.me | {"preferences": {"sound": True, "notify": True, "title": True, "enter_sends": False}}
    console.open()
    console.page.locator(".case").click()
    console.page.evaluate("window.isAway = true")

    fake.row(1, "assigned", question="秘密の相談")

    expect(console.row(1)).to_contain_text("割り当て")
    expect(console.page).to_have_title("(1) 専門家コンソール")
    until(lambda: console.page.evaluate("window.beeps") == 1, console.page)
    assert console.page.evaluate("window.notices") == ["新しい相談が割り当てられました。"]
    assert console.spoken() == ["新しい相談が割り当てられました。"]


def test_nothing_sounds_before_a_click_and_what_is_there_already_is_no_news(
    fake: ConsoleFake, new_console: NewConsole
) -> None:
    console = new_console(WATCH_ALERTS)
    fake.row(1, "assigned")
    console.open()
    fake.row(2, "assigned")

    expect(console.page).to_have_title("(2) 専門家コンソール")
    assert console.page.evaluate("window.beeps") == 0


def test_alerts_are_switched_off_in_the_preferences(fake: ConsoleFake, new_console: NewConsole) -> None:
    console = new_console(WATCH_ALERTS)
    fake.row(1, "assigned")
    console.open()
    console.press("設定")
    console.page.get_by_label("音で知らせる").uncheck()
    console.page.get_by_label("タブの題に出す").uncheck()
    console.page.get_by_label("デスクトップに知らせる").check()
    until(lambda: len(fake.asked("PATCH", "/session")) == 3, console.page)

    fake.row(2, "assigned")

    expect(console.row(2)).to_be_attached()
    expect(console.page).to_have_title("専門家コンソール")
    assert console.page.evaluate("window.beeps") == 0
    assert fake.me["preferences"] == {"sound": False, "notify": True, "title": False, "enter_sends": False}


# Keys


def test_keys_move_between_conversations_and_are_listed(fake: ConsoleFake, open_case: ConsolePage) -> None:
    fake.row(2, "active")
    fake.row(3)
    expect(open_case.row(3)).to_be_visible()
    title = open_case.page.locator(".case__title")

    open_case.page.keyboard.press("Alt+KeyJ")
    expect(title).to_have_text("受付 A-002")
    open_case.page.keyboard.press("Alt+KeyK")
    expect(title).to_have_text("受付 A-001")
    expect(open_case.field).to_be_focused()
    open_case.page.keyboard.press("Alt+KeyM")
    expect(open_case.page.get_by_label("内部メモ", exact=True)).to_be_checked()
    open_case.page.keyboard.press("Control+/")

    expect(open_case.dialog).to_contain_text("Alt+J")
    open_case.page.keyboard.press("Escape")
    expect(open_case.dialog).to_have_count(0)


def test_keyboard_alone_claims_and_answers(fake: ConsoleFake, console: ConsolePage) -> None:
    fake.say(2, "質問です")
    fake.row(2)
    console.open()
    expect(console.row(2)).to_be_visible()
    for _ in range(30):
        console.page.keyboard.press("Tab")
        if console.page.evaluate("document.activeElement.classList.contains('row__claim')"):
            break

    console.page.keyboard.press("Enter")
    expect(console.field).to_be_focused()
    console.page.keyboard.type("お待たせしました")
    console.page.keyboard.press("Tab")
    console.page.keyboard.press("Enter")

    expect(console.mine).to_contain_text("お待たせしました")
