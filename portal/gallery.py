"""The gallery of mails, for staff: every letter with sample data, in each language, as its reader
sees it, as text, and its headers; and a test of it to oneself. It reads no tenant's row and keeps
none of its own (`portal.mail_samples`)."""

from dataclasses import dataclass
from datetime import timedelta
from secrets import token_hex
from typing import Any, Self
from urllib.parse import urlencode

from django.conf import settings
from django.contrib import admin, messages
from django.contrib.admin.models import CHANGE, LogEntry
from django.db import transaction
from django.http import Http404, HttpRequest, HttpResponse, QueryDict
from django.shortcuts import redirect
from django.template.response import TemplateResponse
from django.urls import URLPattern, path, reverse
from django.utils.csp import CSP
from django.utils.functional import Promise
from django.utils.translation import get_language, gettext_lazy, ngettext
from django.utils.translation import gettext as _
from django.views.decorators.clickjacking import xframe_options_sameorigin

from access.letters import Rendered
from access.limits import TooOften, spend
from access.mail import Recipient, queue_mail
from access.mail import _message as message_of
from access.models import OutgoingMail
from access.web.pages import ACTION, staff
from portal import mail_samples
from portal.context import LANGUAGE_NAMES
from portal.gallery_letter import TEST
from portal.mail_samples import Case, Kind

MOST_TESTS = 20
"""Test mails that a staff member may send to oneself in an hour."""
REASON = "Sample letters with invented data, for staff who see outgoing mails."
PERMISSION = "access.view_outgoingmail"
VIEWS: dict[str, str | Promise] = {
    "html": gettext_lazy("Mail"),
    "text": gettext_lazy("Text"),
    "headers": gettext_lazy("Headers"),
}
LOOKS: dict[str, str | Promise] = {"light": gettext_lazy("Light"), "dark": gettext_lazy("Dark")}
WIDTHS = {"600": "600 px", "390": "390 px"}
DARK = "@media (prefers-color-scheme: dark)"
# A letter alone: no script, nothing loaded, no form, and no link that leads anywhere.
FRAME_CSP = "default-src 'none'; style-src 'unsafe-inline'; frame-ancestors 'self'; sandbox"


@dataclass(frozen=True, slots=True)
class Choice:
    """What is shown, and how: each part of it is in the page's address."""

    kind: Kind
    case: Case
    language: str
    view: str
    width: str
    look: str

    @classmethod
    def of(cls, kind: str, asked: QueryDict) -> Self:
        """As asked; what is missing or unknown is the usual. Raises Http404 for no such letter."""
        if kind not in mail_samples.kinds:
            raise Http404
        found = mail_samples.kinds[kind]
        language = asked.get("language", "")
        known = LANGUAGE_NAMES
        return cls(
            kind=found,
            case=found.case(asked.get("case", "")),
            language=language if language in known else (get_language() or settings.LANGUAGE_CODE),
            view=_one_of(VIEWS, asked.get("view")),
            width=_one_of(WIDTHS, asked.get("width")),
            look=_one_of(LOOKS, asked.get("look")),
        )

    def query(self, **changes: str) -> str:
        """The address's query for this choice with changes."""
        chosen = {
            "language": self.language,
            "case": self.case.key,
            "view": self.view,
            "width": self.width,
            "look": self.look,
        }
        return "?" + urlencode(chosen | changes)

    def rendered(self) -> Rendered:
        return mail_samples.write(self.kind.kind, self.case, self.language)


def _one_of(known: dict[str, Any], asked: str | None) -> str:
    return asked if asked in known else next(iter(known))


@staff(REASON, permission=PERMISSION)
def gallery(request: HttpRequest) -> HttpResponse:
    """All kinds of letters by area, each with its purpose."""
    kinds = mail_samples.kinds.values()
    areas = [
        {"label": label, "kinds": [kind for kind in kinds if kind.area == area]}
        for area, label in mail_samples.AREAS.items()
    ]
    title = _("Gallery of mails")
    number = ngettext("%(n)d letter", "%(n)d letters", len(kinds)) % {"n": len(kinds)}
    context = admin.site.each_context(request) | {"title": title, "areas": areas, "number": number}
    return TemplateResponse(request, "portal/gallery/list.html", context)


@staff(REASON, permission=PERMISSION)
def gallery_mail(request: HttpRequest, kind: str) -> HttpResponse:
    """One letter, with the switches for language, case, width and light or dark."""
    choice = Choice.of(kind, request.GET)
    rendered = choice.rendered()
    context = admin.site.each_context(request) | {
        "title": rendered.subject,
        "choice": choice,
        "rendered": rendered,
        "headers": _headers(choice, rendered) if choice.view == "headers" else [],
        "area": mail_samples.AREAS[choice.kind.area],
        "switches": _switches(choice),
        **neighbours(choice.kind),
        "own": choice.query(),
    }
    return TemplateResponse(request, "portal/gallery/mail.html", context)


@staff(REASON, permission=PERMISSION)
@xframe_options_sameorigin
def gallery_body(request: HttpRequest, kind: str) -> HttpResponse:
    """The letter's HTML alone, for the frame: light or dark as asked, whatever the browser is."""
    choice = Choice.of(kind, request.GET)
    html = choice.rendered().html
    html = html.replace(DARK, "@media all" if choice.look == "dark" else "@media not all")
    html = html.replace("color-scheme: light dark", f"color-scheme: {choice.look}")
    return HttpResponse(html, headers={CSP.HEADER_ENFORCE.value: FRAME_CSP})


@staff(REASON, ACTION, permission=PERMISSION)
def gallery_send(request: HttpRequest, kind: str) -> HttpResponse:
    """Queues the letter to the staff member's own address: to nobody else's, and without any link
    of the sample (`portal.gallery_letter`)."""
    choice = Choice.of(kind, request.POST)
    person: Any = request.user
    try:
        _queue(choice, person)
    except TooOften as refusal:
        messages.error(request, str(refusal))
    else:
        messages.success(request, _("The test is on its way to %(to)s.") % {"to": person.email})
    return redirect(reverse("gallery_mail", args=[kind]) + choice.query())


@transaction.atomic
def _queue(choice: Choice, person: Any) -> None:
    spend(f"test mails of {person.pk}", most=MOST_TESTS, window=timedelta(hours=1))
    queue_mail(
        kind=TEST,
        key=f"{TEST}:{token_hex(16)}",
        to=[Recipient(person.email, person.name, choice.language)],
        context={"sample": choice.kind.kind, "case": choice.case.key},
    )
    said = f"test mail {choice.kind.kind} ({choice.language})"
    LogEntry.objects.log_actions(person.pk, [person], CHANGE, said, single_object=True)


def _headers(choice: Choice, rendered: Rendered) -> list[tuple[str, str]]:
    """What a mail of this kind carries; its Message-ID is no mail's."""
    mail = OutgoingMail(
        kind=choice.kind.kind,
        address=mail_samples.ADDRESS,
        name=mail_samples.OWNER,
        language=choice.language,
    )
    message = message_of(mail, rendered).message()
    return [(name, str(value)) for name, value in message.items()]


def _switches(choice: Choice) -> list[dict[str, Any]]:
    """The rows of links that change one part of what is shown."""
    kind = choice.kind
    rows: list[tuple[str, str, dict[str, Any], str]] = [
        (_("Language"), "language", LANGUAGE_NAMES, choice.language),
        (_("Case"), "case", {case.key: case.label for case in kind.cases}, choice.case.key),
        (_("Show"), "view", VIEWS, choice.view),
    ]
    if choice.view == "html":
        rows += [
            (_("Width"), "width", WIDTHS, choice.width),
            (_("Look"), "look", LOOKS, choice.look),
        ]
    return [
        {
            "label": label,
            "links": [
                {"label": words, "url": choice.query(**{name: key}), "chosen": key == chosen}
                for key, words in options.items()
            ],
        }
        for label, name, options, chosen in rows
        if len(options) > 1
    ]


def neighbours(kind: Kind) -> dict[str, Kind | None]:
    """The letters before and after this one, in the list's order."""
    order = [
        each for area in mail_samples.AREAS for each in mail_samples.kinds.values()
        if each.area == area
    ]  # fmt: skip
    place = order.index(kind)
    return {
        "before": order[place - 1] if place else None,
        "after": order[place + 1] if place + 1 < len(order) else None,
    }


urlpatterns: list[URLPattern] = [
    path("", gallery, name="gallery"),
    path("<str:kind>/", gallery_mail, name="gallery_mail"),
    path("<str:kind>/body/", gallery_body, name="gallery_body"),
    path("<str:kind>/send/", gallery_send, name="gallery_send"),
]
