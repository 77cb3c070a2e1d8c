"""Unpaid invoices are reminded, then their products are suspended; nothing is deleted (M9).

Each step happens once, under the invoice's lock. A step that comes late pushes the next ones back:
nobody is reminded twice within a few days because a server stood still.
"""

from collections.abc import Iterator
from dataclasses import dataclass
from datetime import date, timedelta

from django.conf import settings
from django.db import transaction
from django.db.models import QuerySet
from django.utils import timezone

from access import jobs, log
from access.models import Organisation
from billing.models import Invoice
from billing.services import suspending
from billing.services.invoice_mails import tell, tell_owner
from billing.services.paying import lock_invoice
from billing.states import InvoiceKind, InvoiceState


@dataclass(frozen=True, slots=True)
class Step:
    """What is due for an invoice: reminder 1, 2, 3, or the suspension (`number` 0)."""

    invoice: Invoice
    number: int

    @property
    def suspends(self) -> bool:
        return self.number == 0


def plan() -> tuple[int, ...]:
    """Days after the due day of each reminder, and of the suspension, which comes last."""
    days = sorted(settings.REMINDER_DAYS)
    return (*days, max(settings.SUSPENSION_DAYS, days[-1] + 1))


def due(day: date) -> QuerySet[Invoice]:
    """The open invoices whose next step is due on `day`."""
    rows = Invoice.objects.filter(
        kind=InvoiceKind.INVOICE,
        state=InvoiceState.OPEN,
        suspended_at__isnull=True,
        next_reminder_on__lte=day,
    )
    return rows.select_related("payer").order_by("next_reminder_on", "pk")


def steps(day: date) -> Iterator[Step]:
    """What `remind_due` would do on `day`, without doing it."""
    for invoice in due(day):
        yield _step(invoice)


def _step(invoice: Invoice) -> Step:
    last = invoice.reminders >= len(settings.REMINDER_DAYS)
    return Step(invoice, 0 if last else invoice.reminders + 1)


def remind_due(*, day: date | None = None, dry_run: bool = False) -> list[Step]:
    """Takes the next step of every invoice that is due, each in a transaction of its own, and
    answers the steps taken; with `dry_run` those it would take. Safe to run twice and at once."""
    day = day or timezone.localdate()
    if dry_run:
        return list(steps(day))
    taken: list[Step] = []

    def take(invoice: Invoice) -> bool:
        step = remind(invoice=invoice, day=day)
        taken.extend([step] if step else [])
        return step is not None

    jobs.each(list(due(day)), take)
    return taken


@transaction.atomic
def remind(*, invoice: Invoice, day: date) -> Step | None:
    """The next step of one invoice; None when it is not due (any more)."""
    invoice = lock_invoice(invoice)
    if not due(day).filter(pk=invoice.pk).exists():
        return None
    step = _step(invoice)
    if step.suspends:
        _suspend(invoice)
    else:
        invoice.reminders = step.number
        invoice.next_reminder_on = next_day(invoice, day)
        invoice.save(update_fields=["reminders", "next_reminder_on"])
        tell(
            "invoice_reminder",
            invoice,
            event=f"invoice_reminder_{step.number}",
            reminder=step.number,
            suspends_on=suspends_on(invoice).isoformat(),
        )
    return step


def next_day(invoice: Invoice, today: date) -> date:
    """The day of the step after the one just taken: as planned, or as long after today as the plan
    leaves between the two."""
    days, taken = plan(), invoice.reminders
    planned = invoice.due_on + timedelta(days=days[taken])
    return max(planned, today + timedelta(days=days[taken] - days[taken - 1]))


def suspends_on(invoice: Invoice) -> date:
    """The day on which the products of an open invoice are suspended, if nobody pays."""
    days, taken = plan(), invoice.reminders
    start = invoice.next_reminder_on or invoice.due_on + timedelta(days=days[0])
    return start + timedelta(days=days[-1] - days[min(taken, len(days) - 1)])


def _suspend(invoice: Invoice) -> None:
    """Suspends what the invoice pays for. Clients of a payer that is their partner are told which
    products, and no figure (M4)."""
    products = suspending.suspend(invoice)
    invoice.suspended_at = timezone.now()
    invoice.next_reminder_on = None
    invoice.save(update_fields=["suspended_at", "next_reminder_on"])
    log.write(organisation=invoice.payer, act="invoice.suspend", by=None, about=invoice)
    owners = {product.organisation_id for product in products} - {invoice.payer_id}
    for owner in Organisation.objects.filter(pk__in=owners).order_by("pk"):
        names = [product.name for product in products if product.organisation_id == owner.pk]
        log.write(
            organisation=owner, act="product.suspend", by=None, after={"products": sorted(names)}
        )
        tell_owner(owner, invoice, sorted(names))
    tell("invoice_suspended", invoice, products=sorted(product.name for product in products))
