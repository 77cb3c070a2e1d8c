"""Doors for Celery: no decisions, safe to run twice and at once."""

from celery import shared_task

from access import mail
from access.models import SupportAccess
from access.services.support import lapse_access


@shared_task(name=mail.TASK_NAME, ignore_result=True)
def send_due_mail() -> None:
    """Send what is due; the beat calls it every few seconds, every queued mail wakes it."""
    if mail.send_due_mail(limit=mail.BATCH) == mail.BATCH:
        mail.wake()


@shared_task(name="access.close_support_access", ignore_result=True)
def close_support_access() -> int:
    """Notes and tells that an access of support is over, which shut it out already (T30). Safe
    to run twice and in parallel: whoever comes second finds it noted. Returns how many."""
    lapsed = SupportAccess.objects.lapsed().select_related("organisation").order_by("pk")
    return sum(lapse_access(access=access) for access in lapsed.iterator())
