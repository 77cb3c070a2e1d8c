"""The sender: nothing lost, nothing phantom, nothing twice (architecture 5)."""

import smtplib
import threading
from contextlib import suppress
from datetime import timedelta
from email.errors import HeaderParseError
from types import SimpleNamespace

import pytest
from django.db import connection
from django.utils import timezone

from access import letters, mail
from access.mail import Recipient, queue_mail, send_due_mail
from access.models import OutgoingMail
from access.models.mail import OutgoingMailQuerySet
from tests.access.outbox import (
    GINA,
    LEA,
    State,
    free_port,
    only_mail,
    outbox,
    queue,
    sink,
    use_server,
)

__all__ = ["outbox", "sink"]
pytestmark = [pytest.mark.django_db(transaction=True), pytest.mark.usefixtures("outbox")]


# ---- Sending -------------------------------------------------------------------------------


def test_a_mail_arrives_as_html_and_text_from_the_fixed_sender(sink, settings):
    """T34: From fixed, no Reply-To, marked as automatic."""
    settings.DEFAULT_FROM_EMAIL, settings.VENDOR_NAME = "no-reply@portal.example", "Nuage, SA"
    queue()
    assert send_due_mail() == 1
    [message] = sink.received
    assert message["From"] == '"Nuage, SA" <no-reply@portal.example>'
    assert sink.senders == ["no-reply@portal.example"]
    assert message["Reply-To"] is None
    assert message["Auto-Submitted"] == "auto-generated"
    assert message["To"].addresses[0].display_name == "Gina Blanc"
    assert message["Message-ID"] == only_mail().message_id
    kinds = [part.get_content_type() for part in message.iter_parts()]
    assert kinds == ["text/plain", "text/html"]
    sent = only_mail()
    assert (sent.state, sent.attempts, sent.last_error) == (State.SENT, 1, "")
    assert sent.sent_at is not None


def test_many_leave_over_one_connection(sink):
    for n in range(7):
        queue(f"event:{n}", n=n)
    assert send_due_mail() == 7
    assert len(sink.received) == 7
    assert len(sink.sessions) == 1


def test_a_mail_leaves_once_however_often_the_sender_runs(sink):
    queue()
    assert [send_due_mail() for _ in range(3)] == [1, 0, 0]
    assert len(sink.received) == 1


def test_the_limit_leaves_the_rest_for_the_next(sink):
    for n in range(3):
        queue(f"event:{n}")
    assert send_due_mail(limit=2) == 2
    assert OutgoingMail.objects.waiting().count() == 1


def test_what_is_no_longer_true_is_not_sent(sink):
    queue("event:1", over=True)
    queue("event:2", LEA)
    send_due_mail()
    assert [message["To"] for message in sink.received] == ["Lea Martin <lea@alpineweb.example>"]
    obsolete = OutgoingMail.objects.get(event="event:1")
    assert (obsolete.state, obsolete.sent_at) == (State.OBSOLETE, None)


def test_later_says_the_server_and_later_it_is(sink):
    sink.answers[GINA.address] = "451 4.7.1 greylisted, come back"
    queue("event:1")
    queue("event:2", LEA)
    before = timezone.now()
    send_due_mail()
    waiting = OutgoingMail.objects.get(event="event:1")
    assert (waiting.state, waiting.attempts) == (State.QUEUED, 1)
    assert "451" in waiting.last_error
    assert "greylisted" in waiting.last_error
    assert before + timedelta(seconds=20) < waiting.next_attempt_at
    assert len(sink.received) == 1, "the other one is not held up"
    assert send_due_mail() == 0, "not due yet"
    sink.answers.clear()
    OutgoingMail.objects.update(next_attempt_at=before)
    send_due_mail()
    waiting.refresh_from_db()
    assert (waiting.state, waiting.attempts, waiting.last_error) == (State.SENT, 2, "")
    assert sink.received[-1]["Message-ID"] == waiting.message_id


def test_never_says_the_server_and_staff_see_it(sink):
    sink.answers[GINA.address] = "550 5.1.1 no such mailbox"
    queue("event:1")
    queue("event:2", LEA)
    send_due_mail()
    failed = OutgoingMail.objects.failed().get()
    assert failed.event == "event:1"
    assert "no such mailbox" in failed.last_error
    assert len(sink.received) == 1
    assert send_due_mail() == 0


def test_a_failed_mail_can_be_tried_again_by_hand(sink):
    sink.answers[GINA.address] = "550 no"
    queue("event:1")
    queue("event:2", LEA)
    send_due_mail()
    sink.answers.clear()
    assert mail.try_again(OutgoingMail.objects.all()) == 1, "what was sent is not sent again"
    send_due_mail()
    assert sorted(str(message["To"].addresses[0].addr_spec) for message in sink.received) == [
        GINA.address,
        LEA.address,
    ]


def test_an_absent_server_leaves_every_mail_due_and_says_why(settings):
    """No mail is to blame, so none is put off: all leave as soon as the server is back."""
    use_server(settings, free_port())
    for n in range(3):
        queue(f"event:{n}")
    assert send_due_mail() == 0
    assert OutgoingMail.objects.due(at=timezone.now()).filter(attempts=0).count() == 3
    waits_longest = OutgoingMail.objects.due(at=timezone.now()).first()
    assert "refused" in waits_longest.last_error.lower()


def test_a_server_that_let_nobody_in_is_left_alone_for_some_seconds(settings, sink, monkeypatch):
    port = settings.MAILERS["default"]["OPTIONS"]["port"]
    queue()
    use_server(settings, free_port())
    assert send_due_mail() == 0
    use_server(settings, port)
    assert send_due_mail() == 0, "nobody knocks again so soon"
    monkeypatch.setattr(mail, "KNOCK_SECONDS", 0)
    mail._door.shut_until = 0
    assert send_due_mail() == 1
    assert (only_mail().state, only_mail().attempts, only_mail().last_error) == (State.SENT, 1, "")


class Breaking:
    """A server that breaks the connection on some mails, before its answer."""

    def __init__(self, *broken: str) -> None:
        self.broken, self.opened, self.left = broken, 0, []

    def open(self) -> None:
        self.opened += 1

    def close(self) -> None:
        pass

    def send_messages(self, messages) -> None:
        if messages[0].subject in self.broken:
            raise smtplib.SMTPServerDisconnected("gone")
        self.left.append(messages[0].subject)


def use_breaking(monkeypatch, *broken: str) -> Breaking:
    server = Breaking(*broken)
    monkeypatch.setattr(mail.django_mail, "mailers", SimpleNamespace(default=server))
    return server


def test_a_mail_on_which_the_connection_breaks_waits_and_the_next_leave(monkeypatch):
    server = use_breaking(monkeypatch, "Hello 0")
    for n in range(3):
        queue(f"event:{n}", n=n)
    before = timezone.now()
    assert send_due_mail() == 3
    assert server.left == ["Hello 1", "Hello 2"]
    waiting = OutgoingMail.objects.waiting().get()
    assert waiting.attempts == 1
    assert before + timedelta(seconds=8) <= waiting.next_attempt_at
    assert waiting.next_attempt_at <= timezone.now() + timedelta(seconds=10)


def test_breaks_between_mails_that_leave_end_no_batch(monkeypatch):
    """The server is well: the others need not wait for the next batch."""
    server = use_breaking(monkeypatch, "Hello 0", "Hello 3", "Hello 6", "Hello 9")
    for n in range(12):
        queue(f"event:{n}", n=n)
    assert send_due_mail() == 12
    assert len(server.left) == 8


def test_a_server_on_which_everything_breaks_is_left_alone(monkeypatch):
    use_breaking(monkeypatch, *(f"Hello {n}" for n in range(9)))
    for n in range(9):
        queue(f"event:{n}", n=n)
    assert send_due_mail() == mail.BREAKS
    assert OutgoingMail.objects.waiting().filter(attempts=0).count() == 9 - mail.BREAKS


@pytest.mark.parametrize(
    ("error", "fate"),
    [
        (smtplib.SMTPRecipientsRefused({"a@b.ch": (450, b"busy")}), mail.Fate.LATER),
        (smtplib.SMTPRecipientsRefused({"a@b.ch": (550, b"unknown")}), mail.Fate.REFUSED),
        (smtplib.SMTPRecipientsRefused({"a@b.ch": (421, b"closing")}), mail.Fate.OUTAGE),
        (smtplib.SMTPDataError(452, b"full"), mail.Fate.LATER),
        (smtplib.SMTPDataError(554, b"spam"), mail.Fate.REFUSED),
        (smtplib.SMTPSenderRefused(451, b"slow down", "a@b.ch"), mail.Fate.LATER),
        (smtplib.SMTPSenderRefused(553, b"not you", "a@b.ch"), mail.Fate.REFUSED),
        (smtplib.SMTPDataError(421, b"closing"), mail.Fate.OUTAGE),
        (smtplib.SMTPAuthenticationError(535, b"who are you"), mail.Fate.OUTAGE),
        (smtplib.SMTPConnectError(554, b"go away"), mail.Fate.OUTAGE),
        (smtplib.SMTPServerDisconnected("gone"), mail.Fate.OUTAGE),
        (ConnectionRefusedError("refused"), mail.Fate.OUTAGE),
        (TimeoutError("slow"), mail.Fate.OUTAGE),
        (ValueError("a header with a line break"), mail.Fate.REFUSED),
        (HeaderParseError("no local part"), mail.Fate.REFUSED),
    ],
)
def test_what_each_failure_means(error, fate):
    assert mail._fate_of(error) is fate


def test_the_delay_doubles_up_to_a_day_and_is_spread():
    for attempts in (1, 2, 5, 12, 40, 100_000):
        longest = min(30 * 2 ** min(attempts - 1, 30), 24 * 3600)
        waits = {mail.delay(attempts).total_seconds() for _ in range(50)}
        assert len(waits) > 1
        assert all(longest * 0.8 <= seconds <= longest for seconds in waits)
    assert mail.delay(100, longest=mail.LONGEST_OUTAGE_DELAY) <= timedelta(minutes=15)


# ---- One mistake does not hold up the others -----------------------------------------------


def test_a_letter_that_breaks_waits_and_the_others_leave(sink, monkeypatch):
    def broken(facts: letters.Facts) -> letters.Letter:
        with connection.cursor() as cursor:
            cursor.execute("SELECT 1/0")
        raise AssertionError

    monkeypatch.setitem(letters.registry, "test.broken", broken)
    queue_mail(kind="test.broken", key="event:1", to=[GINA], context={})
    queue_mail(kind="test.nobody_wrote_it", key="event:2", to=[GINA], context={})
    queue("event:3", LEA)
    assert send_due_mail() == 3
    assert len(sink.received) == 1
    assert OutgoingMail.objects.waiting().filter(attempts=1).count() == 2
    assert "division by zero" in OutgoingMail.objects.get(event="event:1").last_error


def test_an_address_that_no_header_holds_is_failed_and_the_others_leave(sink):
    queue("event:1", Recipient("@garage-nord.example", "Gina", "en"))
    queue("event:2", LEA)
    assert send_due_mail() == 2
    assert len(sink.received) == 1
    assert OutgoingMail.objects.failed().get().event == "event:1"


def test_a_mail_on_which_the_sender_stumbles_waits_and_the_others_leave(monkeypatch):
    """Whatever it is: it stands on record with the mail, and is tried again later."""

    class Stumbling(Breaking):
        def send_messages(self, messages) -> None:
            if messages[0].subject in self.broken:
                raise RuntimeError("a header that Python can't fold")
            super().send_messages(messages)

    server = Stumbling("Hello 0", "Hello 1", "Hello 2", "Hello 3")
    monkeypatch.setattr(mail.django_mail, "mailers", SimpleNamespace(default=server))
    for n in range(6):
        queue(f"event:{n}", n=n)
    assert [send_due_mail(), send_due_mail()] == [mail.BREAKS, 3]
    monkeypatch.undo()
    assert OutgoingMail.objects.filter(state=State.SENT).count() == 2
    waiting = OutgoingMail.objects.waiting()
    assert waiting.filter(attempts=1, next_attempt_at__gt=timezone.now()).count() == 4
    assert "can't fold" in waiting[0].last_error


def test_a_server_that_hangs_up_at_one_address_costs_the_next_mail_nothing(sink):
    sink.answers[GINA.address] = "421 4.7.0 too many, closing"
    queue("event:1")
    queue("event:2", LEA)
    assert send_due_mail() == 2
    left = OutgoingMail.objects.get(event="event:2")
    assert (left.state, left.last_error) == (State.SENT, "")
    assert OutgoingMail.objects.waiting().get().event == "event:1"


def test_two_mails_after_a_crash_before_the_commit_are_one_mail_to_the_reader(sink, monkeypatch):
    """The one double that the promise allows has the same Message-ID."""

    def killed(*args: object) -> None:
        raise KeyboardInterrupt

    queue()
    with monkeypatch.context() as crash:
        crash.setattr(mail, "_mark", killed)
        with pytest.raises(KeyboardInterrupt):
            send_due_mail()
    assert only_mail().state == State.QUEUED
    send_due_mail()
    assert len({message["Message-ID"] for message in sink.received}) == 1


# ---- Two senders at once -------------------------------------------------------------------


def send_from_two_threads(monkeypatch: pytest.MonkeyPatch) -> list[str]:
    """Two senders look for mail at the same moment; answers the keys of what left."""
    left: list[str] = []
    both_looked = threading.Barrier(2)

    def slow(row: OutgoingMail, backend: object) -> tuple[mail.Fate, str]:
        with suppress(threading.BrokenBarrierError):
            both_looked.wait(timeout=1.5)  # hold the row until the other one has looked, too
        left.append(row.event)
        return mail.Fate.SENT, ""

    def sender() -> None:
        try:
            send_due_mail()
        finally:
            connection.close()

    monkeypatch.setattr(mail, "_attempt", slow)
    threads = [threading.Thread(target=sender) for _ in range(2)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    return left


def test_two_senders_at_once_never_send_the_same_mail(monkeypatch):
    for n in range(4):
        queue(f"event:{n}")
    assert sorted(send_from_two_threads(monkeypatch)) == [f"event:{n}" for n in range(4)]


def test_without_the_lock_they_would(monkeypatch):
    """The control: the test above sees the double when there is one."""
    queue("event:0")
    monkeypatch.setattr(OutgoingMailQuerySet, "select_for_update", lambda rows, **kwargs: rows)
    assert send_from_two_threads(monkeypatch) == ["event:0", "event:0"]
