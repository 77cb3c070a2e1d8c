"""What happened to a partnership, as one side's own log tells it (A2)."""

from dataclasses import dataclass
from datetime import date, datetime
from typing import Any

from django.utils.formats import date_format
from django.utils.functional import Promise
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy, ngettext

from access import acts
from access.models import Act, Organisation
from access.rules import ACTS as RULES
from clients.models import Category, Partnership
from clients.rules import Access, PaymentMode, Side

ACTS: dict[str, Promise] = {
    "partnership.request": gettext_lazy("Access was asked for"),
    "partnership.invite": gettext_lazy("The client invited the partner"),
    "partnership.resend": gettext_lazy("It was sent again"),
    "partnership.withdraw": gettext_lazy("It was withdrawn"),
    "partnership.expire": gettext_lazy("Nobody answered in time"),
    "partnership.grant": gettext_lazy("The client accepted and granted access"),
    "partnership.accept": gettext_lazy("The partner accepted"),
    "partnership.refuse": gettext_lazy("It was refused"),
    "partnership.change": gettext_lazy("The client changed the access"),
    "partnership.remind": gettext_lazy("A reminder was sent"),
    "partnership.end_date": gettext_lazy("The client changed the end date"),
    "partnership.take_over": gettext_lazy(
        "Memberships as external users ended: the partnership takes over"
    ),
    "partnership.end": gettext_lazy("The collaboration was stopped"),
    "partnership.lapse": gettext_lazy("The end date passed"),
}


CHANGES = ("partnership.change", "partnership.end_date")
"""Acts whose lines tell both what was before and what is after."""
ENDS = ("partnership.end", "partnership.lapse", "partnership.take_over")
"""Acts whose lines tell what was there until then."""


@dataclass(frozen=True)
class Entry:
    """One line: when, what, who for whom, and what it changed."""

    at: datetime
    what: Any
    who: str
    acted_for: str
    before: str
    after: str


def history(partnership: Partnership, organisation: Organisation) -> list[Entry]:
    """What `organisation`'s log says about the partnership, the newest first. Only for those who
    may read the log.

    A client's log begins when it was chosen for the answer: what it was asked before stands on the
    partnership itself.
    """
    entries = [_entry(act) for act in Act.objects.about(partnership, organisation)]
    asked = partnership.opened_by == Side.PARTNER and organisation.pk == partnership.client_id
    return [*entries, _asked(partnership)] if asked else entries


def _asked(partnership: Partnership) -> Entry:
    categories = partnership.asked_categories.order_by("position", "name", "pk")
    wanted = {"access": partnership.asked_access, "payment_mode": partnership.asked_payment_mode}
    return Entry(
        at=partnership.created_at,
        what=ACTS["partnership.request"],
        who=str(partnership.created_by or ""),
        acted_for=partnership.partner_name,
        before="",
        after=_in_words(wanted | {"products": [str(category) for category in categories]}),
    )


def _entry(act: Act) -> Entry:
    return Entry(
        at=act.at,
        what=_what(act) if act.allowed else _refused(act),
        who=act.person_name,
        acted_for=act.acted_for.name if act.acted_for else "",
        before=_in_words(act.before) if act.act in CHANGES else "",
        after=_after(act),
    )


def _what(act: Act) -> Any:
    """Acts of other apps about a partnership (its order limit) have their sentence there."""
    if act.act in ACTS:
        return ACTS[act.act]
    return acts.around(acts.template(act.act), "")[0]


def _after(act: Act) -> str:
    if act.act not in ACTS and act.allowed:
        return " · ".join(map(str, acts.difference(act.before, act.after)))
    return _in_words(act.after or (act.before if act.act in ENDS else None))


def _refused(act: Act) -> str:
    """A try that the table of acts refused (T9)."""
    tried = RULES[act.act].label if act.act in RULES else act.act
    return _("Tried, but was not allowed: %(act)s") % {"act": tried}


def _in_words(terms: dict[str, Any] | None) -> str:
    """Access, products, payer and end date of a log line: "Limited access: 2 products · Client
    pays"; of one that is about the end date alone, the date; the people of a take-over."""
    if not terms:
        return ""
    if terms.get("people"):
        return ", ".join(terms["people"])
    if terms.get("access") not in Access.values:
        return _last_day(terms) if "ends_on" in terms else ""
    parts = [str(Access(terms["access"]).label)]
    products = terms.get("products") or []
    if terms.get("categories"):
        products = [str(one) for one in Category.objects.filter(slug__in=terms["categories"])]
    if products and len(products) <= 3:
        parts[0] += ": " + ", ".join(products)
    elif products:
        parts[0] += ": " + ngettext("%(n)d product", "%(n)d products", len(products)) % {
            "n": len(products)
        }
    if terms.get("payment_mode") in PaymentMode.values:
        parts.append(str(PaymentMode(terms["payment_mode"]).label))
    if terms.get("ends_on"):
        parts.append(_last_day(terms))
    return " · ".join(parts)


def _last_day(terms: dict[str, Any]) -> str:
    if not terms["ends_on"]:
        return _("no end date")
    day = date.fromisoformat(terms["ends_on"])
    return _("until %(day)s") % {"day": date_format(day, "DATE_FORMAT")}
