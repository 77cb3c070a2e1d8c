"""Doors for Celery: invoices to issue, to print and to remind of, and bank files to finish."""

import logging
from datetime import timedelta

from celery import shared_task
from django.utils import timezone

from access.errors import Refused
from billing.documents import invoices
from billing.services.bank_import import book_new
from billing.services.invoicing import issue_collective, payers_to_invoice
from billing.services.reminding import remind_due

logger = logging.getLogger(__name__)


@shared_task(name="billing.issue_collective")
def issue_collective_invoices() -> int:
    """The invoices of months that are over, each payer's in a transaction of its own. Safe to run
    twice and at once. Returns how many it issued."""
    today = timezone.localdate()
    month = (today.replace(day=1) - timedelta(days=1)).replace(day=1)
    issued = 0
    for payer in payers_to_invoice(today):
        try:
            issued += issue_collective(payer=payer, month_first_day=month) is not None
        except Refused:  # one payer's trouble holds up nobody else
            logger.exception("No collective invoice for %s", payer.slug)
    return issued


@shared_task(name="billing.print_invoices")
def print_invoices() -> int:
    """Prints what has no PDF yet. Safe to run twice and at once. Returns how many it printed."""
    return invoices.print_due()


@shared_task(name="billing.remind_invoices")
def remind_invoices() -> int:
    """Takes the next step of what is unpaid (M9). Safe to run twice and at once. Returns how many
    steps it took."""
    return len(remind_due())


@shared_task(name="billing.book_bank_movements")
def book_bank_movements() -> int:
    """Books what a stopped import left behind. Safe to run twice and at once. Returns how many
    movements it dealt with."""
    return book_new()
