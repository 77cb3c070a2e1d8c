"""From a draft to a bill, and what may still happen to it: paid, reminded, cancelled (B12)."""

from datetime import date, timedelta
from decimal import Decimal
from typing import Any

from django.core.files.base import ContentFile
from django.db import transaction
from django.db.models import Q
from django.utils import timezone
from django.utils.translation import gettext as _

from access.ids import public_id
from access.mail import Recipient, queue_mail
from access.models import Membership, Organisation, User
from access.policy import Actor, somebody_in
from access.rules import Role
from billing import references, vat
from billing.errors import AlreadySettled, AmountWrong, NothingToBill, TooSoon
from billing.models import Rebill, RebillLine, RebillSender
from billing.rules_rebilling import (
    BILLED,
    REMINDER_DAYS,
    RebillKind,
    RebillState,
    number_of,
)
from billing.services.rebilling.common import (
    facts,
    locked,
    locked_draft,
    locked_sender,
    note,
)
from billing.services.rebilling.settings import lock_counter
from billing.states import OrderState


@transaction.atomic
def issue(*, bill: Rebill, version: int, by: Actor) -> Rebill:
    """Gives the draft its number and its date and freezes it; the client is mailed (B12).

    `version` is the draft's as its reader saw it. Raises NoDraft, BillChanged, or NothingToBill
    and AmountWrong when it can't become a bill as it stands.
    """
    by.require("clients.rebill")
    sender = locked_sender(by.organisation.pk)
    draft = locked_draft(bill, version=version)
    _check(draft, sender)
    _freeze(draft, sender, RebillState.OPEN)
    note("rebill.issue", draft, by, after=facts(draft))
    tell_client("issued", draft)
    return draft


def _check(draft: Rebill, sender: RebillSender) -> None:
    rows = draft.lines.all()
    if not rows.exists():
        raise NothingToBill(_("The draft has no line. Add one, or discard it."))
    if draft.total <= 0:
        raise AmountWrong(_("The bill comes to 0.00: there is nothing to pay. Check the prices."))
    if draft.vat_percent and not sender.vat_number:
        raise AmountWrong(
            _("A bill with VAT shows your VAT number. Enter it in the settings, or set the rate "
              "to 0.")
        )  # fmt: skip
    gone = rows.exclude(order_line=None).exclude(order_line__order__state=OrderState.PLACED)
    if first := gone.first():
        raise NothingToBill(
            _("The order of “%(line)s” was cancelled meanwhile. Remove the line first.")
            % {"line": first.text}
        )


def _freeze(draft: Rebill, sender: RebillSender, state: RebillState) -> None:
    """Writes number, date and parties onto the draft, and its state; the lock on the counter
    keeps the numbers of a partner and year without a gap."""
    today = timezone.localdate()
    counter = lock_counter(sender.pk, today.year)
    draft.year, draft.sequence = today.year, counter.last + 1
    draft.number = number_of(sender.prefix, today.year, draft.sequence)
    counter.last = draft.sequence
    counter.save(update_fields=["last"])
    draft.issued_on = today
    draft.due_on = today + timedelta(days=draft.payment_days)
    draft.seller, draft.buyer = seller_of(sender), buyer_of(draft.client)
    draft.logo = sender.logo
    if draft.kind == RebillKind.BILL:
        asked = references.number_of(references.Purpose.REBILL, today.year, draft.sequence)
        draft.reference = references.reference_for(sender.iban, asked)
    draft.state = state
    draft.save()


def seller_of(sender: RebillSender) -> dict[str, str]:
    """The partner as it is now, to be frozen into its bill."""
    names = ("name", "street", "postcode", "city", "email", "registration_number")
    told = {name: getattr(sender, name) for name in (*names, "iban", "footer", "accent")}
    return told | _told(sender)


def buyer_of(client: Organisation) -> dict[str, str]:
    """The client as it is now, to be frozen into its bill."""
    names = ("name", "street", "postcode", "city", "registration_number")
    return {name: getattr(client, name) for name in names} | _told(client)


def _told(party: RebillSender | Organisation) -> dict[str, str]:
    """The country, and the VAT number with its letters."""
    country = str(party.country)
    return {"country": country, "vat_number": vat.full_number(country, party.vat_number)}


# ---- After it was issued --------------------------------------------------------------------


@transaction.atomic
def mark_paid(*, bill: Rebill, paid_on: date, by: Actor) -> Rebill:
    """The partner has got the money. Raises AlreadySettled unless the bill is open, AmountWrong
    for a day to come or before the bill."""
    by.require("clients.rebill")
    row = _in_state(bill, (RebillState.OPEN,))
    if row.issued_on is None or not row.issued_on <= paid_on <= timezone.localdate():
        raise AmountWrong(_("Choose a day between the bill's date and today."), field="paid_on")
    row.state, row.paid_on = RebillState.PAID, paid_on
    row.save(update_fields=["state", "paid_on"])
    note("rebill.paid", row, by, after=facts(row))
    return row


@transaction.atomic
def mark_unpaid(*, bill: Rebill, by: Actor) -> Rebill:
    """It was marked as paid by mistake: the bill is open again."""
    by.require("clients.rebill")
    row = _in_state(bill, (RebillState.PAID,))
    row.state, row.paid_on = RebillState.OPEN, None
    row.save(update_fields=["state", "paid_on"])
    note("rebill.unpaid", row, by, after=facts(row))
    return row


@transaction.atomic
def cancel(*, bill: Rebill, reason: str, by: Actor) -> Rebill:
    """Cancels a bill by a credit of the whole, with a number of its own; answers the credit.

    Its order lines can be billed again. The client is mailed. Raises AlreadySettled when it was
    cancelled before.
    """
    by.require("clients.rebill")
    sender = locked_sender(by.organisation.pk)
    row = _in_state(bill, BILLED)
    same = ("partner", "client", "currency", "period_from", "period_until", "language")
    sums = ("payment_days", "vat_percent", "net", "vat", "total", "cost")
    credit = Rebill.objects.create(
        kind=RebillKind.CREDIT,
        corrects=row,
        reason=reason,
        created_by=by.person,
        **{name: getattr(row, name) for name in (*same, *sums)},
    )
    RebillLine.objects.bulk_create(_mirrored(line, credit) for line in row.lines.all())
    _freeze(credit, sender, RebillState.CREDIT)
    row.lines.update(counts=False)
    row.state, row.paid_on = RebillState.CANCELLED, None
    row.save(update_fields=["state", "paid_on"])
    note("rebill.cancel", row, by, after=facts(row) | {"reason": reason})
    tell_client("cancelled", credit)
    return credit


def _mirrored(line: RebillLine, credit: Rebill) -> RebillLine:
    names = ("position", "order_line", "text", "detail", "quantity", "cost", "unit_price", "net")
    values: dict[str, Any] = {name: getattr(line, name) for name in names}
    return RebillLine(bill=credit, counts=False, **values)


@transaction.atomic
def remind(*, bill: Rebill, by: Actor) -> Rebill:
    """Mails the client again, once a day at most, and not before the bill is due."""
    by.require("clients.rebill")
    row = _in_state(bill, (RebillState.OPEN,))
    today = timezone.localdate()
    if row.due_on is not None and today <= row.due_on:
        raise TooSoon(
            _("The bill may be paid until %(day)s. You can send a reminder after that.")
            % {"day": row.due_on.isoformat()}
        )
    if row.reminded_on and today < row.reminded_on + timedelta(days=REMINDER_DAYS):
        raise TooSoon(_("A reminder was sent today already. You can send another one tomorrow."))
    row.reminders, row.reminded_at = row.reminders + 1, timezone.now()
    row.save(update_fields=["reminders", "reminded_at"])
    note("rebill.remind", row, by, after=facts(row))
    tell_client("reminder", row, event=str(row.reminders))
    return row


def _in_state(bill: Rebill, states: tuple[RebillState, ...]) -> Rebill:
    """The bill as it is now, locked, if it is in one of the states. Raises AlreadySettled."""
    row = locked(bill)
    if row.state not in states or row.kind != RebillKind.BILL:
        raise AlreadySettled(
            _("Somebody was faster: bill %(number)s is in the state “%(state)s” now.")
            % {"number": row, "state": row.get_state_display()}
        )
    return row


def readers_of(client: Organisation) -> list[User]:
    """Who is mailed about bills: the client's legal representatives, and its people with the
    accounting right."""
    members = Membership.objects.filter(
        Q(role=Role.LEGAL_REPRESENTATIVE) | Q(accounting=True),
        organisation=client,
        user__is_active=True,
    )
    return [member.user for member in members.select_related("user").order_by("pk")]


def names_of_readers(client: Organisation, *, by: Actor) -> list[str]:
    """Who is mailed about bills, by name, as far as the actor may read the names of the client's
    people (section 6): none with limited access or when it is over, and never an address."""
    there = somebody_in(by.person, client.slug)
    readers = readers_of(client) if there and there.may("people.see") else []
    return [user.name for user in readers if user.name]


def tell_client(kind: str, bill: Rebill, *, event: str = "") -> None:
    """Queues the mail `billing.rebill_<kind>`; of the figures only what the client owes."""
    queue_mail(
        kind=f"billing.rebill_{kind}",
        key=f"billing.rebill_{kind}:{bill.public_id}:{event}",
        to=[Recipient.of(user) for user in readers_of(bill.client)],
        context={
            "bill": bill.public_id,
            "number": bill.number,
            "corrects": bill.corrects.number if bill.corrects else "",
            "partner": bill.partner.organisation.name,
            "client": bill.client.name,
            "client_slug": bill.client.slug,
            "total": f"{bill.currency} {Decimal(bill.total):.2f}",
            "issued_on": bill.issued_on.isoformat() if bill.issued_on else "",
            "due_on": bill.due_on.isoformat() if bill.due_on else "",
            "reason": bill.reason,
        },
    )


@transaction.atomic
def keep_pdf(*, bill: Rebill, content: bytes) -> Rebill:
    """Keeps the PDF of an issued bill; one that is kept already stays as it is."""
    row = locked(bill)
    if not row.pdf and not row.is_draft:
        row.pdf.save(f"{public_id()}.pdf", ContentFile(content), save=False)
        row.save(update_fields=["pdf"])
    return row
