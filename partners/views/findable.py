"""What search engines ask for: /robots.txt and /sitemap.xml (D1)."""

from collections.abc import Iterator
from datetime import datetime

from django.conf import settings
from django.http import HttpRequest, HttpResponse
from django.shortcuts import render
from django.urls import NoReverseMatch, reverse
from django.utils import translation

from access.letters import absolute
from access.web.pages import public
from partners.models import Partner

PUBLIC = ("directory", "programme", "tender_submit")
"""The public pages that are the same address for all, with the language before it."""
CLOSED = ("/accounts/", "/admin/", "/invitations/", "/o/", "/start/", "/switch/")
MOST = 9_000
"""Partners in the sitemap: with five languages each, one file may hold no more addresses."""


@public(reason="Search engines read what they may look at.")
def robots(request: HttpRequest) -> HttpResponse:
    lines = ["User-agent: *", *(f"Disallow: {path}" for path in CLOSED), "Disallow: /*/contact/"]
    lines += ["Disallow: /*/invite/", "", f"Sitemap: {absolute(reverse('sitemap'))}", ""]
    return HttpResponse("\n".join(lines), content_type="text/plain; charset=utf-8")


@public(reason="Search engines read which public pages there are.")
def sitemap(request: HttpRequest) -> HttpResponse:
    """Every public page in each language. Never kept by a cache: a partner that is suspended is
    gone from it at once."""
    context = {"pages": _pages(), "languages": [code for code, _name in settings.LANGUAGES]}
    response = render(request, "partners/sitemap.xml", context, content_type="application/xml")
    response.headers["Cache-Control"] = "no-cache"
    return response


def _pages() -> Iterator[tuple[str, str, datetime | None]]:
    """Address before the language, after it, and when the page changed last."""
    home = absolute("/")
    with translation.override("en"):
        for name in PUBLIC:
            if path := _path(name):
                yield home, path, None
        listed = Partner.objects.open_to_clients().select_related("page")
        for partner in listed.defer("page__headlines", "page__descriptions")[:MOST]:
            path = _path("directory_page", partner.organisation.slug)
            page = getattr(partner, "page", None)
            yield home, path, page.changed_at if page else partner.approved_at


def _path(name: str, *args: str) -> str:
    """The page's path without its language; empty when there is no such page."""
    try:
        return reverse(name, args=args).removeprefix("/en/")
    except NoReverseMatch:
        return ""
