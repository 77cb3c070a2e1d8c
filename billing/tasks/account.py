"""Doors for Celery: the monthly statements of prepaid accounts."""

from celery import shared_task
from django.utils import timezone

from billing.services.statements import send_statements


@shared_task(name="billing.send_statements")
def statements() -> int:
    """Mails last month's cashback statements on the first days of a month. Safe to run twice and
    in parallel. Returns for how many accounts it queued mails."""
    return send_statements(day=timezone.localdate())
