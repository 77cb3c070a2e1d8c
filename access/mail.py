"""The outbox: mails are rows in the caller's transaction, sent later and never twice.

PostgreSQL is the truth, Celery only a wake-up call: a lost wake-up costs seconds (the sweep
finds the row), a lost or flushed broker costs nothing.
"""

import logging
import random
import smtplib
import time
from collections.abc import Iterable
from contextlib import suppress
from dataclasses import dataclass
from datetime import timedelta
from email.errors import MessageError
from email.headerregistry import Address
from enum import Enum, auto
from typing import Any, Self

from celery import current_app
from django.conf import settings
from django.core import mail as django_mail
from django.core.mail.backends.base import BaseEmailBackend
from django.db import transaction
from django.utils import timezone
from django.utils.translation import get_language
from kombu.exceptions import OperationalError

from access import letters
from access.mail_message import PortalMessage
from access.models.mail import OutgoingMail
from access.models.topics import MutedTopic

logger = logging.getLogger(__name__)

TASK_NAME = "access.send_due_mail"
BATCH = 200
QUIET_SECONDS = 30.0  # how long a process leaves a broker alone that did not answer
IMPATIENT = {"max_retries": 0, "socket_connect_timeout": 1, "socket_timeout": 1}
FIRST_DELAY = 30  # seconds until the second attempt; it doubles from there
LONGEST_DELAY = 24 * 3600  # when a recipient's server says "later"
FIRST_BREAK_DELAY = 10  # when the connection broke on this mail: it may be to blame, or not
LONGEST_OUTAGE_DELAY = 15 * 60  # however often it broke
BREAKS = 3  # so many in a row, and our server is left alone until the next batch
KNOCK_SECONDS = 5.0  # how long a process leaves a mail server alone that did not let it in

UNWANTED = "unwanted"  # why a mail was not sent whose reader stopped mails of its kind


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
        transaction.on_commit(wake, robust=True)


# ---- Waking the sender ---------------------------------------------------------------------


class _Waker:
    """Tells Celery that something is due. Fails quickly and silently: the sweep comes anyway."""

    def __init__(self) -> None:
        self.quiet_until = 0.0

    def __call__(self, task: str) -> None:
        if time.monotonic() < self.quiet_until:
            return
        try:
            # A connection of its own: the pool's would go on trying for seconds.
            with current_app.connection_for_write(transport_options=IMPATIENT) as connection:
                current_app.send_task(task, connection=connection, retry=False, ignore_result=True)
        except (OperationalError, OSError) as error:
            self.quiet_until = time.monotonic() + QUIET_SECONDS
            logger.warning("No wake-up for %s, the schedule will do it: %s", task, error)


_waker = _Waker()


def wake(task: str = TASK_NAME) -> None:
    """Ask a worker to send what is due, or to do another task that the schedule would find a
    little later. Never raises because of an absent broker."""
    _waker(task)


# ---- Sending -------------------------------------------------------------------------------


class Fate(Enum):
    """What an attempt came to, and what that means for the row and for the batch."""

    SENT = auto()
    OBSOLETE = auto()  # the letter is no longer true
    REFUSED = auto()  # for good: staff look at it
    LATER = auto()  # this mail is to be tried again, the next ones now
    OUTAGE = auto()  # the connection broke: this mail later, the next ones over a new connection


def send_due_mail(*, limit: int = BATCH) -> int:
    """Send up to `limit` due mails over one connection; answers how many rows were dealt with.

    Safe to run many times at once: a row is locked from the look to the mark, and rows that
    somebody else holds are skipped. A mail leaves twice only if the process or the connection
    dies between the server's yes and our commit; it then has the same Message-ID.
    """
    if not OutgoingMail.objects.due(at=timezone.now()).exists():
        return 0
    connection = django_mail.mailers.default
    done = breaks = 0
    try:
        while done < limit and breaks < BREAKS and _door.opens(connection):
            fate = _send_next(connection)
            if fate is None:
                break
            done += 1
            if fate is Fate.OUTAGE:
                breaks += 1
                _close(connection)
            elif fate is Fate.SENT:  # our server is well: it was those mails
                breaks = 0
    finally:
        _close(connection)
    return done


def _close(connection: BaseEmailBackend) -> None:
    # The mails are marked by now: how the farewell goes changes nothing.
    with suppress(OSError):
        connection.close()


class _Door:
    """The way to our mail server. While it lets nobody in, the mails are not touched: they stay
    due, and all of them leave as soon as it opens. To knock is what a process does again after
    KNOCK_SECONDS."""

    def __init__(self) -> None:
        self.shut_until = 0.0

    def opens(self, connection: BaseEmailBackend) -> bool:
        """Whether the connection is open; opens it where it is not."""
        if time.monotonic() < self.shut_until:
            return False
        try:
            connection.open()
        except OSError as error:  # each of smtplib's errors is one
            self.shut_until = time.monotonic() + KNOCK_SECONDS
            logger.warning("The mail server lets nobody in: %s", _in_words(error))
            _note(_in_words(error))
            return False
        return True


_door = _Door()


@transaction.atomic
def _note(error: str) -> None:
    """Writes on the mail that waits longest why it waits, for staff to read."""
    due = OutgoingMail.objects.due(at=timezone.now())
    if mail := due.select_for_update(skip_locked=True).first():
        mail.last_error = _kept(error)
        mail.save(update_fields=["last_error"])


@transaction.atomic(durable=True)
def _send_next(connection: BaseEmailBackend) -> Fate | None:
    """Deal with the mail that waits longest and that nobody else holds; None when there is none."""
    now = timezone.now()
    mail = OutgoingMail.objects.due(at=now).select_for_update(skip_locked=True).first()
    if mail is None:
        return None
    mail.attempts += 1
    fate, error = _attempt(mail, connection)
    _mark(mail, fate, error)
    return fate


def _attempt(mail: OutgoingMail, connection: BaseEmailBackend) -> tuple[Fate, str]:
    try:
        # A letter reads the database; its failed query must not spoil the row's transaction.
        with transaction.atomic():
            if _unwanted(mail):
                return Fate.OBSOLETE, UNWANTED
            rendered = letters.write(
                mail.kind,
                mail.context | mail.secrets,
                language=mail.language,
                name=mail.name,
                address=mail.address,
            )
    except Exception as error:  # one letter's mistake must not hold up all the others
        logger.exception("The letter %s of mail %s can't be written", mail.kind, mail.pk)
        return Fate.LATER, f"{type(error).__name__}: {error}"
    if rendered is None:
        return Fate.OBSOLETE, ""
    try:
        connection.send_messages([_message(mail, rendered)])
    except (OSError, ValueError, MessageError) as error:  # each of smtplib's is an OSError
        return _fate_of(error), _in_words(error)
    except Exception as error:  # this mail's or the connection's: it must not hold up the others
        logger.exception("Mail %s (%s) can't be sent", mail.pk, mail.kind)
        return Fate.OUTAGE, _in_words(error)
    return Fate.SENT, ""


def _unwanted(mail: OutgoingMail) -> bool:
    """Whether its reader stopped mails of this kind; those without a topic always arrive."""
    topic = letters.topics.get(mail.kind)
    return topic is not None and MutedTopic.objects.reaching(mail.address, topic).exists()


def _message(mail: OutgoingMail, rendered: letters.Rendered) -> PortalMessage:
    """The mail as it leaves: From fixed, no Reply-To, marked as sent by a machine (T34)."""
    to = Address(letters.safe_name(mail.name) if mail.name else "", addr_spec=mail.address)
    message = PortalMessage(
        subject=rendered.subject,
        body=rendered.text,
        from_email=_sender(),
        to=[str(to)],
        headers={
            "Message-ID": mail.message_id,
            "Auto-Submitted": "auto-generated",
            "X-Auto-Response-Suppress": "All",
            "Content-Language": mail.language,
            **rendered.headers,
        },
    )
    message.attach_alternative(rendered.html, "text/html")
    return message


def _sender() -> str:
    """The vendor's fixed address, under the vendor's name."""
    address = settings.DEFAULT_FROM_EMAIL
    return address if "<" in address else str(Address(settings.VENDOR_NAME, addr_spec=address))


def _fate_of(error: OSError | ValueError | MessageError) -> Fate:
    """What a failure means. The server's own answer counts; where there is none, it is away."""
    if isinstance(error, smtplib.SMTPRecipientsRefused):
        return _fate_said(next(iter(error.recipients.values()))[0])
    if isinstance(
        error, smtplib.SMTPConnectError | smtplib.SMTPHeloError | smtplib.SMTPAuthenticationError
    ):
        return Fate.OUTAGE  # even with a 5xx: it is about us, not about this mail
    if isinstance(error, smtplib.SMTPResponseException):
        return _fate_said(error.smtp_code)
    if isinstance(error, ValueError | MessageError | smtplib.SMTPNotSupportedError):
        return Fate.REFUSED  # an address or header that no attempt will make valid
    return Fate.OUTAGE


def _fate_said(code: int) -> Fate:
    if code == 421:  # "closing the channel": whoever is next needs another one
        return Fate.OUTAGE
    return Fate.REFUSED if code >= 500 else Fate.LATER


def _in_words(error: Exception) -> str:
    if isinstance(error, smtplib.SMTPRecipientsRefused):
        code, answer = next(iter(error.recipients.values()))
        return f"{code} {_decoded(answer)}"
    if isinstance(error, smtplib.SMTPResponseException):
        return f"{error.smtp_code} {_decoded(error.smtp_error)}"
    return f"{type(error).__name__}: {error}"


def _decoded(answer: bytes | str) -> str:
    return answer.decode("utf-8", "replace") if isinstance(answer, bytes) else answer


def _mark(mail: OutgoingMail, fate: Fate, error: str) -> None:
    now = timezone.now()
    mail.last_error = _kept(error)
    if fate is Fate.LATER:
        mail.next_attempt_at = now + delay(mail.attempts)
    elif fate is Fate.OUTAGE:
        mail.next_attempt_at = now + delay(
            mail.attempts, first=FIRST_BREAK_DELAY, longest=LONGEST_OUTAGE_DELAY
        )
    else:
        mail.state = {
            Fate.SENT: OutgoingMail.State.SENT,
            Fate.OBSOLETE: OutgoingMail.State.OBSOLETE,
            Fate.REFUSED: OutgoingMail.State.FAILED,
        }[fate]
        mail.secrets = {}
        mail.sent_at = now if fate is Fate.SENT else None
    mail.save(
        update_fields=["attempts", "state", "secrets", "sent_at", "next_attempt_at", "last_error"]
    )


def _kept(error: str) -> str:
    return error.replace("\x00", "")[:2000]


def delay(attempts: int, *, first: int = FIRST_DELAY, longest: int = LONGEST_DELAY) -> timedelta:
    """How long to wait after so many attempts, in seconds: `first`, doubling up to `longest`,
    spread by a fifth.

    The spread keeps a crowd of mails refused together from coming back together.
    """
    seconds = min(first * 2 ** min(attempts - 1, 20), longest)
    return timedelta(seconds=seconds * random.uniform(0.8, 1.0))  # noqa: S311 - no secret


def try_again(mails: Iterable[OutgoingMail]) -> int:
    """Queue failed mails anew, by hand; answers how many. Links once erased are not restored."""
    ids = [mail.pk for mail in mails]
    count = (
        OutgoingMail.objects.failed()
        .filter(pk__in=ids)
        .update(state=OutgoingMail.State.QUEUED, next_attempt_at=timezone.now(), attempts=0)
    )
    if count:
        transaction.on_commit(wake, robust=True)
    return count
