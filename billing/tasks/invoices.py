"""Doors for Celery: invoices to issue, to print and to remind of, and bank files to finish."""

from datetime import date, timedelta

from django.utils import timezone
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from access.jobs import SHOWN, Due, Left, each, job, listed
from billing.documents import invoices
from billing.models import BankMovement, Invoice
from billing.services import reminding
from billing.services.bank_import import book_new, to_book
from billing.services.invoicing import issue_collective, payers_to_invoice
from billing.services.reminding import remind_due
from billing.states import MovementState


def _payers() -> Due:
    found = payers_to_invoice(timezone.localdate())
    return Due(len(found), [str(payer) for payer in found[:SHOWN]])


@job(
    "billing.issue_collective",
    every=3600,
    title=gettext_lazy("Issue the collective invoices of months that are over"),
    due=_payers,
)
def issue_collective_invoices() -> int:
    """The invoices of months that are over, each payer's in a transaction of its own. Safe to run
    twice and at once. Returns how many it issued."""
    today = timezone.localdate()
    month = _month_before(today)
    return each(
        payers_to_invoice(today),
        lambda payer: issue_collective(payer=payer, month_first_day=month),
    )


def _month_before(day: date) -> date:
    return (day.replace(day=1) - timedelta(days=1)).replace(day=1)


@job(
    "billing.print_invoices",
    every=10,
    title=gettext_lazy("Print invoices and credit notes"),
    due=lambda: listed(
        invoices.to_print().select_related("payer"), lambda row: f"{row.number}: {row.payer}"
    ),
    most=invoices.AT_ONCE,
    left=(
        Left(
            gettext_lazy("Invoices that could not be printed"),
            lambda: Invoice.objects.filter(pdf="", pdf_attempts__gte=invoices.MOST_ATTEMPTS),
            "printed=failed",
        ),
    ),
)
def print_invoices() -> int:
    """Prints what has no PDF yet. Safe to run twice and at once. Returns how many it printed."""
    return invoices.print_due()


def _steps() -> Due:
    steps = list(reminding.steps(timezone.localdate()))
    return Due(len(steps), [_step(step) for step in steps[:SHOWN]])


def _step(step: reminding.Step) -> str:
    facts = {"number": step.invoice.number, "payer": step.invoice.payer, "n": step.number}
    if step.suspends:
        return _("%(number)s, %(payer)s: its products are suspended") % facts
    return _("%(number)s, %(payer)s: reminder %(n)d") % facts


@job(
    "billing.remind_invoices",
    every=3600,
    title=gettext_lazy("Remind of unpaid invoices, and suspend"),
    due=_steps,
)
def remind_invoices() -> int:
    """Takes the next step of what is unpaid (M9). Safe to run twice and at once. Returns how many
    steps it took."""
    return len(remind_due())


@job(
    "billing.book_bank_movements",
    every=300,
    title=gettext_lazy("Book the payments that the bank reported"),
    due=lambda: listed(to_book(), lambda row: f"{row} ({row.public_id})"),
    left=(
        Left(
            gettext_lazy("Bank movements that match nothing"),
            lambda: BankMovement.objects.filter(state=MovementState.UNMATCHED),
            "state__exact=unmatched",
        ),
    ),
)
def book_bank_movements() -> int:
    """Books what a stopped import left behind. Safe to run twice and at once. Returns how many
    movements it dealt with."""
    return book_new()
