"""Beat's own hands: jobs run while the broker is gone, or nobody does what was asked."""

import threading
import time
from datetime import timedelta

import pytest
from django.utils import timezone

from access import jobs
from access.models import JobStanding
from portal import clock
from portal.celery import app
from portal.clock import Clock, neglected

MAILS = "access.send_due_mail"


@pytest.fixture
def hands(monkeypatch):
    """A clock whose hands only note what they are told to do."""
    made = Clock(app, lazy=True)
    made.told, made.done = [], []
    monkeypatch.setattr(made, "do", made.done.append)
    monkeypatch.setattr(
        made, "send_task", lambda name, **options: made.told.append((name, options["expires"]))
    )
    return made


def entry(made: Clock, name: str = MAILS):
    return made.Entry(name=name, task=name, schedule=5.0, options={"expires": 60.0}, app=made.app)


class Broker:
    def __init__(self, *, away: bool = False) -> None:
        self.away, self.asked = away, 0

    def __call__(self, **options):
        self.asked += 1
        return self

    def __enter__(self):
        if self.away:
            raise ConnectionRefusedError("nobody there")
        return self

    def __exit__(self, *error):
        return None


def test_with_a_broker_the_workers_are_told(hands, monkeypatch):
    monkeypatch.setattr(app, "connection_for_write", Broker())
    hands.apply_async(entry(hands), advance=False)
    assert hands.told == [(MAILS, 60.0)]
    assert hands.done == []


def test_without_a_broker_the_clock_does_it_and_leaves_the_broker_alone(hands, monkeypatch):
    broker = Broker(away=True)
    monkeypatch.setattr(app, "connection_for_write", broker)
    for _ in range(3):
        hands.apply_async(entry(hands), advance=False)
    assert hands.done == [MAILS] * 3
    assert broker.asked == 1
    broker.away, hands.quiet_until = False, 0.0
    hands.apply_async(entry(hands), advance=False)
    assert hands.told == [(MAILS, 60.0)]


def test_a_job_is_done_by_one_hand_and_mails_by_a_few(monkeypatch):
    made, go, done = Clock(app, lazy=True), threading.Event(), []

    def work(job):
        go.wait(5)
        done.append(job.name)

    monkeypatch.setattr(clock, "_until_done", work)
    for _ in range(9):
        made.do("clients.remind")
        made.do(MAILS)
    go.set()
    made.close()
    assert sorted(done) == [*[MAILS] * clock.MOST_HANDS[MAILS], "clients.remind"]


def test_a_job_that_fails_is_done_again(monkeypatch):
    made, tried = Clock(app, lazy=True), []

    def work(job):
        tried.append(job.name)
        raise ZeroDivisionError

    monkeypatch.setattr(clock, "_until_done", work)
    for _ in range(2):
        made.do("clients.remind")
        until = time.monotonic() + 5
        while made.busy["clients.remind"] and time.monotonic() < until:
            time.sleep(0.01)
    made.close()
    assert tried == ["clients.remind"] * 2


@pytest.mark.django_db
def test_it_goes_on_from_when_each_job_last_ran(monkeypatch):
    ran = timezone.now() - timedelta(minutes=50)
    JobStanding.objects.create(name="clients.remind", started_at=ran)
    monkeypatch.setattr(clock, "connections", clock.connections.__class__({}))
    made = Clock(app)
    assert made.schedule["clients.remind"].last_run_at == ran
    due, _ = made.schedule["clients.remind"].is_due()
    assert not due
    due, _ = made.schedule[MAILS].is_due()
    assert due, "what never ran is due at once"


@pytest.mark.django_db
def test_what_nobody_begins_is_neglected_and_what_somebody_is_at_is_not():
    now = timezone.now()
    long_ago, just_now = now - timedelta(minutes=5), now - timedelta(seconds=15)
    standing = JobStanding.objects.create(name=MAILS, started_at=long_ago, finished_at=now)
    assert neglected(now) == [MAILS]
    for began, finished in (
        (just_now, now),  # the workers have time for it
        (long_ago, None),  # one is at it
        (long_ago, long_ago - timedelta(minutes=5)),  # the same, not for the first time
    ):
        standing.started_at, standing.finished_at = began, finished
        standing.save()
        assert neglected(now) == []
    standing.started_at = now - timedelta(seconds=jobs.JOBS[MAILS].longest + 1)
    standing.save()
    assert neglected(now) == [MAILS], "whoever was at it is dead"


@pytest.mark.django_db
@pytest.mark.parametrize(
    ("name", "minutes", "found"),
    [(MAILS, 9, False), (MAILS, 11, True), ("billing.renew", 90, False)],
)
def test_what_a_worker_was_killed_at_waits_for_minutes_not_an_hour(name, minutes, found):
    """All workers are gone, and the last one while it sent: mails leave all the same."""
    now = timezone.now()
    JobStanding.objects.create(name=name, started_at=now - timedelta(minutes=minutes))
    assert neglected(now) == [name] * found
