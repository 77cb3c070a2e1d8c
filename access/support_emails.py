"""The letters of support access (S2): to those who answer for the organisation. No code is ever
in a mail (T29)."""

from datetime import datetime

from django.urls import reverse
from django.utils import timezone
from django.utils.formats import date_format
from django.utils.translation import gettext as _

from access.letters import Facts, Letter, absolute, letter, safe_name, vendor_name
from access.models import SupportAccess


@letter("access.support_opened")
def support_opened(facts: Facts) -> Letter | None:
    return _let_in(
        facts,
        subject=_("%(vendor)s's support was let into %(organisation)s"),
        first=_(
            "%(by)s let the support of %(vendor)s into the organisation %(organisation)s, until "
            "%(until)s."
        ),
    )


@letter("access.support_prolonged")
def support_prolonged(facts: Facts) -> Letter | None:
    return _let_in(
        facts,
        subject=_("%(vendor)s's support stays longer in %(organisation)s"),
        first=_(
            "%(by)s gave the support of %(vendor)s more time in the organisation "
            "%(organisation)s, until %(until)s."
        ),
    )


def _let_in(facts: Facts, *, subject: str, first: str) -> Letter | None:
    """None once the access is over: the letter that says so is on its way."""
    if not SupportAccess.objects.live().filter(public_id=facts["access"]).exists():
        return None
    names = _names(facts)
    return Letter(
        subject=subject % names,
        paragraphs=[
            first % names,
            _("Each thing that support does is in the organisation's log of acts."),
        ],
        facts=_facts(facts),
        quote=facts["reason"],
        action=_page(facts),
        after=[_("You can shut support out on that page at any moment. Else it ends by itself.")],
        why=_why(names),
    )


@letter("access.support_closed")
def support_closed(facts: Facts) -> Letter:
    names = _names(facts)
    if facts["by"]:
        first = _("%(by)s shut the support of %(vendor)s out of the organisation %(organisation)s.")
    else:
        first = _(
            "The time that the organisation %(organisation)s gave the support of %(vendor)s is "
            "over."
        )
    return Letter(
        subject=_("%(vendor)s's support is out of %(organisation)s") % names,
        paragraphs=[first % names, _("Nobody of the support can open the organisation any more.")],
        facts=_facts(facts),
        action=_page(facts),
        why=_why(names),
    )


def _names(facts: Facts) -> dict[str, str]:
    return {
        "vendor": vendor_name(),
        "organisation": safe_name(facts["organisation"]),
        "by": safe_name(facts["by"]) if facts["by"] else "",
        "until": _moment(facts["until"]),
    }


def _facts(facts: Facts) -> list[tuple[str, str]]:
    may = (
        _("Look, and change settings of products")
        if facts["may_write"]
        else _("Look, but change nothing")
    )
    shown = [
        (_("Let in by"), safe_name(facts["opened_by"])),
        (_("Since"), _moment(facts["opened_at"])),
        (_("Until"), _moment(facts["closed_at"] or facts["until"])),
        (_("What support may do"), may),
    ]
    return shown


def _moment(text: str) -> str:
    at = timezone.localtime(datetime.fromisoformat(text))
    return f"{date_format(at, 'DATETIME_FORMAT')} {at:%Z}"


def _page(facts: Facts) -> tuple[str, str]:
    return _("Open the support page"), absolute(reverse("support", args=[facts["slug"]]))


def _why(names: dict[str, str]) -> str:
    return _("You get this mail because you answer for %(organisation)s.") % names
