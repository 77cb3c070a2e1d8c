"""The outbox: mails are rows in the caller's transaction, sent later and never twice.

PostgreSQL is the truth, Celery only a wake-up call: a lost wake-up costs seconds (the sweep
finds the row), a lost or flushed broker costs nothing.
"""

import logging
import time
from collections.abc import Iterable
from dataclasses import dataclass
from functools import partial
from typing import Any, Self

from celery import current_app
from django.conf import settings
from django.db import transaction
from django.utils.translation import get_language
from kombu.exceptions import OperationalError

from access.models.mail import OutgoingMail

logger = logging.getLogger(__name__)

TASK_NAME = "access.send_due_mail"
BATCH = 500
QUIET_SECONDS = 30.0  # how long a web process leaves a broker alone that did not answer


@dataclass(frozen=True)
class Recipient:
    """Who gets a mail, and in which language."""

    address: str
    name: str
    language: str

    @classmethod
    def of(cls, user: Any) -> Self:
        """A person with an account, in the language of the profile."""
        return cls(user.email, user.name, user.language)

    @classmethod
    def at(cls, address: str, *, name: str = "", language: str | None = None) -> Self:
        """An address without account, in the given language, else the one in use now."""
        return cls(address, name, language or get_language() or settings.LANGUAGE_CODE)


def queue_mail(
    *,
    kind: str,
    key: str,
    to: Iterable[Recipient],
    context: dict[str, Any],
    secrets: dict[str, Any] | None = None,
) -> None:
    """Write one mail per recipient into the caller's transaction, and wake the sender after it.

    `kind` names a letter, `key` the event: the same event reaches an address once, however
    often this is called. `context` holds ids and frozen facts, JSON only; links that open an
    account go into `secrets`, which are erased as soon as the mail no longer waits. When the
    caller rolls back, there is no mail.
    """
    rows = [
        OutgoingMail(
            event=key,
            kind=kind,
            address=recipient.address.strip(),
            name=" ".join(recipient.name.split())[:150],
            language=recipient.language,
            context=context,
            secrets=secrets or {},
        )
        for recipient in to
    ]
    if rows:
        OutgoingMail.objects.bulk_create(rows, batch_size=BATCH, ignore_conflicts=True)
        transaction.on_commit(partial(_waker.wake), robust=True)


class _Waker:
    """Tells Celery that mail is due. Fails quickly and silently: the sweep comes anyway."""

    def __init__(self) -> None:
        self.quiet_until = 0.0

    def wake(self) -> None:
        if time.monotonic() < self.quiet_until:
            return
        try:
            current_app.send_task(TASK_NAME, retry=False, ignore_result=True)
        except (OperationalError, OSError) as error:
            self.quiet_until = time.monotonic() + QUIET_SECONDS
            logger.warning("No wake-up for the mail, the sweep will send it: %s", error)


_waker = _Waker()
