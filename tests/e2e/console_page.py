"""What an expert does and sees on the console, in a real Chromium against the scripted server."""

import shutil
from collections.abc import Callable, Iterator
from typing import Any

import pytest
from playwright.sync_api import Browser, BrowserContext, Locator, Page, expect, sync_playwright

from tests.e2e.console_fake import ConsoleFake, serving

CHROMIUM_FLAGS = [
    "--no-sandbox", "--disable-gpu", "--disable-quic", "--no-first-run",
    "--disable-background-networking", "--disable-component-update", "--disable-sync",
]  # fmt: skip
DESKTOP = {"width": 1280, "height": 800}
PHONE = {"width": 390, "height": 844}
WATCH_VIOLATIONS = """
window.violations = [];
document.addEventListener("securitypolicyviolation", (event) => window.violations.push(event.violatedDirective));
"""
# Every sentence put into the live region that is there for screen readers, oldest first.
WATCH_ANNOUNCER = """
window.spoken = [];
new MutationObserver((records) => {
  for (const record of records)
    for (const node of record.addedNodes)
      if (record.target.getAttribute?.("aria-live") === "polite") window.spoken.push(node.textContent);
}).observe(document, { childList: true, subtree: true });
"""


class ConsolePage:
    """One page of one expert."""

    def __init__(self, page: Page, url: str) -> None:
        self.page = page
        self.url = url
        self.field = page.locator(".writer textarea")
        self.rows = page.locator(".row")
        self.theirs = page.locator(".said--user")
        self.mine = page.locator(".entry--mine")
        self.log = page.locator(".log")
        self.notice = page.locator(".notice")
        self.banner = page.locator(".banner")
        self.dialog = page.locator("dialog")

    def open(self, number: int = 0) -> "ConsolePage":
        """The console, with a handoff on the screen unless `number` is 0."""
        self.page.goto(f"{self.url}/console" + (f"#{number}" if number else ""))
        expect(self.page.locator(".sidebar")).to_be_attached()
        if number:
            expect(self.page.locator(".case__title")).to_be_visible()
        return self

    def press(self, name: str) -> None:
        self.page.get_by_role("button", name=name, exact=True).click()

    def group(self, name: str) -> Locator:
        return self.page.locator(f".group--{name}")

    def row(self, number: int) -> Locator:
        return self.page.locator(f".row[data-id='{number}']")

    def say(self, text: str) -> None:
        self.field.fill(text)
        self.press("返信を送る")

    def spoken(self) -> list[str]:
        said: list[str] = self.page.evaluate("window.spoken")
        return said


NewConsole = Callable[..., ConsolePage]


def until(condition: Callable[[], object], page: Page) -> None:
    """Waits until something in the server has come true."""
    for _ in range(200):
        if condition():
            return
        page.wait_for_timeout(50)
    pytest.fail("never came true")


@pytest.fixture(scope="module")
def chromium() -> Iterator[Browser]:
    with sync_playwright() as playwright:
        if not (path := shutil.which("chromium")):
            pytest.skip("Debian's chromium is not installed: apt-get install chromium fonts-noto-cjk")
        browser = playwright.chromium.launch(executable_path=path, args=CHROMIUM_FLAGS)
        yield browser
        browser.close()


@pytest.fixture
def fake() -> ConsoleFake:
    return ConsoleFake()


@pytest.fixture
def new_console(chromium: Browser, fake: ConsoleFake) -> Iterator[NewConsole]:
    """Makes consoles of one server; in the end no page may have complained."""
    contexts: list[BrowserContext] = []
    errors: list[str] = []
    with serving(fake) as url:

        def make(*scripts: str, **options: Any) -> ConsolePage:
            context = chromium.new_context(**{"viewport": DESKTOP, "locale": "ja-JP", **options})
            context.set_default_timeout(10_000)
            contexts.append(context)
            page = context.new_page()
            page.on("pageerror", lambda error: errors.append(str(error)))
            for script in (WATCH_VIOLATIONS, *scripts):
                page.add_init_script(script)
            return ConsolePage(page, url)

        yield make
        found = [page.evaluate("window.violations") for context in contexts for page in context.pages]
        for context in contexts:
            context.close()
    assert errors == []
    assert [violations for violations in found if violations] == []


@pytest.fixture
def console(new_console: NewConsole) -> ConsolePage:
    return new_console(WATCH_ANNOUNCER)
