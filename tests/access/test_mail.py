"""The outbox on PostgreSQL: what is queued, for whom, and what it keeps to itself."""

import time
from contextlib import suppress

import pytest
from celery import Celery
from django.db import IntegrityError, transaction
from django.utils import timezone
from kombu.exceptions import OperationalError

from access import letters, mail
from access.mail import Recipient, queue_mail, send_due_mail
from access.models import OutgoingMail, User
from tests.access.outbox import ADAM, GINA, LEA, State, only_mail, outbox, queue, sink

__all__ = ["outbox", "sink"]
pytestmark = [pytest.mark.django_db(transaction=True), pytest.mark.usefixtures("outbox")]


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
    waker(mail.TASK_NAME)
    assert time.monotonic() - started < 2
    # And the next ones do not even try for a while.
    monkeypatch.setattr(app, "send_task", lambda *args, **kwargs: pytest.fail("tried again"))
    waker(mail.TASK_NAME)


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


def test_an_address_that_no_server_can_take_fails_at_once(sink):
    queue("event", Recipient("jürg@x.example", "", "en"))
    send_due_mail()
    assert only_mail().state == State.FAILED
