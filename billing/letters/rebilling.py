"""The letters about a partner's own bills, to its client (B12). A cost is in none of them."""

from datetime import date
from typing import Any

from django.urls import reverse
from django.utils.formats import date_format
from django.utils.translation import gettext as _
from django.utils.translation import pgettext

from access.letters import Facts, Letter, absolute, letter, safe_name
from billing.models import Rebill
from billing.rules_rebilling import RebillState


def _names(facts: Facts) -> dict[str, str]:
    return {"partner": safe_name(facts["partner"]), "client": safe_name(facts["client"])}


def _parts(facts: Facts) -> dict[str, Any]:
    """What all of them share: who, how much, until when, and the page in the client's space."""
    names = _names(facts)
    path = reverse("partner_bill", args=[facts["client_slug"], facts["bill"]])
    return {
        "facts": [
            (pgettext("sender", "From"), names["partner"]),
            (pgettext("receiver", "To"), names["client"]),
            (_("Number"), facts["number"]),
            (_("Date"), _day(facts["issued_on"])),
            (_("Total, including VAT"), facts["total"]),
        ],
        "action": (_("Read the bill"), absolute(path)),
        "why": _("You get this mail because you represent %(client)s, or keep its accounts.")
        % names,
    }


def _day(text: str) -> str:
    return str(date_format(date.fromisoformat(text), "DATE_FORMAT")) if text else "—"


def _due(facts: Facts) -> tuple[str, str]:
    return _("Payable until"), _day(facts["due_on"])


@letter("billing.rebill_issued")
def issued(facts: Facts) -> Letter:
    """A partner bills its client what it paid for it."""
    names, parts = _names(facts), _parts(facts)
    parts["facts"].append(_due(facts))
    return Letter(
        subject=_("A bill from %(partner)s") % names,
        paragraphs=[
            _("%(partner)s bills %(client)s for products that it paid.") % names,
            _("You find the bill, and its PDF, in the space of %(client)s.") % names,
        ],
        after=[_("You pay %(partner)s, to the account on the bill. Ask it, should you have "
                 "questions.") % names],
        **parts,
    )  # fmt: skip


@letter("billing.rebill_reminder")
def reminder(facts: Facts) -> Letter | None:
    """The bill is past its day. Not sent when it was settled meanwhile."""
    if not Rebill.objects.filter(public_id=facts["bill"], state=RebillState.OPEN).exists():
        return None
    names, parts = _names(facts), _parts(facts)
    parts["facts"].append(_due(facts))
    return Letter(
        subject=_("Reminder: a bill from %(partner)s") % names,
        paragraphs=[
            _("%(partner)s has not seen your payment of this bill yet. Should it be on its way, "
              "there is nothing to do.") % names,
        ],
        **parts,
    )  # fmt: skip


@letter("billing.rebill_cancelled")
def cancelled(facts: Facts) -> Letter:
    """A bill was cancelled by a credit of the whole."""
    names, parts = _names(facts), _parts(facts)
    parts["action"] = (_("Read the credit"), parts["action"][1])
    parts["facts"].insert(3, (_("Cancels bill"), facts["corrects"]))
    return Letter(
        subject=_("%(partner)s cancelled a bill") % names,
        paragraphs=[
            _("%(partner)s cancelled its bill by this credit: you do not owe it any more.") % names,
        ],
        quote=facts["reason"],
        after=[_("If you have paid it already, %(partner)s owes you the amount.") % names],
        **parts,
    )
