"""Jobs run on record: what is kept of a run, what is not, and how one item's trouble stays one."""

from collections.abc import Callable, Iterator
from datetime import timedelta
from io import StringIO
from typing import Any

import pytest
from django.core.management import CommandError, call_command
from django.db import DatabaseError, IntegrityError, OperationalError, connection, transaction
from django.utils import timezone

from access import jobs, recording
from access.jobs import JOBS, Due, Job, each, together, troubled
from access.models import JobRun, JobStanding, Organisation, User
from tests.racing import at_once

pytestmark = pytest.mark.django_db
NAME = "test.example"


@pytest.fixture
def job() -> Iterator[Callable[..., Job]]:
    """Registers a job that does as told, for one test."""

    def register(function: Callable[[], int], **options: Any) -> Job:
        def example() -> int:
            return function()

        jobs.job(NAME, **{"every": 60, "title": "Example", "due": lambda: Due(0)} | options)(
            example
        )
        return JOBS[NAME]

    yield register
    from portal.celery import app

    JOBS.pop(NAME, None)
    app.tasks.pop(NAME, None)


def standing() -> JobStanding:
    return JobStanding.objects.get(name=NAME)


# ---- On record ---------------------------------------------------------------------------------


def test_a_quiet_run_leaves_no_row(job: Any) -> None:
    quiet = job(lambda: 0)
    assert [quiet.task() for _time in range(3)] == [0, 0, 0]
    assert not JobRun.objects.exists()
    kept = standing()
    assert (kept.runs, kept.failures_in_a_row) == (3, 0)
    assert kept.started_at <= kept.finished_at == kept.ok_at
    assert kept.failed_at is None


def test_a_run_that_did_something_is_kept(job: Any) -> None:
    job(lambda: 7).task()
    run = JobRun.objects.get()
    assert (run.state, run.count, run.failed, run.by_hand, run.by) == ("done", 7, 0, False, None)
    assert run.worker
    assert run.took is not None


def test_by_hand_is_kept_with_whose(job: Any) -> None:
    person = User.objects.create_superuser("jobs@portal.example", "x", name="Staff")
    job(lambda: 0).task(by=person.pk)
    run = JobRun.objects.get()
    assert (run.state, run.by_hand, run.by) == ("done", True, person)


def test_a_failed_run_says_where_and_nobodys_data(job: Any) -> None:
    def fails() -> int:
        raise ValueError("gina@garage-nord.example is not a number")

    with pytest.raises(ValueError, match="not a number"):
        job(fails).task()
    run = JobRun.objects.get()
    assert run.state == "failed"
    assert run.error.startswith("ValueError\n")
    assert "access/test_jobs.py" in run.error
    assert "in fails" in run.error
    assert "gina" not in f"{run.error}{standing().last_error}"
    assert standing().failures_in_a_row == 1
    assert standing().ok_at is None


def test_an_error_of_the_database_names_its_constraint(world: Any) -> None:
    try:
        with transaction.atomic():
            Organisation.objects.create(name="x", slug="garage-nord", country="CH", currency="CHF")
    except IntegrityError as error:
        said = recording.in_code(error)
    assert "IntegrityError (access_organisation_slug" in said
    assert "garage-nord" not in said


@pytest.mark.django_db(transaction=True)
def test_a_run_of_many_hands_leaves_one_line(job: Any) -> None:
    """As the renewals do: each thread notes that there is something to do."""

    def work() -> int:
        run = recording.running.get()
        assert run is not None
        at_once(*[run.found_work] * 8)
        return 8

    job(work).task()
    run = JobRun.objects.get()
    assert (run.state, run.count) == ("done", 8)


def test_a_success_ends_the_row_of_failures(job: Any) -> None:
    outcomes = iter([1, 1, 0])

    def sometimes() -> int:
        return 1 // (1 - next(outcomes))

    found = job(sometimes)
    for _time in range(2):
        with pytest.raises(ZeroDivisionError):
            found.task()
    assert standing().failures_in_a_row == 2
    found.task()
    assert (standing().failures_in_a_row, standing().runs) == (0, 3)


def test_recording_that_fails_stops_no_job(job: Any, monkeypatch: pytest.MonkeyPatch) -> None:
    def away(*args: Any, **kwargs: Any) -> None:
        raise OperationalError("the database is away")

    monkeypatch.setattr(recording.Recorder, "_begin", away)
    monkeypatch.setattr(recording.Recorder, "_keep", away)
    monkeypatch.setattr(recording.Recorder, "_close", away)
    assert job(lambda: 3).task() == 3


def test_recording_that_fails_hides_no_error(job: Any, monkeypatch: pytest.MonkeyPatch) -> None:
    def away(*args: Any) -> None:
        raise OperationalError("the database is away")

    monkeypatch.setattr(recording.Recorder, "_close", away)
    with pytest.raises(ZeroDivisionError):
        job(lambda: 1 // 0).task()


def test_a_kill_leaves_a_running_line_once_there_was_work(job: Any) -> None:
    """What is in the database while the job runs is what a kill leaves behind."""
    seen: list[Any] = []

    def look_around(number: int) -> bool:
        seen.extend(JobRun.objects.values_list("state", "finished_at"))
        return True

    job(lambda: each([1], look_around)).task()
    assert seen == [("running", None)]
    assert JobRun.objects.get().state == "done"


def test_cut_off_is_what_is_older_than_any_can_get(job: Any) -> None:
    found, now = job(lambda: 0, longest=600), timezone.now()
    run = JobRun(job=NAME, started_at=now - timedelta(seconds=599))
    assert not found.was_cut_off(run, now)
    assert found.was_cut_off(run, now + timedelta(seconds=2))


def test_late_without_a_success_for_three_intervals(job: Any) -> None:
    job(lambda: 0, every=600)
    now = timezone.now()
    for ago, expected in ((1790, 0), (1810, 1)):
        when = now - timedelta(seconds=ago)
        row = {"started_at": when, "ok_at": when, "finished_at": when}
        JobStanding.objects.update_or_create(name=NAME, defaults=row)
        assert troubled(now).filter(name=NAME).count() == expected
        assert jobs.state_of(JOBS[NAME], standing(), now) == ("late" if expected else "ok")


# ---- Item by item ------------------------------------------------------------------------------


def test_where_no_job_runs_the_first_error_comes_in_the_end() -> None:
    done: list[int] = []

    def verb(number: int) -> bool:
        if number == 2:
            raise ZeroDivisionError
        done.append(number)
        return True

    with pytest.raises(ZeroDivisionError):
        each([1, 2, 3], verb)
    assert done == [1, 3]


def test_what_was_not_due_any_more_is_not_counted() -> None:
    def verb(number: int) -> bool | None:
        if number == 3:
            raise LookupError
        return {1: True, 2: False}.get(number)

    assert each([1, 2, 3, 4], verb, faster=(LookupError,)) == 1


def test_an_outage_ends_the_run(job: Any) -> None:
    tried: list[int] = []

    def verb(number: int) -> None:
        tried.append(number)
        raise OSError(28, "No space left on device")

    with pytest.raises(OSError, match="No space"):
        job(lambda: each([1, 2, 3], verb, outage=(OSError,))).task()
    assert tried == [1]
    assert JobRun.objects.get().state == "failed"


def test_a_lost_connection_is_no_items_fault(job: Any, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(jobs, "_connection_is_lost", lambda: True)
    tried: list[int] = []

    def verb(number: int) -> None:
        tried.append(number)
        raise OperationalError("terminating connection")

    with pytest.raises(OperationalError):
        job(lambda: each([1, 2, 3], verb)).task()
    assert tried == [1]
    assert JobRun.objects.get().failed == 0


def test_a_run_stops_at_half_its_longest_time(job: Any) -> None:
    done: list[int] = []

    def slow(number: int) -> bool:
        recorder = recording.running.get()
        assert recorder is not None
        recorder.stops_at = 0 if number == 2 else recorder.stops_at
        done.append(number)
        return True

    assert job(lambda: each([1, 2, 3, 4], slow)).task() == 2
    assert done == [1, 2]
    assert JobRun.objects.get().state == "done"


def test_what_breaks_together_is_halved_to_the_one_to_blame() -> None:
    tried: list[list[int]] = []
    blamed: list[int] = []

    def verb(numbers: Any) -> int:
        tried.append(list(numbers))
        if 5 in numbers:
            raise ZeroDivisionError
        return len(numbers)

    done = together(range(8), verb, refused=lambda number, error: blamed.append(number))
    assert (done, blamed) == (7, [5])
    assert [0, 1, 2, 3] in tried  # the good half in one


def test_at_most_fifty_failures_are_named(job: Any) -> None:
    def verb(number: int) -> None:
        raise ZeroDivisionError

    assert job(lambda: each(range(60), verb)).task() == 0
    run = JobRun.objects.get()
    assert (run.failed, len(run.failures)) == (60, recording.MOST_FAILURES)


# ---- The command -------------------------------------------------------------------------------


def said(*arguments: Any, **options: Any) -> str:
    out = StringIO()
    call_command("job", *arguments, stdout=out, **options)
    return out.getvalue()


def test_the_command_lists_tells_and_runs(job: Any) -> None:
    job(lambda: 2, due=lambda: Due(9, [f"item {number}" for number in range(9)]), most=4)
    assert "never" in next(line for line in said().splitlines() if NAME in line)
    told = said(NAME, dry_run=True)
    assert f"{NAME}: 9 due, 4 a run" in told
    assert "item 4" in told
    assert "item 5" not in told
    assert "and 4 more" in told
    assert not JobRun.objects.exists()
    assert "2 dealt with, 0 failed" in said(NAME)
    assert JobRun.objects.get().by_hand
    assert '"count": 9' in said(NAME, dry_run=True, json=True)


def test_the_command_fails_with_the_item_that_failed(job: Any) -> None:
    def verb(number: int) -> None:
        raise ZeroDivisionError

    job(lambda: each([4711], verb))
    with pytest.raises(CommandError, match="4711"):
        said(NAME)


def test_an_unknown_job_is_said_so() -> None:
    with pytest.raises(CommandError, match="no job"):
        said("no.such")


def test_a_question_of_the_page_is_broken_off(job: Any) -> None:
    def slow() -> Due:
        with connection.cursor() as cursor:
            cursor.execute("SELECT pg_sleep(2)")
        return Due(1)

    with pytest.raises(DatabaseError, match="statement timeout"):
        jobs.look(job(lambda: 0, due=slow), seconds=0.05)
    assert User.objects.count() >= 0  # the transaction goes on
