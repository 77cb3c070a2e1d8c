"""A real browser on a running portal with the demo world."""

import os
import re
from collections.abc import Iterator
from urllib.parse import urlsplit

import pytest
from django.core import mail
from playwright.sync_api import Browser, Locator, Page, expect, sync_playwright

from access.mail import send_due_mail

# Playwright's event loop runs in this thread; Django would take the tests for asynchronous code.
os.environ["DJANGO_ALLOW_ASYNC_UNSAFE"] = "true"


@pytest.fixture(scope="session")
def browser(chromium: str) -> Iterator[Browser]:
    with sync_playwright() as playwright:
        started = playwright.chromium.launch(
            executable_path=chromium, args=["--no-sandbox", "--disable-background-networking"]
        )
        yield started
        started.close()


TIMEOUT = 10_000


class Visitor:
    """Somebody at a browser of their own, in English. A page's script error fails the test.
    Without `scripts`, the browser runs none."""

    def __init__(
        self, browser: Browser, base: str, *, width: int = 1280, scripts: bool = True
    ) -> None:
        self.base = base
        self.context = browser.new_context(
            viewport={"width": width, "height": 900},
            locale="en-GB",
            base_url=base,
            java_script_enabled=scripts,
        )
        self.context.add_cookies([{"name": "django_language", "value": "en", "url": base}])
        self.context.set_default_timeout(TIMEOUT)
        self.page: Page = self.context.new_page()
        self.errors: list[str] = []
        self.page.on("pageerror", lambda error: self.errors.append(str(error)))
        self.page.on("console", self._listen)

    def _listen(self, message) -> None:
        if "Content Security Policy" in message.text:
            self.errors.append(message.text)

    def go(self, path: str) -> int:
        return self.page.goto(path).status

    def sign_in(self, email: str, password: str = "demo-password") -> "Visitor":
        self.go("/accounts/login/")
        self.fill_in_sign_in(email, password)
        return self

    def fill_in_sign_in(self, email: str, password: str = "demo-password") -> None:
        self.page.locator("input[name=login]").fill(email)
        self.page.locator("input[name=password]").fill(password)
        self.follow(self.page.locator("main form button").first)

    def follow(self, button: Locator) -> None:
        """Clicks what leads to another page, and waits until that one is there: a click returns
        before the browser has left the old one."""
        with self.page.expect_navigation():
            button.click()

    def press(self, name: str) -> None:
        """Presses the button or follows the link of the page's main part with exactly this name."""
        main = self.page.locator("main")
        found = main.get_by_role("button", name=name, exact=True).or_(
            main.get_by_role("link", name=name, exact=True)
        )
        self.follow(found.first)

    def choose(self, label: str) -> None:
        """Ticks the box or the card with this label."""
        self._tick(self.page.get_by_label(label).first)

    def pick(self, field: str, value: str) -> None:
        """Picks one of the big cards of a question."""
        self._tick(self.page.locator(f"input[name={field}][value={value}]"))

    def _tick(self, box: Locator) -> None:
        """By the keyboard: a page that still moves lets a click of the mouse miss."""
        if not box.is_checked():
            box.press("Space")
        expect(box).to_be_checked()

    def text(self) -> str:
        return self.page.locator("main").inner_text()


@pytest.fixture
def visitor(browser, live_server, live_world, settings):
    """`visitor("lea")` is Léa at her browser, signed in; `visitor()` is a stranger."""
    settings.BASE_URL = live_server.url
    settings.ALLOWED_HOSTS = ["*"]
    visitors: list[Visitor] = []

    def visit(name: str | None = None, **options) -> Visitor:
        visitors.append(Visitor(browser, live_server.url, **options))
        if name:
            visitors[-1].sign_in(live_world.person(name).email)
        return visitors[-1]

    yield visit
    for one in visitors:
        errors = one.errors
        one.context.close()
        assert not errors


class Mailbox:
    """The mails that the portal sent. Reading it lets the sender work first."""

    def newest_to(self, address: str):
        send_due_mail()
        found = [message for message in mail.outbox if address in message.to[0]]
        assert found, f"no mail to {address}"
        return found[-1]

    def link_to(self, address: str) -> str:
        """The path of the link in the newest mail to this address."""
        link = re.search(r"https?://\S+/invitations/\S+/", self.newest_to(address).body)
        assert link, "the mail holds no link to answer"
        return urlsplit(link.group()).path


@pytest.fixture
def mailbox(live_world):
    send_due_mail()
    mail.outbox.clear()
    return Mailbox()
