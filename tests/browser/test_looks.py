"""Every kind of page fits, in the language that takes most room and on a telephone.

`make looks` does the same in all five languages at both widths, and keeps a picture of each.
"""

import os
from pathlib import Path

import pytest
from django.utils import translation
from playwright.sync_api import Browser

from tests.browser.looking import look_at, signed_in, walk

CHECKOUT = Path(__file__).resolve().parent.parent.parent
ALL = {"LANGS": ["de", "fr", "it", "es", "en"], "WIDTHS": ["390", "1280"]}
WALKS = {
    "stranger": ["/{language}/", "/accounts/login/", "/accounts/signup/"],
    "lea": ["/o/alpine-web/", "/profile/"],
    "gina": ["/o/garage-nord/", "/o/garage-nord/partners/"],
    "staff": ["/admin/"],
}
"""Who walks, and where they begin. What one has seen, the next ones leave out."""


def wanted(name: str, usual: str) -> list[str]:
    said = os.environ.get(name, usual)
    return ALL[name] if said == "all" else said.replace(",", " ").split()


@pytest.mark.parametrize("language", wanted("LANGS", "de"))
@pytest.mark.parametrize("width", wanted("WIDTHS", "390"))
def test_everything_fits(
    browser: Browser, live_server, live_world, settings, width: str, language: str
) -> None:
    settings.BASE_URL, settings.ALLOWED_HOSTS = live_server.url, ["*"]
    shots = CHECKOUT / "var" / "looks" / language / width if "SHOTS" in os.environ else None
    found: list[str] = []
    seen: set[str] = set()
    for person, starts in WALKS.items():
        client = live_world.client(person if person != "stranger" else None)
        client.cookies[settings.LANGUAGE_COOKIE_NAME] = language
        page = signed_in(browser, live_server.url, client, language, int(width))
        places = [start.format(language=language) for start in starts]
        with translation.override(language):
            found += walk(page, client, places, seen, shots)
        page.context.close()
    assert len(seen) > 120
    assert found == []


def test_what_does_not_fit_is_seen(browser: Browser) -> None:
    page = browser.new_page(viewport={"width": 390, "height": 900})
    page.route("**/*", lambda route: route.fulfill(content_type="text/html", body=WRONG))
    found = look_at(page, "http://portal.example/", None)
    page.close()
    assert len(found) == 3
    assert "wide, not 390" in found[0]


WRONG = """<!doctype html><style>body { margin: 0 } button { width: 80px; white-space: nowrap }
p { width: 500px }</style><button>Zusammenarbeit beenden</button><p>…</p>
<div style="overflow-x: auto"><table><th>Scrollt</th></table></div>
<a class="btn" style="position: absolute; left: 380px; display: block; width: 40px">weg</a>"""
