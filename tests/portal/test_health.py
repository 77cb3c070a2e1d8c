"""/healthz, /readyz/web and /readyz: three questions, and when mail turns the last one red."""

from datetime import timedelta
from pathlib import Path

import pytest
from django.db import DatabaseError
from django.test import Client
from django.utils import timezone

from access import held_mail
from access.models import OutgoingMail
from portal import health, mail_watch

ALL_WELL = {"database": "ok", "broker": "ok", "mail": "ok"}


@pytest.fixture
def _broker(settings, tmp_path: Path) -> None:
    settings.CELERY_BROKER_URL = "files://"
    settings.CELERY_BROKER_TRANSPORT_OPTIONS = {"folder": str(tmp_path / "broker")}


def mail(number: int = 1, *, age: float, due: float, error: str = "", **fields) -> OutgoingMail:
    """A queued mail, made `age` minutes ago and due for `due` minutes (below 0: in the future)."""
    now = timezone.now()
    return OutgoingMail.objects.create(
        event=f"test:{number}",
        kind="test",
        address=f"reader@server-{number}.example",
        language="en",
        created_at=now - timedelta(minutes=age),
        next_attempt_at=now - timedelta(minutes=due),
        attempts=1 if error else 0,
        last_error=error,
        **fields,
    )


def sent(*, age: float) -> OutgoingMail:
    when = timezone.now() - timedelta(minutes=age)
    state = OutgoingMail.State.SENT
    found = mail(number=0, age=age, due=age, state=state, sent_at=when)
    assert found.state == state
    return found


# ---- The pages -------------------------------------------------------------------------------


def test_a_process_that_serves_is_up(client: Client) -> None:
    answer = client.get("/healthz")
    assert (answer.status_code, answer.content) == (200, b"ok\n")
    assert "no-store" in answer["Cache-Control"]


@pytest.mark.django_db
@pytest.mark.usefixtures("_broker")
def test_ready_when_all_answer_and_no_mail_is_stuck(client: Client) -> None:
    answer = client.get("/readyz")
    assert answer.status_code == 200
    assert answer.json() == ALL_WELL
    assert "no-store" in answer["Cache-Control"]


@pytest.mark.django_db
def test_without_a_broker_pages_are_ready_and_the_whole_is_not(client: Client, settings) -> None:
    settings.CELERY_BROKER_URL = "redis://127.0.0.1:1/0"
    answer = client.get("/readyz")
    assert answer.status_code == 503
    assert answer.json() == ALL_WELL | {"broker": "unavailable"}
    answer = client.get("/readyz/web")
    assert (answer.status_code, answer.json()) == (200, {"database": "ok"})


@pytest.mark.usefixtures("_broker")
def test_without_a_database_neither_is_ready(client: Client, monkeypatch) -> None:
    def fail() -> None:
        raise DatabaseError("secret-host refused")

    monkeypatch.setattr(health, "ask_database", fail)
    answer = client.get("/readyz")
    assert answer.status_code == 503
    assert answer.json() == {"database": "unavailable", "broker": "ok", "mail": "unknown"}
    assert b"secret-host" not in answer.content
    answer = client.get("/readyz/web")
    assert (answer.status_code, answer.json()) == (503, {"database": "unavailable"})


@pytest.mark.django_db
@pytest.mark.usefixtures("_broker")
def test_stuck_mail_turns_the_whole_red_and_leaves_the_pages_ready(client: Client) -> None:
    mail(age=20, due=20)
    answer = client.get("/readyz")
    assert answer.status_code == 503
    said = answer.json()
    assert said.pop("mail").startswith("stuck: due for more than 15 min")
    assert said == {"database": "ok", "broker": "ok"}
    assert b"reader@" not in answer.content
    assert client.get("/readyz/web").status_code == 200
    OutgoingMail.objects.all().delete()
    assert client.get("/readyz").status_code == 200


@pytest.mark.parametrize("path", ["/healthz", "/readyz", "/readyz/web", "/metrics"])
def test_only_reading(client: Client, path: str) -> None:
    assert client.post(path).status_code == 405


@pytest.mark.django_db
@pytest.mark.parametrize("path", ["/healthz", "/readyz/web"])
def test_machines_inside_call_by_number(client: Client, path: str) -> None:
    """A balancer or Prometheus names the machine in Host, and no page of ours would answer that."""
    assert client.get(path, headers={"host": "10.1.2.3:8000"}).status_code == 200
    assert client.get("/accounts/login/", headers={"host": "10.1.2.3:8000"}).status_code == 400


# ---- When mail is stuck ----------------------------------------------------------------------

LATER = "451 4.7.1 Greylisted, try again later"
OUTAGE = "ConnectionRefusedError: [Errno 111] Connection refused"


@pytest.mark.django_db
@pytest.mark.parametrize(
    ("age", "due", "error", "stuck"),
    [
        (14, 14, "", False),  # young yet
        (16, 16, "", True),  # nobody takes it
        (60, 14, "", False),  # put aside by hand, and not due for long
        (16, -5, OUTAGE, True),  # our server is away: due in a moment, tried in vain for long
        (14, -5, OUTAGE, False),
        (16, -5, "421 4.3.2 Shutting down", True),  # our server, too
        (16, -5, "TypeError: no such field", True),  # a letter that can't be written
        (16 * 60, -60, LATER, False),  # one reader's server says "later" all day long
    ],
)
def test_when_a_mail_counts_as_stuck(age: int, due: int, error: str, stuck: bool) -> None:
    mail(age=age, due=due, error=error)
    assert bool(mail_watch.stuck()) is stuck


@pytest.mark.django_db
def test_mail_that_is_held_after_a_restore_is_not_forgotten() -> None:
    mail(age=1, due=1)
    held_mail.hold()
    assert mail_watch.stuck().startswith("held after a restore")
    held_mail.release()
    assert mail_watch.stuck() == ""


@pytest.mark.django_db
def test_the_minutes_are_a_setting(settings) -> None:
    mail(age=16, due=16)
    settings.MAIL_STUCK_MINUTES = 30
    assert mail_watch.stuck() == ""


@pytest.mark.django_db
def test_several_servers_that_say_later_are_our_trouble_unless_mail_goes_out() -> None:
    """A relay of ours that refuses everything for the moment looks like its readers' servers."""
    for number in range(1, mail_watch.SEVERAL + 1):
        assert mail_watch.stuck() == ""
        mail(number, age=30, due=-10, error=LATER)
    assert "later" in mail_watch.stuck()
    sent(age=2)
    assert mail_watch.stuck() == ""


@pytest.mark.django_db
def test_mail_that_went_out_long_ago_is_no_comfort() -> None:
    sent(age=40)
    for number in range(1, mail_watch.SEVERAL + 1):
        mail(number, age=30, due=-10, error=LATER)
    assert mail_watch.stuck()


@pytest.mark.django_db
def test_sent_failed_and_needless_mails_are_not_stuck() -> None:
    sent(age=100)
    mail(1, age=100, due=100, state=OutgoingMail.State.FAILED)
    mail(2, age=100, due=100, state=OutgoingMail.State.OBSOLETE)
    assert mail_watch.stuck() == ""
