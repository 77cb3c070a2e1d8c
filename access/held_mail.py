"""Mails of a restored copy: held until it is known which of them left before the breakdown.

A backup is older than the moment of the breakdown: what waited in it may have been sent since. The
mail server's log knows; a Message-ID is the same in every copy.
"""

from __future__ import annotations

import re
from datetime import UTC, datetime

from django.db import transaction
from django.utils import timezone

from access.models import OutgoingMail
from access.models.mail import OutgoingMailQuerySet

HELD_UNTIL = datetime(9999, 1, 1, tzinfo=UTC)
REASON = "held after a restore"
MESSAGE_ID = re.compile(r"<[^<>@\s]+@[^<>@\s]+>")
BATCH = 5000


def hold() -> int:
    """Every mail that waits stays where it is until `release`; answers how many. Mails that are
    written from now on leave as always."""
    waiting = OutgoingMail.objects.waiting().filter(next_attempt_at__lt=HELD_UNTIL)
    return waiting.update(next_attempt_at=HELD_UNTIL, last_error=REASON)


def release() -> int:
    """What is still held is due at once; answers how many."""
    return _held().update(next_attempt_at=timezone.now(), last_error="")


@transaction.atomic
def note_delivered(log: str) -> int:
    """Marks those held mails as sent whose Message-ID stands in `log`, the text of a mail server's
    log since the backup; answers how many."""
    found, done = sorted(set(MESSAGE_ID.findall(log))), 0
    for start in range(0, len(found), BATCH):
        mails = _held().filter(message_id__in=found[start : start + BATCH])
        done += mails.update(
            state=OutgoingMail.State.SENT, sent_at=timezone.now(), secrets={}, last_error=""
        )
    return done


def _held() -> OutgoingMailQuerySet:
    return OutgoingMail.objects.waiting().filter(next_attempt_at=HELD_UNTIL)
