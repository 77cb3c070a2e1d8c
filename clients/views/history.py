"""What happened to a partnership, as one side's own log tells it (A2)."""

from dataclasses import dataclass
from datetime import datetime
from typing import Any

from django.utils.functional import Promise
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy, ngettext

from access.models import Act, Organisation
from access.rules import ACTS as RULES
from clients.models import Partnership
from clients.rules import Access, PaymentMode

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
    "partnership.end": gettext_lazy("The collaboration was stopped"),
    "partnership.lapse": gettext_lazy("The end date passed"),
}


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
    may read the log."""
    return [_entry(act) for act in Act.objects.about(partnership, organisation)]


def _entry(act: Act) -> Entry:
    return Entry(
        at=act.at,
        what=ACTS.get(act.act, act.act) if act.allowed else _refused(act),
        who=act.person_name,
        acted_for=act.acted_for.name if act.acted_for else "",
        before=_in_words(act.before) if act.act == "partnership.change" else "",
        after=_in_words(act.after or (act.before if act.act == "partnership.end" else None)),
    )


def _refused(act: Act) -> str:
    """A try that the table of acts refused (T9)."""
    tried = RULES[act.act].label if act.act in RULES else act.act
    return _("Tried, but was not allowed: %(act)s") % {"act": tried}


def _in_words(terms: dict[str, Any] | None) -> str:
    """Access, products and payer of a log line: "Limited access: 2 products · Client pays"."""
    if not terms or terms.get("access") not in Access.values:
        return ""
    parts = [str(Access(terms["access"]).label)]
    products = terms.get("products") or []
    if products and len(products) <= 3:
        parts[0] += ": " + ", ".join(products)
    elif products:
        parts[0] += ": " + ngettext("%(n)d product", "%(n)d products", len(products)) % {
            "n": len(products)
        }
    if terms.get("payment_mode") in PaymentMode.values:
        parts.append(str(PaymentMode(terms["payment_mode"]).label))
    return " · ".join(parts)
