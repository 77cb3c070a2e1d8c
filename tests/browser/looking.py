"""Walks through the portal as somebody, and measures on each kind of page what does not fit."""

import re
from collections.abc import Iterator
from html import unescape
from pathlib import Path
from urllib.parse import urlsplit

from django.conf import settings
from django.http import Http404
from django.test import Client
from django.urls import resolve
from django.utils import translation
from playwright.sync_api import Browser, BrowserContext, Page

HEIGHT = 900
LEFT_OUT = re.compile(r"csv|pdf|download|logo|sitemap|robots|logout|demo_mail|stylesheet|_link$")
"""Routes that are no page, or end the walk."""

MEASURE = (Path(__file__).parent / "measure.js").read_text()


def signed_in(browser: Browser, base: str, client: Client, language: str, width: int) -> Page:
    """A browser that carries the session of `client` and has chosen the language."""
    context: BrowserContext = browser.new_context(
        viewport={"width": width, "height": HEIGHT}, base_url=base, reduced_motion="reduce"
    )
    cookies = {settings.LANGUAGE_COOKIE_NAME: language}
    if session := client.cookies.get(settings.SESSION_COOKIE_NAME):
        cookies[settings.SESSION_COOKIE_NAME] = session.value
    context.add_cookies(
        [{"name": key, "value": value, "url": base} for key, value in cookies.items()]
    )
    context.set_default_timeout(15_000)
    return context.new_page()


def routes(client: Client, starts: list[str], language: str, seen: set[str]) -> Iterator[str]:
    """One address of each kind of page that links from the first ones lead to. `seen` holds
    the kinds to leave out, and grows."""
    with translation.override(language):
        passed: set[str] = set()
        waiting = [(start, _route(start)) for start in starts]
        while waiting:
            path, route = waiting.pop(0)
            if not route or route in passed or LEFT_OUT.search(route):
                continue
            passed.add(route)
            answer = client.get(path)
            if answer.status_code in (301, 302):
                waiting.insert(0, (answer["Location"], _route(answer["Location"])))
            elif answer.status_code == 200 and "text/html" in answer["Content-Type"]:
                if route not in seen:
                    seen.add(route)
                    yield path
                waiting += [(href, _route(href)) for href in _links(answer.text)]


def look_at(page: Page, path: str, shots: Path | None) -> list[str]:
    """What does not fit on the page at this address; with `shots`, its picture is kept there."""
    page.goto(path)
    if shots is not None:
        shots.mkdir(parents=True, exist_ok=True)
        page.screenshot(
            path=shots / f"{path.strip('/').replace('/', '_') or 'front'}.png", full_page=True
        )
    return [f"{path} {fault}" for fault in page.evaluate(MEASURE)]


def _links(html: str) -> list[str]:
    return [unescape(href) for href in re.findall(r'<a [^>]*?href="(/[^"#]*)', html)]


def _route(href: str) -> str:
    try:
        return resolve(urlsplit(href).path).view_name
    except Http404:
        return ""
