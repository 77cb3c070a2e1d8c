"""How the outbox stands: what the metrics show, and when mail counts as stuck (docs/monitoring.md).

Each question reads an index of the outbox and stops early; a hundred thousand sent mails make none
of them slower (tests/portal/test_metrics.py).
"""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime, timedelta

from django.conf import settings
from django.db.models import Count, Max, Min, Q
from django.utils import timezone

from access.held_mail import HELD_UNTIL
from access.models import OutgoingMail

# What a recipient's server said, as `access.mail` notes it; 421 is our own server that closes.
LATER = r"^4[0-9][0-9] "
OWN = "421 "
SEVERAL = 5  # recipients' servers that all say "later" at once: then it is us
LATEST = 200


@dataclass(frozen=True, slots=True)
class Queue:
    """The queued mails: how many are due and how many wait for a later attempt; since when the
    oldest due one is due, and since when the oldest of all waits."""

    due: int
    later: int
    due_since: datetime | None
    waits_since: datetime | None


def queue(*, now: datetime) -> Queue:
    due = Q(next_attempt_at__lte=now)
    found = OutgoingMail.objects.waiting().aggregate(
        due=Count("pk", filter=due),
        later=Count("pk", filter=~due),
        due_since=Min("next_attempt_at", filter=due),
        waits_since=Min("created_at"),
    )
    return Queue(**found)


def last_sent() -> datetime | None:
    """When a mail was last sent, as far as the newest mails tell."""
    newest = OutgoingMail.objects.filter(state=OutgoingMail.State.SENT).order_by("-created_at")
    last: datetime | None = newest[:LATEST].aggregate(last=Max("sent_at"))["last"]
    return last


def stuck(*, now: datetime | None = None) -> str:
    """Why mail counts as stuck, in words for the vendor's operators; "" when it does not.

    MAIL_STUCK_MINUTES decide. While no worker runs, or our mail server lets nobody in, mails stay
    due. A mail that one recipient's server puts off for a day is no reason: nobody here can do
    anything about that, and the others go out.
    """
    now = now or timezone.now()
    limit = now - timedelta(minutes=settings.MAIL_STUCK_MINUTES)
    waiting = OutgoingMail.objects.waiting()
    minutes = f"for more than {settings.MAIL_STUCK_MINUTES} min"
    if waiting.filter(next_attempt_at__lte=limit).exists():
        return f"due {minutes}: no worker sends, or the mail server lets nobody in"
    if waiting.filter(next_attempt_at__gte=HELD_UNTIL).exists():
        return "held after a restore, until somebody says which of them had left"
    old = waiting.filter(next_attempt_at__gt=now, created_at__lte=limit, attempts__gt=0)
    put_off = Q(last_error__regex=LATER) & ~Q(last_error__startswith=OWN)
    if len(old.filter(put_off)[:SEVERAL]) == SEVERAL:
        sent = last_sent()
        if sent is None or sent < limit:
            return f"nothing sent {minutes}: several servers say “later”, maybe our own"
    if old.exclude(put_off).exists():
        return f"tried in vain {minutes}: a letter can't be written, or the connection breaks"
    return ""
