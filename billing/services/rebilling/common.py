"""What the verbs of rebilling share: locks, sums, the log, the words (B12).

Locks are taken in one order: the sender, the bill, the counter. Who holds the sender's is alone
with the partner's bills.
"""

from typing import Any

from django.db.models import Sum
from django.utils.translation import gettext as _

from access import log
from access.models import Organisation
from access.policy import Actor
from billing.errors import BillChanged, NoDraft, SenderMissing
from billing.models import Rebill, RebillLine, RebillSender
from billing.rules import ZERO
from billing.rules_rebilling import RebillState, vat_of


def sender_of(actor: Actor) -> RebillSender | None:
    """How the actor's organisation bills; None until it has said so."""
    return RebillSender.objects.visible_to(actor).first()


def locked_sender(partner: Any) -> RebillSender:
    """The sender of the partner (its key, or the row), locked. Raises SenderMissing."""
    found = RebillSender.objects.select_for_update(no_key=True).filter(partner=partner).first()
    if found is None:
        raise SenderMissing(
            _("Say first who sends your bills, and to which account they are paid.")
        )
    return found


def locked(bill: Rebill) -> Rebill:
    """The bill as it is now, locked. Raises NoDraft when it was a draft and is no more."""
    rows = Rebill.objects.select_for_update(of=("self",), no_key=True)
    found = (
        rows.select_related("client", "partner__organisation", "corrects", "logo")
        .filter(pk=bill.pk)
        .first()
    )
    if found is None:
        raise NoDraft(_("This draft was discarded meanwhile."))
    return found


def locked_draft(bill: Rebill, *, version: int | None = None) -> Rebill:
    """The draft, locked. Raises NoDraft when it was issued meanwhile, BillChanged when it is not
    what its reader was shown any more."""
    found = locked(bill)
    if found.state != RebillState.DRAFT:
        raise NoDraft(_("This bill was issued meanwhile: it does not change any more."))
    if version is not None and found.version != version:
        raise BillChanged(_("The draft changed while you were looking. Please read it again."))
    return found


def lines_of(bill: Rebill) -> list[RebillLine]:
    """The lines of a bill that the reader may see, in their order."""
    return list(bill.lines.select_related("order_line__order").order_by("position", "pk"))


def credit_of(bill: Rebill) -> Rebill | None:
    """The credit that cancelled a bill that the reader may see; both sides may see it, too."""
    return Rebill.objects.filter(corrects=bill).first()


def sum_up(bill: Rebill) -> None:
    """Writes the sums of the lines onto the draft; what its readers were shown is out of date."""
    sums = bill.lines.aggregate(net=Sum("net", default=ZERO), cost=Sum("cost", default=ZERO))
    bill.net, bill.cost = sums["net"], sums["cost"]
    bill.vat = vat_of(bill.net, bill.vat_percent)
    bill.total = bill.net + bill.vat
    bill.version += 1
    bill.save(update_fields=["net", "cost", "vat", "total", "version"])


def note(
    act: str, about: Any, by: Actor, *, before: Any = None, after: Any = None, of: Any = None
) -> None:
    """Writes the act to the partner's log (A2)."""
    organisation: Organisation = of or by.organisation
    log.write(organisation=organisation, act=act, by=by, about=about, before=before, after=after)


def facts(bill: Rebill) -> dict[str, str]:
    """What the log keeps of a bill."""
    return {"client": bill.client.name, "total": f"{bill.currency} {bill.total}"}
