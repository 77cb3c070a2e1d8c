"""The demo's mails in the browser: what the portal would have sent, readable at `/demo/mails/`.

Reset links lie open here, so the addresses exist in the demo only, and only where its mails are
kept as files.
"""

from datetime import UTC, datetime

from django.conf import settings
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import render
from django.urls import URLPattern, path
from django.utils.csp import CSP
from django.utils.translation import gettext_lazy as _
from django.views.decorators.cache import never_cache
from django.views.decorators.clickjacking import xframe_options_sameorigin
from django.views.decorators.csp import csp_override

from access.web.pages import public
from portal import kept_mail

SHOWN = 60
TABS = {"html": _("Mail"), "text": _("Text"), "headers": _("Headers")}
BACKEND = "portal.kept_mail.EmailBackend"
# A mail is a stranger's page: no script, nothing loaded, no form. A clicked link leaves the frame.
FRAME = ["allow-popups", "allow-top-navigation-by-user-activation"]
FRAME_CSP: dict[str, list[str]] = {
    "default-src": [CSP.NONE],
    "style-src": [CSP.UNSAFE_INLINE],
    "frame-ancestors": [CSP.SELF],
    "sandbox": FRAME,
}


@public(reason="The demo's mails: there is nobody else's in there.")
@never_cache
def demo_mails(request: HttpRequest) -> HttpResponse:
    """The list, the newest mail beside it where there is room."""
    return _page(request, None)


@public(reason="The demo's mails: there is nobody else's in there.")
@never_cache
def demo_mail(request: HttpRequest, key: str) -> HttpResponse:
    """One mail as its reader sees it, as text, or its headers; the list beside it."""
    return _page(request, _kept(key))


@public(reason="The body of a mail of the demo, for the frame that shows it.")
@csp_override(FRAME_CSP)
@xframe_options_sameorigin
@never_cache
def demo_mail_html(request: HttpRequest, key: str) -> HttpResponse:
    """The mail's HTML alone. Its links open in the window, not in the frame."""
    html = _kept(key).html
    return HttpResponse(html.replace("<head>", '<head><base target="_top">', 1))


def _kept(key: str) -> kept_mail.KeptMail:
    mail = kept_mail.read(key)
    if mail is None:
        raise Http404
    return mail


def _page(request: HttpRequest, opened: kept_mail.KeptMail | None) -> HttpResponse:
    text = request.GET.get("q", "").strip()
    found = kept_mail.search(text, newest=SHOWN)
    shown = opened or (found[0] if found else None)
    tab = request.GET.get("view", "")
    context = {
        "mails": [{"mail": mail, "at": _moment(mail)} for mail in found],
        "text": text,
        "opened": shown,
        "opened_at": _moment(shown) if shown else None,
        "asked": opened is not None,  # on a phone there is room for one of the two
        "tab": tab if tab in TABS else "html",
        "tabs": TABS.items(),
        "frame": " ".join(FRAME),
        "full": len(found) == SHOWN,
    }
    return render(request, "portal/demo_mails.html", context)


def _moment(mail: kept_mail.KeptMail) -> datetime:
    return datetime.fromtimestamp(mail.kept_at, UTC)


def urlpatterns() -> list[URLPattern]:
    """The pages' addresses in a demo that keeps its mails; none anywhere else."""
    if not (settings.DEMO and settings.MAILERS["default"]["BACKEND"] == BACKEND):
        return []
    return [
        path("demo/mails/", demo_mails, name="demo_mails"),
        path("demo/mails/<slug:key>/", demo_mail, name="demo_mail"),
        path("demo/mails/<slug:key>/html/", demo_mail_html, name="demo_mail_html"),
    ]
