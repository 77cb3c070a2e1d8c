"""Walks through the portal as somebody, and measures on each kind of page what does not fit."""

import re
from html import unescape
from pathlib import Path
from urllib.parse import urlsplit

from django.conf import settings
from django.http import Http404
from django.test import Client
from django.urls import resolve
from playwright.sync_api import Browser, BrowserContext, Page

HEIGHT = 900
LEFT_OUT = re.compile(
    r"csv|pdf|download|export_|logo|sitemap|robots|logout|demo_mail|stylesheet|_(link|file)$"
)
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


def walk(
    page: Page, client: Client, starts: list[str], seen: set[str], shots: Path | None
) -> list[str]:
    """What does not fit on the pages that links from the first ones lead to, one of each kind.
    `seen` holds the kinds to leave out, and grows; with `shots`, each page's picture is kept."""
    found: list[str] = []
    passed: set[str] = set()
    waiting = list(starts)
    while waiting:
        path = waiting.pop(0)
        route = _route(path)
        if not route or route in passed or LEFT_OUT.search(route):
            continue
        passed.add(route)
        if route in seen:
            html = client.get(path, follow=True).text
        else:
            seen.add(route)
            found += look_at(page, path, shots)
            html = page.content()
        waiting += _links(html)
    return found


def look_at(page: Page, path: str, shots: Path | None) -> list[str]:
    """What does not fit on the page at this address."""
    page.goto(path, wait_until="load")
    if shots is not None:
        shots.mkdir(parents=True, exist_ok=True)
        name = re.sub(r"[^\w.-]+", "_", path.strip("/")) or "front"
        page.screenshot(path=shots / f"{name}.png", full_page=True)
    return [f"{path} {fault}" for fault in page.evaluate(MEASURE)]


def _links(html: str) -> list[str]:
    return [unescape(href) for href in re.findall(r'<a [^>]*?href="(/[^"#]*)', html)]


def _route(href: str) -> str:
    try:
        return resolve(urlsplit(href).path).view_name
    except Http404:
        return ""
