"""Doors for Celery: no decisions, safe to run twice and at once."""

from celery import shared_task

from access import mail


@shared_task(name=mail.TASK_NAME, ignore_result=True)
def send_due_mail() -> None:
    """Send what is due; the beat calls it every few seconds, every queued mail wakes it."""
    if mail.send_due_mail(limit=mail.BATCH) == mail.BATCH:
        mail.wake()
