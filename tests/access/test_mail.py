"""The outbox on PostgreSQL: nothing lost, nothing phantom, nothing twice (architecture 5)."""

import smtplib
import socket
import threading
import time
from collections.abc import Iterator
from contextlib import suppress
from datetime import timedelta
from email import message_from_bytes, policy
from email.message import EmailMessage

import pytest
from aiosmtpd.controller import Controller
from celery import Celery
from django.core import mail as django_mail
from django.db import IntegrityError, connection, transaction
from django.utils import timezone
from kombu.exceptions import OperationalError

from access import letters, mail
from access.mail import Recipient, queue_mail, send_due_mail
from access.models import OutgoingMail, User
from access.models.mail import OutgoingMailQuerySet

pytestmark = pytest.mark.django_db(transaction=True)

GINA = Recipient("gina@garage-nord.example", "Gina Blanc", "en")
LEA = Recipient("lea@alpineweb.example", "Lea Martin", "fr")
ADAM = Recipient("adam@alpineweb.example", "Adam Favre", "en")
State = OutgoingMail.State


@pytest.fixture(autouse=True)
def _letters(db: None, monkeypatch: pytest.MonkeyPatch) -> None:
    """A letter that is true unless the facts say otherwise, no other mail, and no broker."""
    OutgoingMail.objects.all().delete()

    def hello(facts: letters.Facts) -> letters.Letter | None:
        if facts.get("over"):
            return None
        return letters.Letter(
            subject=f"Hello {facts.get('n', '')}".strip(), paragraphs=["Good day."], why="A test."
        )

    monkeypatch.setitem(letters.registry, "test.hello", hello)
    monkeypatch.setattr(mail, "wake", lambda: None)


def queue(key: str = "event", *to: Recipient, **context: object) -> None:
    queue_mail(kind="test.hello", key=key, to=to or [GINA], context=context)


def only_mail() -> OutgoingMail:
    return OutgoingMail.objects.get()


class Sink:
    """An SMTP server that keeps what it accepts, and answers an address as it is told to."""

    def __init__(self) -> None:
        self.answers: dict[str, str] = {}
        self.received: list[EmailMessage] = []
        self.senders: list[str] = []
        self.sessions: set[int] = set()

    async def handle_RCPT(self, server, session, envelope, address, options):  # noqa: N802
        answer = self.answers.get(address)
        if answer is None:
            envelope.rcpt_tos.append(address)
        return answer or "250 OK"

    async def handle_DATA(self, server, session, envelope):  # noqa: N802
        self.sessions.add(id(session))
        self.senders.append(envelope.mail_from)
        self.received.append(message_from_bytes(envelope.content, policy=policy.default))
        return "250 OK"


def free_port() -> int:
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        return probe.getsockname()[1]


def use_server(settings, port: int) -> None:
    settings.MAILERS = {
        "default": {
            "BACKEND": "django.core.mail.backends.smtp.EmailBackend",
            "OPTIONS": {"host": "127.0.0.1", "port": port, "timeout": 5},
        }
    }


@pytest.fixture
def sink(settings) -> Iterator[Sink]:
    handler = Sink()
    controller = Controller(handler, hostname="127.0.0.1", port=free_port())
    controller.start()
    use_server(settings, controller.port)
    yield handler
    controller.stop()


# ---- Queueing ------------------------------------------------------------------------------


def test_a_change_that_is_rolled_back_queues_nothing():
    with suppress(ZeroDivisionError), transaction.atomic():
        queue()
        assert OutgoingMail.objects.count() == 1
        _ = 1 / 0
    assert OutgoingMail.objects.count() == 0


def test_the_same_event_reaches_an_address_once():
    queue("accepted:1")
    first = only_mail().message_id
    queue("accepted:1")
    queue("accepted:1", Recipient(GINA.address.upper(), "Somebody", "fr"))
    assert only_mail().message_id == first


def test_one_event_reaches_each_recipient_with_a_message_id_of_its_own(settings):
    settings.BASE_URL = "https://portal.example"
    queue("ended:1", GINA, LEA, ADAM)
    ids = set(OutgoingMail.objects.values_list("message_id", flat=True))
    assert len(ids) == 3
    assert all(one.endswith("@portal.example>") for one in ids)


def test_the_same_address_twice_in_one_call_is_one_mail():
    queue("ended:2", GINA, GINA)
    assert only_mail().address == GINA.address


def test_the_worker_is_woken_after_the_commit_and_not_before(monkeypatch):
    calls: list[str] = []
    monkeypatch.setattr(mail, "wake", lambda: calls.append("woken"))
    with transaction.atomic():
        queue()
        assert calls == []
    assert calls == ["woken"]


@pytest.mark.parametrize("broker", ["redis://127.0.0.1:1/0", "redis://no-such-host.invalid/0"])
def test_an_absent_broker_costs_no_time_and_fails_nothing(monkeypatch, broker):
    app = Celery("absent", broker=broker, set_as_current=False)
    monkeypatch.setattr(mail, "current_app", app)
    waker = mail._Waker()
    started = time.monotonic()
    waker()
    assert time.monotonic() - started < 2
    # And the next ones do not even try for a while.
    monkeypatch.setattr(app, "send_task", lambda *args, **kwargs: pytest.fail("tried again"))
    waker()


def test_a_broker_that_refuses_does_not_fail_the_request(monkeypatch):
    class Refusing:
        def connection_for_write(self, **kwargs):
            raise OperationalError("no")

    monkeypatch.setattr(mail, "current_app", Refusing())
    monkeypatch.setattr(mail, "wake", mail._Waker())
    queue()
    assert only_mail().state == State.QUEUED


def test_a_recipient_is_a_person_or_an_address():
    bruno = User(email="bruno@boulangerie-du-lac.example", name="Bruno Rossi", language="fr")
    assert Recipient.of(bruno) == Recipient(bruno.email, "Bruno Rossi", "fr")
    assert Recipient.at("new@example.org", language="de") == Recipient("new@example.org", "", "de")
    assert Recipient.at("new@example.org").language == "en"


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


def test_an_absent_server_delays_the_mail_and_loses_none(settings):
    use_server(settings, free_port())
    for n in range(3):
        queue(f"event:{n}")
    assert send_due_mail() == 1, "one knock is enough to know that nobody is at home"
    assert OutgoingMail.objects.waiting().count() == 3
    knocked = OutgoingMail.objects.get(attempts=1)
    assert knocked.next_attempt_at > timezone.now()
    assert "refused" in knocked.last_error.lower()


@pytest.mark.parametrize(
    ("error", "fate"),
    [
        (smtplib.SMTPRecipientsRefused({"a@b.ch": (450, b"busy")}), mail.Fate.LATER),
        (smtplib.SMTPRecipientsRefused({"a@b.ch": (550, b"unknown")}), mail.Fate.REFUSED),
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


# ---- Secrets and headers -------------------------------------------------------------------


@pytest.fixture
def reset_letter(monkeypatch):
    def reset(facts: letters.Facts) -> letters.Letter | None:
        if "token" not in facts:
            return None
        link = ("Go", letters.absolute(f"/reset/{facts['token']}/"))
        return letters.Letter(subject="Reset", paragraphs=[], action=link, why="A test.")

    monkeypatch.setitem(letters.registry, "test.reset", reset)


@pytest.mark.usefixtures("reset_letter")
@pytest.mark.parametrize("answer", [None, "550 no"])
def test_secrets_are_erased_as_soon_as_the_mail_no_longer_waits(sink, answer):
    if answer:
        sink.answers[GINA.address] = answer
    queue_mail(
        kind="test.reset", key="r", to=[GINA], context={"user": 1}, secrets={"token": "s3cret"}
    )
    send_due_mail()
    assert all("s3cret" in message.as_string() for message in sink.received)
    done = only_mail()
    assert done.state == (State.FAILED if answer else State.SENT)
    assert done.secrets == {}
    assert "s3cret" not in str(OutgoingMail.objects.values())


@pytest.mark.usefixtures("reset_letter")
def test_a_refused_mail_whose_secret_is_gone_is_obsolete_when_tried_again(sink):
    sink.answers[GINA.address] = "550 no"
    queue_mail(kind="test.reset", key="r", to=[GINA], context={}, secrets={"token": "s3cret"})
    send_due_mail()
    mail.try_again([only_mail()])
    send_due_mail()
    assert only_mail().state == State.OBSOLETE


def test_the_database_refuses_a_secret_in_a_mail_that_was_sent():
    queue()
    with pytest.raises(IntegrityError, match="mail_secrets_only_while_queued"):
        OutgoingMail.objects.update(state=State.SENT, sent_at=timezone.now(), secrets={"t": "x"})


def test_a_name_cannot_add_a_header(sink):
    """T34."""
    queue("event", Recipient(GINA.address, "Gina\r\nBcc: everybody@evil.example", "en"))
    send_due_mail()
    [message] = sink.received
    assert message["Bcc"] is None
    assert "evil.example" not in str(message["To"])


@pytest.mark.parametrize(
    "address", ["gina@x.example\nBcc: all@x.example", "a@x.example, b@x.example", "<a@x.example>"]
)
def test_the_database_refuses_an_address_that_is_more_than_one(address):
    """T34."""
    with pytest.raises(IntegrityError, match="mail_headers_on_one_line"):
        queue("event", Recipient(address, "", "en"))


def test_a_subject_cannot_add_a_header(sink, monkeypatch):
    """T34: refused, not repaired; nothing leaves."""

    def smuggling(facts: letters.Facts) -> letters.Letter:
        return letters.Letter(subject="Hi\r\nBcc: all@x.example", paragraphs=[], why="")

    monkeypatch.setitem(letters.registry, "test.smuggling", smuggling)
    queue_mail(kind="test.smuggling", key="e", to=[GINA], context={})
    send_due_mail()
    assert sink.received == []
    assert only_mail().state == State.QUEUED
    assert django_mail.outbox == []


def test_an_address_that_no_server_can_take_fails_at_once(sink):
    queue("event", Recipient("jürg@x.example", "", "en"))
    send_due_mail()
    assert only_mail().state == State.FAILED
