"""Doors for Celery: the monthly statements of prepaid accounts."""

from django.utils import timezone
from django.utils.translation import gettext_lazy as _

from access.jobs import Due, job
from billing.services.statements import send_statements, statements_due


def _due() -> Due:
    rows = statements_due(day=timezone.localdate())
    return Due(len(rows), [f"{row[0]}: {row[1]}" for row in rows])


@job(
    "billing.send_statements",
    every=3600,
    title=_("Mail last month's cashback statements"),
    due=_due,
)
def statements() -> int:
    """Mails last month's cashback statements on the first days of a month. Safe to run twice and
    in parallel. Returns for how many accounts it queued mails."""
    return send_statements(day=timezone.localdate())
