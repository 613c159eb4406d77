"""The experts' console for everybody: axe in every state, forced colours, less motion, large text, narrow screens."""

from pathlib import Path

import pytest
from playwright.sync_api import Page, expect

from tests.e2e.console_fake import ConsoleFake, ago, user
from tests.e2e.console_page import DESKTOP, PHONE, ConsolePage, NewConsole

pytestmark = pytest.mark.browser


@pytest.fixture(scope="module")
def axe() -> str:
    import axe_playwright_python

    return (Path(axe_playwright_python.__file__).parent / "axe.min.js").read_text(encoding="utf-8")


def violations(page: Page, axe: str) -> list[str]:
    page.evaluate(axe)
    found = page.evaluate("axe.run(document, { rules: { 'target-size': { enabled: true } } })")
    return [f"{v['id']}: {[n['target'] for n in v['nodes']]}" for v in found["violations"]]


def scene(fake: ConsoleFake) -> None:
    """One of everything: every kind of row, of bubble, and of delivery."""
    fake.me = user(role="supervisor")
    fake.say(1, "はじめの質問", at="2026-11-19T02:00:00Z")
    fake.say(1, "AIの回答です。https://example.go.jp/a をご覧ください。", "bot")
    fake.say(1, "追加の質問")
    fake.say(1, "専門家が参加しました。", "system")
    fake.say(1, "返事です", "expert", author="山田", quotes_seq=3, delivery={"status": "held", "error": None})
    fake.say(1, "届かない返事", "expert", author="山田", delivery={"status": "failed", "error": "送信の上限です。"})
    fake.memos[1] = [{"id": 1, "author": "佐藤", "text": "先月も相談あり", "at": ago(5)}]
    viewers = ["佐藤"]
    fake.row(1, "active", waiting_since=ago(4), unread=1, typing=True, delivery_failed=True, viewers=viewers)
    fake.row(2, waiting_since=ago(6), channel="line")
    fake.row(3, "assigned", user_online=False)
    fake.row(4, "active", assigned_to={"id": "u2", "display_name": "佐藤"})
    fake.row(5, "promised", promised_for="2026-11-24", due_on="2026-11-25", waiting_since=None)
    fake.row(6, "closed", closed_at=ago(9), category="solved", rating=4, waiting_since=None)


def go(console: ConsolePage, number: int) -> None:
    console.page.evaluate(f"location.hash = '{number or ''}'")
    title = console.page.locator(".case__title")
    expect(title).to_have_text(f"受付 A-{number:03}") if number else expect(title).to_be_hidden()


class States:
    """Runs axe in one state after the other and keeps what it finds."""

    def __init__(self, page: Page, axe: str) -> None:
        self._page = page
        self._axe = axe
        self.found: dict[str, list[str]] = {}

    def check(self, state: str) -> None:
        if what := violations(self._page, self._axe):
            self.found[state] = what


schemes = pytest.mark.parametrize("scheme", ["light", "dark"])
viewports = pytest.mark.parametrize("viewport", [DESKTOP, PHONE], ids=["desktop", "phone"])


@schemes
@viewports
def test_axe_finds_nothing_around_the_lists(
    fake: ConsoleFake, new_console: NewConsole, axe: str, scheme: str, viewport: dict[str, int]
) -> None:
    console = new_console(viewport=viewport, color_scheme=scheme)
    states = States(console.page, axe)
    fake.logged_in = False
    console.page.goto(f"{console.url}/console")
    expect(console.page.get_by_label("パスワード")).to_be_visible()
    states.check("log-in")
    fake.logged_in = True
    console.open()
    expect(console.group("waiting")).to_be_visible()
    states.check("empty")

    scene(fake)
    expect(console.row(5)).to_be_visible()
    console.page.get_by_text("終了（本日） 1").click()
    fake.problems["PATCH /session"] = (503, "storage-unavailable", "ただいま混み合っています。")
    console.page.get_by_role("switch").click()
    expect(console.notice).to_be_visible()
    states.check("lists with a notice")
    for name in ("設定", "キー操作"):
        console.press(name)
        expect(console.dialog).to_be_visible()
        states.check(name)
        console.page.keyboard.press("Escape")
    go(console, 2)
    states.check("waiting")

    assert states.found == {}


@schemes
@viewports
def test_axe_finds_nothing_in_a_conversation(
    fake: ConsoleFake, new_console: NewConsole, axe: str, scheme: str, viewport: dict[str, int]
) -> None:
    console = new_console(viewport=viewport, color_scheme=scheme)
    page, states = console.page, States(console.page, axe)
    scene(fake)
    console.open(1)
    expect(console.mine).to_have_count(2)
    page.locator(".fold summary").click()
    states.check("conversation")
    page.get_by_label("内部メモ", exact=True).check()
    states.check("memo")
    page.get_by_role("button", name="引用して返信").last.click()
    console.press("定型文（/）")
    states.check("canned")
    page.keyboard.press("Escape")
    console.press("Q&Aを探す")
    page.keyboard.type("共済")
    expect(page.locator(".found")).to_be_visible()
    states.check("search")
    page.keyboard.press("Enter")
    fake.problems["POST /handoffs/1/messages"] = (409, "not-yours", "この相談は佐藤さんに移りました。")
    page.keyboard.press("Control+Enter")
    expect(page.get_by_role("button", name="入力欄に戻す")).to_be_visible()
    states.check("failed")
    if viewport is PHONE:
        console.press("相談カード")
        states.check("card")
    for name in ("引き継ぐ", "相談を終了する"):
        console.press(name)
        expect(console.dialog).to_be_visible()
        states.check(name)
        page.keyboard.press("Escape")

    assert states.found == {}


def test_dots_stand_still_when_motion_is_unwanted(fake: ConsoleFake, new_console: NewConsole) -> None:
    console = new_console(reduced_motion="reduce")
    scene(fake)

    console.open(1)

    dot = console.page.locator(".answering__dots i").first
    expect(dot).to_be_visible()
    assert dot.evaluate("dot => getComputedStyle(dot).animationName") == "none"


def test_marks_and_bubbles_keep_a_border_in_forced_colours(fake: ConsoleFake, new_console: NewConsole) -> None:
    console = new_console(forced_colors="active")
    scene(fake)

    console.open(1)

    for place in (".mark--late", ".mark--assigned", ".entry--mine .bubble"):
        width = console.page.locator(place).first.evaluate("node => getComputedStyle(node).borderTopWidth")
        assert width == "1px", place


@pytest.mark.parametrize("viewport", [DESKTOP, PHONE], ids=["desktop", "phone"])
def test_text_of_double_size_stays_usable(fake: ConsoleFake, new_console: NewConsole, viewport: dict[str, int]) -> None:
    console = new_console(viewport=viewport)
    scene(fake)
    console.open(1)
    expect(console.mine).to_have_count(2)

    console.page.evaluate("document.documentElement.style.fontSize = '200%'")

    console.page.get_by_role("button", name="返信を送る").scroll_into_view_if_needed()
    expect(console.page.get_by_role("button", name="返信を送る")).to_be_in_viewport(ratio=1)
    assert console.page.evaluate("document.documentElement.scrollWidth") == viewport["width"]
    assert console.page.evaluate(
        "document.querySelector('.case').scrollWidth <= document.querySelector('.case').clientWidth"
    )


def test_long_words_fit_the_narrow_screen(fake: ConsoleFake, new_console: NewConsole) -> None:
    """P14"""
    console = new_console(viewport={"width": 320, "height": 640})
    fake.say(1, "補" * 180 + " https://example.go.jp/" + "a" * 320)
    fake.row(1, "active", question="補" * 80, speciality_label="と" * 30)

    console.open(1)

    expect(console.theirs).to_be_visible()
    assert console.page.evaluate("document.documentElement.scrollWidth") == 320
    assert console.log.evaluate("log => log.scrollWidth <= log.clientWidth")


def test_phone_shows_one_column_with_ways_back(fake: ConsoleFake, new_console: NewConsole) -> None:
    console = new_console(viewport=PHONE, has_touch=True, is_mobile=True)
    fake.row(1, "active")
    console.open()
    expect(console.page.locator(".case")).to_be_hidden()

    console.row(1).locator(".row__open").click()
    expect(console.page.locator(".sidebar")).to_be_hidden()
    expect(console.field).to_be_visible()
    console.press("相談カード")
    expect(console.page.locator(".side")).to_be_visible()
    console.press("会話に戻る")
    console.press("一覧に戻る")

    expect(console.row(1).locator(".row__open")).to_be_focused()
    wide = console.page.evaluate("document.documentElement.scrollWidth")
    assert wide == PHONE["width"]
