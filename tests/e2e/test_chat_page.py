"""The chat page in a real Chromium against a real server; the numbers (P1 ...) are those of the UI study."""

from __future__ import annotations

import gzip
import json
import shutil
import uuid
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any, Protocol

import pytest
from playwright.sync_api import Browser, BrowserContext, Dialog, Locator, Page, Route, expect, sync_playwright

pytestmark = pytest.mark.browser
STATIC = Path(__file__).parents[2] / "connectors/web/static"
KEY = "sodan.conversation"
CHROMIUM_FLAGS = [
    "--no-sandbox", "--disable-gpu", "--disable-quic", "--no-first-run",
    "--disable-background-networking", "--disable-component-update", "--disable-sync",
]  # fmt: skip
AN_ANSWERABLE_QUESTION = "取引先が倒産した。共済からいくら借りられる?"
A_VAGUE_QUESTION = "補助金"
NARROW = {"width": 320, "height": 640}
PHONE = {"width": 390, "height": 844}

# Replaces the live stream by one that the test feeds, so that it can be cut, silent or late.
FED_STREAM = """
(() => {
  const native = window.fetch;
  const feed = { opened: [], controller: null, refuse: false };
  window.feed = feed;
  feed.push = (text) => feed.controller.enqueue(new TextEncoder().encode(text));
  feed.message = (message) =>
    feed.push(`id: ${message.seq}\\nevent: message\\ndata: ${JSON.stringify(message)}\\n\\n`);
  feed.cut = () => feed.controller.close();
  window.fetch = (url, options) => {
    if (!String(url).includes("/events?")) return native(url, options);
    feed.opened.push(String(url));
    if (feed.refuse) return Promise.reject(new TypeError("network"));
    const body = new ReadableStream({
      start(controller) {
        feed.controller = controller;
        options.signal.addEventListener("abort", () => {
          try { controller.error(new DOMException("gone", "AbortError")); } catch {}
        });
      },
    });
    return Promise.resolve(new Response(body, { headers: { "Content-Type": "text/event-stream" } }));
  };
})();
"""

WATCH_ANNOUNCER = """
(() => {
  window.spoken = [];
  new MutationObserver((records) => {
    for (const record of records)
      for (const node of record.addedNodes)
        if (record.target.getAttribute?.("aria-live") === "polite") window.spoken.push(node.textContent);
  }).observe(document, { childList: true, subtree: true });
})();
"""

WATCH_VIOLATIONS = """
window.violations = [];
document.addEventListener("securitypolicyviolation", (event) => window.violations.push(event.violatedDirective));
"""


class LiveServer(Protocol):
    url: str


class Chat:
    """What a visitor does and sees on one page."""

    def __init__(self, page: Page, url: str) -> None:
        self.page = page
        self.url = url
        self.field = page.locator("textarea")
        self.send_button = page.get_by_role("button", name="送信", exact=True)
        self.own = page.locator(".entry--user")
        self.bot = page.locator(".entry--bot")
        self.log = page.locator(".log")
        self.posts: list[str] = []
        page.on("request", lambda r: self.posts.append(r.url) if self._is_message(r.method, r.url) else None)

    @staticmethod
    def _is_message(method: str, url: str) -> bool:
        return method == "POST" and url.endswith("/messages")

    def open(self) -> Chat:
        self.page.goto(f"{self.url}/chat")
        expect(self.page.locator(".start")).to_be_visible()
        return self

    def say(self, text: str) -> None:
        self.field.fill(text)
        self.send_button.click()

    def ask(self, text: str) -> Locator:
        """Says it and waits for the answer."""
        before = self.bot.count()
        self.say(text)
        expect(self.bot).to_have_count(before + 1)
        return self.bot.last

    def identity(self) -> dict[str, str]:
        identity: dict[str, str] = json.loads(self.page.evaluate(f"localStorage.getItem('{KEY}')"))
        return identity

    def post(self, text: str) -> None:
        """Says something in this conversation from elsewhere."""
        identity = self.identity()
        answer = self.page.request.post(
            f"{self.url}/api/v1/conversations/{identity['id']}/messages",
            headers={"Authorization": f"Bearer {identity['token']}"},
            data={"client_id": str(uuid.uuid4()), "text": text},
        )
        assert answer.ok

    def stored(self) -> list[dict[str, Any]]:
        identity = self.identity()
        answer = self.page.request.get(
            f"{self.url}/api/v1/conversations/{identity['id']}/messages?after=0",
            headers={"Authorization": f"Bearer {identity['token']}"},
        )
        messages: list[dict[str, Any]] = answer.json()["messages"]
        return messages


def message(seq: int, role: str = "bot", text: str = "", **more: Any) -> dict[str, Any]:
    parts = [{"type": "text", "text": text}] if role != "user" else []
    known = {"client_id": None, "at": "2026-11-20T03:00:00Z", "action": None, "parts": parts}
    return {"seq": seq, "role": role, "text": text, **known, **more}


def with_history(chat: Chat, messages: list[dict[str, Any]]) -> Chat:
    """Opens the page on a conversation whose log reads as given."""
    identity = chat.page.request.post(f"{chat.url}/api/v1/conversations", data={}).json()
    kept = json.dumps({"id": identity["id"], "token": identity["token"]})
    chat.page.add_init_script(f"localStorage.setItem('{KEY}', {json.dumps(kept)})")
    answer = {"messages": messages, "last_seq": messages[-1]["seq"] if messages else 0}
    chat.page.route("**/messages?after=0", lambda route: route.fulfill(json=answer))
    chat.open()
    expect(chat.page.locator(".entry")).to_have_count(len(messages), timeout=20_000)
    return chat


def until(page: Page, condition: str) -> None:
    """Waits for a condition; `wait_for_function` would need eval, which the page's policy forbids."""
    for _ in range(100):
        if page.evaluate(condition):
            return
        page.wait_for_timeout(50)
    pytest.fail(f"never came true: {condition}")


def problem(status: int, code: str, detail: str, **headers: str) -> Callable[[Route], None]:
    body = json.dumps({"type": "about:blank", "title": code, "status": status, "detail": detail, "code": code})
    content = {"Content-Type": "application/problem+json", **headers}
    return lambda route: route.fulfill(status=status, headers=content, body=body)


def loses_the_answer(route: Route) -> None:
    """The server hears, the page does not hear back."""
    route.fetch()
    route.abort()


NewChat = Callable[..., Chat]


@pytest.fixture(scope="module")
def browser() -> Iterator[Browser]:
    with sync_playwright() as playwright:
        if not (path := shutil.which("chromium")):
            pytest.skip("Debian's chromium is not installed: apt-get install chromium fonts-noto-cjk")
        chromium = playwright.chromium.launch(executable_path=path, args=CHROMIUM_FLAGS)
        yield chromium
        chromium.close()


@pytest.fixture
def new_chat(browser: Browser, live_server: LiveServer) -> Iterator[NewChat]:
    """Makes chats, each in a browser profile of its own; in the end no page may have complained."""
    contexts: list[BrowserContext] = []
    errors: list[str] = []

    def make(*scripts: str, context: BrowserContext | None = None, **options: Any) -> Chat:
        if context is None:
            context = browser.new_context(**{"viewport": PHONE, "locale": "ja-JP", **options})
            context.set_default_timeout(15_000)
            contexts.append(context)
        page = context.new_page()
        page.on("pageerror", lambda error: errors.append(str(error)))
        for script in (WATCH_VIOLATIONS, *scripts):
            page.add_init_script(script)
        return Chat(page, live_server.url)

    yield make
    pages = [page for context in contexts for page in context.pages]
    violations = [page.evaluate("window.violations") for page in pages]
    for context in contexts:
        context.close()
    assert errors == []
    assert [found for found in violations if found] == []


@pytest.fixture
def chat(new_chat: NewChat) -> Chat:
    return new_chat().open()


# One real conversation


def test_question_is_answered_with_its_source_and_date(chat: Chat) -> None:
    answer = chat.ask(AN_ANSWERABLE_QUESTION)

    expect(answer).to_contain_text("8,000万円")
    expect(answer.locator("summary")).to_contain_text("出典")
    expect(answer.locator("summary")).to_contain_text("年")


def test_desk_comes_with_a_number_to_call(chat: Chat) -> None:
    answer = chat.ask("神奈川の活性化協議会の電話番号")

    expect(answer.locator("a[href='tel:0456335143']").first).to_be_visible()


def test_vague_question_is_asked_back_and_the_tapped_choice_stays_marked(chat: Chat) -> None:
    options = chat.ask(A_VAGUE_QUESTION).locator("button:is(.chip, .option)")
    label = options.first.inner_text().split("\n")[-1]

    options.first.click()

    expect(chat.own.last).to_contain_text(label)
    asked = chat.bot.first
    expect(asked.locator(".is-chosen")).to_contain_text("選択済み")
    expect(asked.locator("button:is(.chip, .option)")).to_have_count(0)
    expect(chat.bot).to_have_count(2)


def test_looking_at_the_page_opens_no_conversation(new_chat: NewChat) -> None:
    chat = new_chat()
    requests: list[str] = []
    chat.page.on("request", lambda request: requests.append(f"{request.method} {request.url}"))

    chat.open()
    chat.page.wait_for_timeout(500)

    assert [request for request in requests if "/conversations" in request] == []


def test_token_appears_in_no_address_and_no_referrer(new_chat: NewChat) -> None:
    """P20"""
    chat = new_chat()
    seen: list[str] = []
    chat.page.on("request", lambda r: seen.append(r.url + r.headers.get("referer", "")))

    chat.open().ask(A_VAGUE_QUESTION)
    chat.page.reload()
    expect(chat.bot).to_have_count(1)

    token = chat.identity()["token"]
    assert [address for address in seen if token in address] == []


def test_topic_chip_starts_the_talk(chat: Chat) -> None:
    chip = chat.page.locator(".start .chip").first
    label = chip.inner_text()

    chip.click()

    expect(chat.own).to_contain_text(label)
    expect(chat.bot).to_have_count(1)
    expect(chip).to_be_hidden()


def test_reload_shows_the_talk_and_the_choice_made_in_it(new_chat: NewChat) -> None:
    chat = new_chat(WATCH_ANNOUNCER).open()
    chat.ask(A_VAGUE_QUESTION).locator("button:is(.chip, .option)").first.click()
    expect(chat.bot).to_have_count(2)

    chat.page.reload()

    expect(chat.bot).to_have_count(2)
    expect(chat.own).to_have_count(2)
    expect(chat.bot.first.locator(".is-chosen")).to_have_count(1)
    assert chat.page.evaluate("window.spoken") == []


def test_two_tabs_of_one_conversation_both_update_without_copies(new_chat: NewChat) -> None:
    """P24"""
    first = new_chat().open()
    second = new_chat(context=first.page.context).open()

    first.ask(A_VAGUE_QUESTION)
    expect(second.bot).to_have_count(1)
    second.ask("今日の天気は?")

    for tab in (first, second):
        expect(tab.own).to_have_count(2)
        expect(tab.bot).to_have_count(2)


def test_new_consultation_forgets_the_old_one_after_a_question(chat: Chat) -> None:
    chat.ask(A_VAGUE_QUESTION)
    old = chat.identity()["id"]
    chat.page.get_by_role("button", name="メニュー").click()
    chat.page.get_by_role("button", name="新しい相談を始める").click()
    chat.page.get_by_role("button", name="新しく始める").click()

    expect(chat.bot).to_have_count(0)
    expect(chat.page.locator(".start .chip").first).to_be_visible()
    chat.ask(A_VAGUE_QUESTION)
    assert chat.identity()["id"] != old


def test_refusing_a_new_consultation_keeps_everything(chat: Chat) -> None:
    chat.ask(A_VAGUE_QUESTION)
    menu = chat.page.get_by_role("button", name="メニュー")
    menu.click()
    chat.page.get_by_role("button", name="新しい相談を始める").click()

    chat.page.keyboard.press("Escape")

    expect(chat.bot).to_have_count(1)
    expect(menu).to_be_focused()


def test_answer_to_the_old_consultation_does_not_reach_the_new_one(chat: Chat) -> None:
    chat.ask(A_VAGUE_QUESTION)
    held: list[Route] = []

    def hold(route: Route) -> None:
        held.append(route)

    chat.page.route("**/conversations/*/messages", hold)
    chat.say("古い相談")
    chat.page.get_by_role("button", name="メニュー").click()
    chat.page.get_by_role("button", name="新しい相談を始める").click()
    chat.page.get_by_role("button", name="新しく始める").click()
    expect(chat.own).to_have_count(0)

    held[0].continue_()
    chat.page.wait_for_timeout(1_000)

    expect(chat.page.locator(".entry")).to_have_count(0)


# Writing


def press_enter_while_composing(chat: Chat) -> None:
    session = chat.page.context.new_cdp_session(chat.page)
    session.send("Input.imeSetComposition", {"text": "補助金", "selectionStart": 3, "selectionEnd": 3})
    for key in ("Process", "Enter"):
        event = {"type": "rawKeyDown", "windowsVirtualKeyCode": 229, "key": key}
        session.send("Input.dispatchKeyEvent", event)
    chat.page.keyboard.press("Enter")


def test_enter_that_confirms_kanji_does_not_send(chat: Chat) -> None:
    """P1, P2"""
    asked: list[str] = []
    chat.page.on("request", lambda r: asked.append(r.url) if "/suggest" in r.url else None)
    chat.field.focus()
    press_enter_while_composing(chat)
    chat.page.wait_for_timeout(500)
    assert (chat.posts, asked) == ([], [])

    session = chat.page.context.new_cdp_session(chat.page)
    session.send("Input.insertText", {"text": "補助金"})
    chat.page.wait_for_timeout(500)
    assert len(asked) == 1
    chat.page.keyboard.press("Enter")

    expect(chat.own).to_have_count(1)
    expect(chat.own).to_contain_text("補助金")


def test_safari_order_of_the_confirming_enter_does_not_send(chat: Chat) -> None:
    """P1: Safari ends the composition first and sends keydown 229 after it."""
    chat.field.fill("補助金")
    chat.field.evaluate(
        """(field) => {
          field.dispatchEvent(new CompositionEvent("compositionstart", { bubbles: true }));
          field.dispatchEvent(new CompositionEvent("compositionend", { bubbles: true, data: "補助金" }));
          field.dispatchEvent(new KeyboardEvent("keydown", { key: "Enter", keyCode: 229, bubbles: true }));
        }"""
    )
    chat.page.wait_for_timeout(300)

    assert chat.posts == []
    expect(chat.field).to_have_value("補助金")


def test_shift_enter_makes_a_new_line_and_enter_sends(chat: Chat) -> None:
    """P3"""
    chat.field.press_sequentially("一行目")
    chat.field.press("Shift+Enter")
    chat.field.press_sequentially("二行目")
    expect(chat.field).to_have_value("一行目\n二行目")

    chat.field.press("Enter")

    expect(chat.own).to_contain_text("一行目\n二行目", use_inner_text=True)


def test_enter_on_a_phone_makes_a_new_line(new_chat: NewChat) -> None:
    """P3"""
    chat = new_chat(has_touch=True, is_mobile=True).open()
    chat.field.tap()
    chat.field.press_sequentially("一行目")
    chat.field.press("Enter")

    expect(chat.field).to_have_value("一行目\n")
    assert chat.posts == []


def test_meaning_of_enter_can_be_changed_in_the_menu(chat: Chat) -> None:
    """P3"""
    chat.page.get_by_role("button", name="メニュー").click()
    chat.page.get_by_label("Enterキーで送信する").uncheck()
    chat.field.fill("補助金")
    chat.field.press("Enter")

    expect(chat.field).to_have_value("補助金\n")
    assert chat.posts == []


def test_text_over_the_limit_is_told_and_kept(chat: Chat) -> None:
    text = "あ" * 2001
    chat.say(text)

    expect(chat.page.locator(".composer__error")).to_contain_text("2,000字以内")
    expect(chat.page.locator(".composer__counter")).to_have_text("2,001／2,000字")
    expect(chat.field).to_have_value(text)
    expect(chat.field).to_be_focused()
    assert chat.posts == []


def test_text_refused_by_the_server_returns_to_the_field(chat: Chat) -> None:
    refusal = problem(422, "text-too-long", "2,000字以内でお送りください。")
    chat.page.route("**/conversations/*/messages", refusal)
    chat.say("長い相談")

    expect(chat.page.locator(".composer__error")).to_have_text("2,000字以内でお送りください。")
    expect(chat.field).to_have_value("長い相談")
    expect(chat.own).to_have_count(0)


def test_draft_survives_a_reload(chat: Chat) -> None:
    chat.field.fill("書きかけの相談")

    chat.page.reload()

    expect(chat.field).to_have_value("書きかけの相談")


# Sending when things fail


def test_message_whose_answer_was_lost_is_stored_once_after_a_retry(chat: Chat) -> None:
    """P4"""
    chat.page.route("**/conversations/*/messages", loses_the_answer, times=1)
    chat.say(A_VAGUE_QUESTION)
    chat.page.get_by_role("button", name="再送する").click()

    expect(chat.bot).to_have_count(1)
    expect(chat.own).to_have_count(1)
    expect(chat.page.locator(".entry__status")).to_have_count(0)
    assert [m["text"] for m in chat.stored() if m["role"] == "user"] == [A_VAGUE_QUESTION]


def test_double_click_sends_once(chat: Chat) -> None:
    """P4"""
    chat.field.fill(A_VAGUE_QUESTION)
    chat.send_button.dblclick()
    expect(chat.bot).to_have_count(1)

    chat.bot.first.locator("button:is(.chip, .option)").first.dblclick()
    expect(chat.bot).to_have_count(2)

    assert len(chat.posts) == 2


def test_failed_message_can_be_taken_back_to_the_field(chat: Chat) -> None:
    chat.page.route("**/conversations/*/messages", lambda route: route.abort())
    chat.say("送れない相談")
    expect(chat.page.locator(".entry__status")).to_contain_text("送信できませんでした")

    chat.page.get_by_role("button", name="入力欄に戻す").click()

    expect(chat.own).to_have_count(0)
    expect(chat.field).to_have_value("送れない相談")


def test_unsent_message_is_still_there_after_a_reload(chat: Chat) -> None:
    chat.page.route("**/conversations/*/messages", lambda route: route.abort())
    chat.say(A_VAGUE_QUESTION)
    expect(chat.page.get_by_role("button", name="再送する")).to_be_visible()
    chat.page.unroute("**/conversations/*/messages")

    chat.page.reload()
    chat.page.get_by_role("button", name="再送する").click()

    expect(chat.bot).to_have_count(1)
    expect(chat.own).to_have_count(1)


def test_service_that_is_down_says_so_and_keeps_the_words(chat: Chat) -> None:
    down = problem(503, "storage-unavailable", "ただいまチャットを利用できません。")
    chat.page.route("**/api/v1/conversations", down)
    chat.say("大切な相談")

    expect(chat.page.locator(".entry__status")).to_contain_text("ただいまチャットを利用できません。")
    expect(chat.own).to_contain_text("大切な相談")

    chat.page.unroute("**/api/v1/conversations")
    chat.page.get_by_role("button", name="再送する").click()
    expect(chat.bot).to_have_count(1)


def test_rate_limit_is_told_and_the_message_goes_by_itself(chat: Chat) -> None:
    busy = problem(429, "rate-limited", "", **{"Retry-After": "1"})
    chat.page.route("**/conversations/*/messages", busy, times=1)
    chat.say(A_VAGUE_QUESTION)

    expect(chat.page.locator(".entry__status")).to_contain_text("1秒ほどお待ちください")
    expect(chat.bot).to_have_count(1)
    expect(chat.own).to_have_count(1)


def test_offline_is_told_and_the_message_goes_when_the_network_returns(chat: Chat) -> None:
    """P6"""
    chat.page.context.set_offline(True)
    expect(chat.page.locator(".banner")).to_contain_text("接続が切れています")
    chat.say(A_VAGUE_QUESTION)
    expect(chat.page.locator(".entry__status")).to_contain_text("送信待ち")

    chat.page.context.set_offline(False)

    expect(chat.bot).to_have_count(1)
    expect(chat.own).to_have_count(1)
    expect(chat.page.locator(".banner")).to_be_empty()


def test_conversation_that_no_longer_exists_is_replaced_quietly(new_chat: NewChat) -> None:
    chat = new_chat()
    lost = json.dumps({"id": "unknown", "token": "unknown"})
    chat.page.add_init_script(f"localStorage['{KEY}'] || localStorage.setItem('{KEY}', {json.dumps(lost)})")
    chat.open()

    expect(chat.page.locator(".start__notice")).to_contain_text("見つかりませんでした")
    chat.ask(A_VAGUE_QUESTION)
    assert chat.identity()["id"] != "unknown"


def test_page_works_without_any_storage_and_says_what_that_means(new_chat: NewChat) -> None:
    """P19"""
    blocked = """
      for (const name of ["localStorage", "sessionStorage"])
        Object.defineProperty(window, name, { get() { throw new DOMException("no", "SecurityError"); } });
    """
    chat = new_chat(blocked).open()

    expect(chat.page.locator(".start")).to_contain_text("ページを閉じると会話が消えます")
    chat.ask(A_VAGUE_QUESTION)


# The live stream


def test_stream_that_was_cut_brings_what_was_missed_once_and_in_order(chat: Chat) -> None:
    """P5"""
    chat.ask(A_VAGUE_QUESTION)
    chat.page.route("**/events?*", lambda route: route.abort())
    chat.page.reload()
    expect(chat.bot).to_have_count(1)
    for text in ("一つ目です", "二つ目です", "三つ目です"):
        chat.post(text)
    expect(chat.page.locator(".banner")).to_contain_text("再接続しています")

    chat.page.unroute("**/events?*")

    expect(chat.own).to_have_count(4)
    expect(chat.bot).to_have_count(4)
    texts = [text.split("\n")[-1] for text in chat.own.all_inner_texts()]
    assert texts == [A_VAGUE_QUESTION, "一つ目です", "二つ目です", "三つ目です"]
    expect(chat.page.locator(".banner")).to_be_empty()


def test_stream_refused_by_a_service_that_is_down_says_so(chat: Chat) -> None:
    chat.ask(A_VAGUE_QUESTION)
    chat.page.route("**/events?*", problem(503, "storage-unavailable", "", **{"Retry-After": "1"}))
    chat.page.reload()

    expect(chat.page.locator(".banner")).to_contain_text("ただいまチャットを利用できません")
    chat.page.unroute("**/events?*")
    expect(chat.page.locator(".banner")).to_be_empty()


def test_history_that_could_not_be_fetched_at_first_comes_later_and_silently(new_chat: NewChat) -> None:
    """P5, P7"""
    chat = new_chat(WATCH_ANNOUNCER).open()
    chat.ask(A_VAGUE_QUESTION)
    chat.page.route("**/messages?after=0", lambda route: route.abort(), times=1)

    chat.page.reload()

    expect(chat.bot).to_have_count(1)
    assert chat.page.evaluate("window.spoken") == []


def test_long_poll_takes_over_where_streams_are_held_back(new_chat: NewChat) -> None:
    chat = new_chat()
    chat.page.route(lambda url: "/events?" in url and "wait=" not in url, lambda route: None)
    chat.open()

    chat.say(A_VAGUE_QUESTION)
    expect(chat.bot).to_have_count(1, timeout=10_000)
    with chat.page.expect_request(lambda request: "wait=25" in request.url):
        chat.post("もう一つ")
    expect(chat.bot).to_have_count(2, timeout=10_000)


def test_silent_stream_is_given_up_and_opened_again(new_chat: NewChat) -> None:
    """P6"""
    chat = new_chat(FED_STREAM)
    chat.page.clock.install()
    with_history(chat, [message(1, text="こんにちは")])
    until(chat.page, "feed.opened.length === 1")
    chat.field.fill("書きかけ")

    chat.page.evaluate("feed.refuse = true")
    chat.page.clock.run_for(45_000)
    expect(chat.page.locator(".banner")).to_contain_text("再接続しています")
    chat.page.evaluate("feed.refuse = false")
    chat.page.clock.run_for(35_000)

    expect(chat.page.locator(".banner")).to_be_empty()
    expect(chat.field).to_have_value("書きかけ")


def test_gap_in_the_stream_is_filled_before_anything_is_shown(new_chat: NewChat) -> None:
    """P5"""
    chat = new_chat(FED_STREAM)
    with_history(chat, [message(1, text="一")])
    until(chat.page, "feed.controller !== null")
    missed = [message(seq, text=text) for seq, text in ((2, "二"), (3, "三"))]
    page = {"messages": missed, "last_seq": 3}
    chat.page.route("**/messages?after=1", lambda route: route.fulfill(json=page))

    chat.page.evaluate("message => feed.message(message)", missed[1])

    expect(chat.page.locator(".entry--bot .bubble")).to_have_text(["一", "二", "三"])


# Screen readers, focus, scrolling


def test_each_message_from_the_other_side_is_announced_once(new_chat: NewChat) -> None:
    """P7"""
    chat = new_chat(WATCH_ANNOUNCER).open()
    chat.ask(A_VAGUE_QUESTION)
    chat.page.wait_for_timeout(1_500)

    spoken = chat.page.evaluate("window.spoken.filter((text) => text.startsWith('自動応答'))")
    assert len(spoken) == 1
    assert [text for text in chat.page.evaluate("window.spoken") if text == A_VAGUE_QUESTION] == []
    expect(chat.page.locator("[aria-live=polite]").last).to_be_empty()
    expect(chat.log).to_have_attribute("aria-live", "off")


def test_focus_stays_in_the_field_when_messages_come_and_returns_after_a_tap(new_chat: NewChat) -> None:
    """P8"""
    chat = new_chat(viewport={"width": 1280, "height": 800}).open()
    answer = chat.ask(A_VAGUE_QUESTION)
    expect(chat.field).to_be_focused()

    answer.locator("button:is(.chip, .option)").first.click()

    expect(chat.field).to_be_focused()
    expect(chat.bot).to_have_count(2)
    expect(chat.field).to_be_focused()


def test_focus_on_a_phone_goes_to_the_talk_and_brings_no_keyboard(new_chat: NewChat) -> None:
    """P8"""
    chat = new_chat(has_touch=True, is_mobile=True).open()
    chat.ask(A_VAGUE_QUESTION).locator("button:is(.chip, .option)").first.tap()

    expect(chat.bot).to_have_count(2)
    expect(chat.log).to_be_focused()


def test_failed_sending_is_spoken(new_chat: NewChat) -> None:
    chat = new_chat(WATCH_ANNOUNCER).open()
    chat.page.route("**/conversations/*/messages", lambda route: route.abort())
    chat.say("送れない相談")
    expect(chat.page.get_by_role("button", name="再送する")).to_be_visible()

    assert chat.page.evaluate("window.spoken") == ["送信できませんでした。"]


def test_keyboard_alone_is_enough(new_chat: NewChat) -> None:
    """P8, P9: no trap, everything reachable."""
    chat = new_chat(viewport={"width": 1280, "height": 800}).open()
    chat.field.focus()
    chat.page.keyboard.type("補助金", delay=20)
    chat.page.keyboard.press("Escape")
    chat.page.keyboard.press("Enter")
    expect(chat.bot).to_have_count(1)

    chat.page.keyboard.press("Shift+Tab")
    expect(chat.bot.locator("button:is(.chip, .option)").last).to_be_focused()
    chat.page.keyboard.press("Enter")
    expect(chat.bot).to_have_count(2)

    chat.page.keyboard.press("Tab")
    expect(chat.send_button).to_be_focused()


def test_reader_of_older_messages_is_not_moved(new_chat: NewChat) -> None:
    """P22"""
    chat = new_chat(FED_STREAM)
    with_history(chat, [message(seq, text="長い回答です。\n" * 6) for seq in range(1, 9)])
    until(chat.page, "feed.controller !== null")
    news = chat.page.get_by_role("button", name="新しいメッセージがあります")
    chat.log.evaluate("log => { log.scrollTop = 100; }")

    chat.page.evaluate("message => feed.message(message)", message(9, text="新しい回答です。"))

    expect(news).to_be_visible()
    assert chat.log.evaluate("log => log.scrollTop") == 100
    news.click()
    expect(chat.page.get_by_text("新しい回答です。", exact=True).first).to_be_in_viewport()
    expect(news).to_be_hidden()


def test_reader_at_the_end_sees_the_beginning_of_a_long_answer(new_chat: NewChat) -> None:
    """P22: the end of an answer longer than the screen would be the wrong place."""
    chat = new_chat(FED_STREAM)
    with_history(chat, [message(seq, text="長い回答です。\n" * 6) for seq in range(1, 9)])
    until(chat.page, "feed.controller !== null")

    long = message(9, text="ここが始まりです。\n" + "続きです。\n" * 60)
    chat.page.evaluate("message => feed.message(message)", long)

    expect(chat.page.get_by_text("ここが始まりです。").first).to_be_in_viewport()


# What texts may hold


HOSTILE = [
    "<img src=x onerror=alert(1)>",
    "<svg onload=alert(1)>",
    "javascript:alert(1) data:text/html,<script>alert(1)</script>",
    "[x](javascript:alert(1))",
    "\u202e逆さまの文\u202c",
    "長" * 10_000,
]


def test_hostile_text_in_every_place_stays_text(new_chat: NewChat) -> None:
    """P12"""
    chat = new_chat()
    dialogs: list[str] = []

    def note(dialog: Dialog) -> None:
        dialogs.append(dialog.message)
        dialog.dismiss()

    chat.page.on("dialog", note)
    messages: list[dict[str, Any]] = []
    for text in HOSTILE:
        option = {"label": text, "action": "entry:x"}
        url = "javascript:alert(1)"
        messages.append(message(len(messages) + 1, "user", text))
        parts = [
            {"type": "text", "text": text},
            *({"type": kind, "items": [option]} for kind in ("candidates", "choices", "followups", "feedback")),
            {"type": "programs", "items": [{"id": "x", "name": text, "reason": text, "url": url}]},
            {"type": "institutions", "items": [{"id": "x", "name": text, "reason": text}]},
            {"type": "contacts", "items": [{"office": text, "prefecture": text, "tel": text, "address": text}]},
            {"type": "sources", "items": [{"title": text, "at": text, "as_of": text, "url": url}]},
        ]
        messages.append(message(len(messages) + 1, text=text, parts=parts))

    with_history(chat, messages)

    expect(chat.bot).to_have_count(len(HOSTILE))
    assert dialogs == []
    assert chat.page.locator(".log :is(img, svg, script, iframe)").count() == 0
    assert chat.page.locator(".log a:not([href^='tel:'])").count() == 0
    assert chat.page.evaluate("document.documentElement.scrollWidth <= innerWidth")


@pytest.mark.parametrize(
    ("text", "href"),
    [
        ("詳しくは（https://example.go.jp/a?b=1）。", "https://example.go.jp/a?b=1"),
        ("「https://e.jp」を", "https://e.jp"),
        ("https://e.jp/a、次", "https://e.jp/a"),
        ("https://e.jp/wiki/a_(b)です", "https://e.jp/wiki/a_(b)"),
        ("(https://e.jp/a).", "https://e.jp/a"),
        ("電話は045-633-5143です", "tel:0456335143"),
    ],
)
def test_link_ends_where_the_address_ends(new_chat: NewChat, text: str, href: str) -> None:
    """P13"""
    chat = with_history(new_chat(), [message(1, text=text)])

    link = chat.bot.locator("a")
    expect(link).to_have_attribute("href", href)
    if href.startswith("http"):
        expect(link).to_have_attribute("rel", "noopener noreferrer")


def test_digits_that_are_no_telephone_number_stay_text(new_chat: NewChat) -> None:
    chat = with_history(new_chat(), [message(1, text="2025-04-01に、0120-1、1-045-633-5143-9と書いた")])

    expect(chat.bot.locator("a")).to_have_count(0)


@pytest.mark.parametrize("size", ["standard", "huge"])
def test_long_words_fit_the_narrowest_screen(new_chat: NewChat, size: str) -> None:
    """P14, P15"""
    kept = f"localStorage.setItem('sodan.preferences', '{{\"size\": \"{size}\"}}')"
    chat = new_chat(kept, viewport=NARROW)
    text = "漢" * 180 + "\nhttps://example.go.jp/" + "a" * 320
    with_history(chat, [message(1, "user", text), message(2, text=text, parts=EVERY_PART)])

    expect(chat.page.locator("html")).to_have_attribute("data-size", size)
    assert chat.page.evaluate("document.documentElement.scrollWidth <= innerWidth")
    assert chat.log.evaluate("log => log.scrollWidth <= log.clientWidth")


def test_only_the_transcript_scrolls_however_long_it_is(new_chat: NewChat) -> None:
    chat = with_history(new_chat(), [message(seq, text="回答です。\n" * 9) for seq in range(1, 9)])
    chat.bot.first.evaluate("node => node.scrollIntoView()")

    assert chat.page.evaluate("[document.scrollingElement.scrollTop, document.scrollingElement.scrollHeight]") == [
        0,
        PHONE["height"],
    ]
    expect(chat.send_button).to_be_in_viewport(ratio=1)


def test_send_button_stays_inside_at_400_percent_zoom_and_wide_spacing(new_chat: NewChat) -> None:
    """P15: 1280 x 1024 at 400 % is 320 x 256; the spacing is that of WCAG 1.4.12."""
    chat = new_chat(viewport={"width": 320, "height": 256}).open()
    chat.page.evaluate(
        """() => {
          const sheet = new CSSStyleSheet();
          sheet.replaceSync(`* { line-height: 1.5 !important; letter-spacing: .12em !important;
            word-spacing: .16em !important; } p { margin-block-end: 2em !important; }`);
          document.adoptedStyleSheets = [sheet];
        }"""
    )

    expect(chat.send_button).to_be_in_viewport(ratio=1)
    assert chat.page.evaluate("document.documentElement.scrollWidth <= innerWidth")


def test_times_are_those_of_japan_wherever_the_device_is(new_chat: NewChat) -> None:
    """P23"""
    chat = new_chat(timezone_id="America/New_York")
    with_history(chat, [message(1, text="こんにちは", at="2026-11-20T23:30:00Z")])

    expect(chat.page.locator(".day")).to_have_text("11月21日（土）")
    expect(chat.page.locator(".entry__head time")).to_have_text("08:30")


def test_every_kind_of_part_is_laid_out_and_unknown_ones_are_skipped(new_chat: NewChat) -> None:
    chat = with_history(new_chat(), [message(1, text="回答です。", parts=EVERY_PART)])

    bubble = chat.bot.locator(".bubble")
    assert [n.get_attribute("class") for n in bubble.locator("> *").element_handles()] == [
        "rich",
        "part part--candidates",
        "part part--choices",
        "part part--programs",
        "part part--institutions",
        "part part--contacts",
        "sources",
        "part part--followups",
        "part part--feedback",
    ]
    expect(bubble.locator(".part--candidates button")).to_have_count(2)
    expect(bubble.locator(".option__number")).to_have_text(["1"])
    expect(bubble.locator(".part--programs a")).to_have_attribute("href", "https://example.go.jp/p")
    expect(bubble.locator("summary")).to_have_text("出典 しおり ほか1件（2025年4月時点）")


EVERY_PART: list[dict[str, Any]] = [
    {"type": "text", "text": "回答です。\n・一つ\n・二つ"},
    {"type": "hologram", "items": [{"x": 1}]},
    {
        "type": "candidates",
        "items": [{"label": "掛金はいくらですか", "action": "entry:a"}, {"label": "どれでもない", "action": "none"}],
    },
    {"type": "choices", "items": [{"label": "法人", "action": "a"}, {"label": "個人事業", "action": "b"}]},
    {
        "type": "programs",
        "items": [{"id": "p", "name": "共済", "reason": "倒産に備える制度です。", "url": "https://example.go.jp/p"}],
    },
    {"type": "programs", "items": []},
    {"type": "institutions", "items": [{"id": "i", "name": "商工会議所", "reason": "手続きができます。"}]},
    {
        "type": "contacts",
        "items": [{"office": "協議会", "prefecture": "神奈川県", "tel": "045-633-5143", "address": "横浜市"}],
    },
    {
        "type": "sources",
        "items": [
            {"title": "しおり", "at": "12ページ", "as_of": "2025-04", "url": "https://example.go.jp/s"},
            {"title": "手引き", "at": "", "as_of": "2025", "url": None},
        ],
    },
    {"type": "followups", "items": [{"label": "手続きは", "action": "entry:b"}]},
    {
        "type": "feedback",
        "items": [{"label": "解決した", "action": "solved"}, {"label": "解決しない", "action": "unsolved"}],
    },
]


# Suggestions


def suggestions(route: Route, *questions: str) -> None:
    items = [{"entry_id": f"e-{i}", "question": question} for i, question in enumerate(questions)]
    route.fulfill(json={"suggestions": items})


def test_suggested_question_is_answered(chat: Chat) -> None:
    """P25, with what the server really suggests."""
    chat.field.press_sequentially("経営セーフティ共済")
    option = chat.page.get_by_role("option").first
    question = option.inner_text()
    option.click()

    expect(chat.own).to_contain_text(question)
    expect(chat.bot.locator("summary")).to_contain_text("出典")
    expect(chat.field).to_have_value("")


def test_suggestion_is_picked_with_the_keys_and_sent(chat: Chat) -> None:
    """P25"""
    chat.page.route("**/suggest?*", lambda route: suggestions(route, "一つ目の質問", "二つ目の質問"))
    sent: list[Any] = []

    def note(route: Route) -> None:
        sent.append(route.request.post_data_json)
        route.abort()

    chat.page.route("**/conversations/*/messages", note)
    chat.field.press_sequentially("質問")
    option = chat.page.get_by_role("option")
    expect(option).to_have_count(2)
    chat.field.press("ArrowDown")
    chat.field.press("ArrowDown")
    expect(option.nth(1)).to_have_attribute("aria-selected", "true")
    active = option.nth(1).get_attribute("id") or ""
    expect(chat.field).to_have_attribute("aria-activedescendant", active)

    chat.field.press("Enter")

    expect(chat.own).to_contain_text("二つ目の質問")
    expect(chat.page.get_by_role("listbox")).to_be_hidden()
    expect(chat.page.locator(".entry__status")).to_be_visible()
    assert [(body["action"], "text" in body) for body in sent] == [("entry:e-1", False)]


def test_enter_without_a_highlighted_suggestion_sends_the_words(chat: Chat) -> None:
    """P25"""
    chat.page.route("**/suggest?*", lambda route: suggestions(route, "ちがう質問"))
    chat.field.press_sequentially("補助金")
    expect(chat.page.get_by_role("option")).to_have_count(1)

    chat.field.press("Enter")

    expect(chat.own).to_contain_text("補助金")
    expect(chat.bot).to_have_count(1)


def test_escape_closes_the_suggestions_and_keeps_the_words(chat: Chat) -> None:
    """P25"""
    chat.page.route("**/suggest?*", lambda route: suggestions(route, "質問"))
    chat.field.press_sequentially("補助金")
    expect(chat.page.get_by_role("listbox")).to_be_visible()

    chat.field.press("Escape")

    expect(chat.page.get_by_role("listbox")).to_be_hidden()
    expect(chat.field).to_have_value("補助金")


def test_late_suggestions_for_older_words_are_dropped(new_chat: NewChat) -> None:
    """P25: answers out of order, the last query wins."""
    late = """
      const native = window.fetch;
      window.fetch = async (url, options) => {
        if (!String(url).includes("/suggest?")) return native(url, options);
        const query = decodeURIComponent(String(url).split("q=")[1]);
        await new Promise((done) => setTimeout(done, query.length === 2 ? 1500 : 0));
        return Response.json({ suggestions: [{ entry_id: query, question: query + "の質問" }] });
      };
    """
    chat = new_chat(late).open()
    chat.field.press_sequentially("補助")
    chat.page.wait_for_timeout(400)
    chat.field.press_sequentially("金")

    expect(chat.page.get_by_role("option")).to_have_text(["補助金の質問"])
    chat.page.wait_for_timeout(1_600)
    expect(chat.page.get_by_role("option")).to_have_text(["補助金の質問"])


def test_one_character_asks_for_no_suggestions(chat: Chat) -> None:
    asked: list[str] = []
    chat.page.on("request", lambda r: asked.append(r.url) if "/suggest" in r.url else None)
    chat.field.press_sequentially("補")
    chat.page.wait_for_timeout(500)

    assert asked == []


# Looks


@pytest.fixture(scope="module")
def axe() -> str:
    import axe_playwright_python

    return (Path(axe_playwright_python.__file__).parent / "axe.min.js").read_text(encoding="utf-8")


def violations(page: Page, axe: str) -> list[str]:
    page.evaluate(axe)
    found = page.evaluate("axe.run(document, { rules: { 'target-size': { enabled: true } } })")
    return [f"{v['id']}: {[n['target'] for n in v['nodes']]}" for v in found["violations"]]


@pytest.mark.parametrize("scheme", ["light", "dark"])
@pytest.mark.parametrize("viewport", [PHONE, NARROW], ids=["phone", "narrow"])
def test_axe_finds_nothing_in_any_state(new_chat: NewChat, axe: str, scheme: str, viewport: dict[str, int]) -> None:
    chat = new_chat(color_scheme=scheme, viewport=viewport).open()
    assert violations(chat.page, axe) == [], "start"

    chat.page.unroute_all()
    with_history(chat, [message(1, "user", "質問"), message(2, text="回答です。", parts=EVERY_PART)])
    chat.page.locator("summary").click()
    chat.log.evaluate("log => { log.scrollTop = 0; }")
    assert violations(chat.page, axe) == [], "answer"
    chat.page.locator(".part--candidates button").first.click()
    assert violations(chat.page, axe) == [], "chosen"

    chat.page.route("**/conversations/*/messages", lambda route: route.abort())
    chat.say("送れない相談")
    expect(chat.page.get_by_role("button", name="再送する").last).to_be_visible()
    assert violations(chat.page, axe) == [], "failed"

    chat.say("あ" * 2001)
    assert violations(chat.page, axe) == [], "too long"
    chat.page.route("**/suggest?*", lambda route: suggestions(route, "一つ目の質問", "二つ目の質問"))
    chat.field.fill("")
    chat.field.press_sequentially("質問")
    expect(chat.page.get_by_role("option")).to_have_count(2)
    assert violations(chat.page, axe) == [], "suggestions"

    chat.page.get_by_role("button", name="メニュー").click()
    assert violations(chat.page, axe) == [], "menu"
    chat.page.get_by_role("button", name="新しい相談を始める").click()
    assert violations(chat.page, axe) == [], "confirm"


def test_waiting_is_shown_by_dots_and_then_by_words_but_not_spoken(new_chat: NewChat) -> None:
    chat = new_chat(FED_STREAM)
    chat.page.clock.install()
    with_history(chat, [message(1, "user", "質問です")])
    answering = chat.page.locator(".answering")
    expect(answering).to_be_hidden()

    chat.page.clock.run_for(600)
    expect(answering).to_be_visible()
    expect(answering).to_have_attribute("aria-hidden", "true")
    chat.page.clock.run_for(5_000)
    expect(answering).to_contain_text("回答を作成しています")
    chat.page.evaluate("message => feed.message(message)", message(2, text="回答です"))

    expect(answering).to_be_hidden()


def test_dots_stand_still_when_motion_is_unwanted(new_chat: NewChat) -> None:
    """P29"""
    chat = with_history(new_chat(reduced_motion="reduce"), [message(1, "user", "質問です")])

    dot = chat.page.locator(".answering i").first
    expect(dot).to_be_visible()
    assert dot.evaluate("dot => getComputedStyle(dot).animationName") == "none"


def test_bubbles_keep_a_border_in_forced_colours(new_chat: NewChat) -> None:
    """P29"""
    chat = with_history(new_chat(forced_colors="active"), [message(1, text="回答です")])

    border = chat.bot.locator(".bubble").evaluate("node => getComputedStyle(node).borderTopStyle")
    assert border == "solid"


def test_text_size_is_kept(chat: Chat) -> None:
    chat.page.get_by_role("button", name="メニュー").click()
    chat.page.get_by_label("特大").check()
    chat.page.reload()

    expect(chat.page.locator(".start")).to_be_visible()
    assert chat.field.evaluate("field => getComputedStyle(field).fontSize") == "22px"


def test_print_shows_the_whole_talk_and_no_controls(new_chat: NewChat) -> None:
    chat = with_history(new_chat(), [message(seq, text="回答です。\n" * 9) for seq in range(1, 9)])
    chat.page.emulate_media(media="print")

    expect(chat.field).to_be_hidden()
    assert chat.log.evaluate("log => log.scrollHeight <= log.clientHeight")


def test_soft_keyboard_leaves_the_field_in_sight(new_chat: NewChat) -> None:
    """P21"""
    chat = new_chat(viewport={"width": 412, "height": 900}).open()
    chat.page.set_viewport_size({"width": 412, "height": 450})

    expect(chat.send_button).to_be_in_viewport(ratio=1)
    assert chat.field.evaluate("field => parseFloat(getComputedStyle(field).fontSize)") >= 16


# Weight


def compressed(*paths: Path) -> int:
    return sum(len(gzip.compress(path.read_bytes(), 9)) for path in paths)


def at_start() -> list[Path]:
    """What the page loads at once; what lies in `later` comes when it is needed."""
    return [path for path in STATIC.glob("chat/**/*.js") if path.parent.name != "later"]


def test_page_stays_within_its_size_budget() -> None:
    assert compressed(*at_start()) <= 40 * 1024
    assert compressed(STATIC / "chat.css") <= 8 * 1024


def test_every_script_is_preloaded() -> None:
    """Without this the browser finds the modules one after another."""
    page = (STATIC / "chat.html").read_text(encoding="utf-8")
    missing = [path.name for path in at_start() if f'/{path.relative_to(STATIC)}"' not in page]

    assert missing == []
