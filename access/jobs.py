"""The portal's jobs: one registry, which the schedule, the command, the staff's page and the docs
read (architecture, section 5).

A job looks in the database for what is due, and is safe to run twice, at once, and after a kill.
It stands in its app's `tasks` module, under `@job`; `each` and `together` keep one item's failure
from stopping the others, or hiding.
"""

import logging
import time
from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any

from celery import current_app, shared_task
from django.db import connection, transaction
from django.db.models import Max, Q, QuerySet
from django.utils.functional import Promise
from kombu.exceptions import OperationalError as BrokerAway

from access.mail import IMPATIENT
from access.models import JobRun, JobStanding
from access.recording import Recorder, running

logger = logging.getLogger(__name__)

SHOWN = 5
"""How many lines a dry run tells of what is due."""
HOUR = 3600.0
LATE_AFTER = 3
"""A job is late without a success for so many of its intervals …"""
GRACE = 120.0
"""… and for so many seconds at least: a restart of the workers is no failure."""
SILENCE = timedelta(minutes=5)


# ---- The registry ----------------------------------------------------------------------------


@dataclass(frozen=True, slots=True)
class Due:
    """What a run would deal with now: how many, and the first few in words."""

    count: int
    lines: Sequence[str] = ()


type Look = Callable[[], "Due | QuerySet[Any]"]


@dataclass(frozen=True, slots=True)
class Left:
    """Items that failed for good and have a page of their own, where each is tried again: what
    they are, which rows, and the filter of the admin's list that shows the same."""

    title: str | Promise
    rows: Callable[[], QuerySet[Any]]
    narrowed: str = ""


@dataclass(frozen=True, slots=True)
class Job:
    """A job: `every` so many seconds, a run deals with `most` items, and none lasts longer than
    `longest` seconds (the worker ends it then; what is left is found by the next)."""

    name: str
    title: str | Promise
    every: float
    look: Look
    most: int | None
    longest: float
    left: tuple[Left, ...]
    task: Any

    @property
    def tolerance(self) -> timedelta:
        """Without a success for so long it is late."""
        return timedelta(seconds=max(LATE_AFTER * self.every, GRACE))

    def is_late(self, standing: JobStanding, now: datetime) -> bool:
        """Whether it had no success for too long; one that just came up for the first time is
        not."""
        since = standing.ok_at or standing.started_at
        return since is not None and since < now - self.tolerance

    def was_cut_off(self, run: JobRun, now: datetime) -> bool:
        """Whether a run that was never finished must be dead: it is older than any can get.

        Its age, because that holds behind a connection pooler and on another machine too, where
        a session or its lock says nothing about the worker.
        """
        over = run.started_at < now - timedelta(seconds=self.longest)
        return run.state == JobRun.State.CUT or (run.state == JobRun.State.RUNNING and over)


JOBS: dict[str, Job] = {}
"""Name -> job, of all apps."""


def job(
    name: str,
    *,
    every: float,
    title: str | Promise,
    due: Look,
    most: int | None = None,
    longest: float = HOUR,
    left: tuple[Left, ...] = (),
) -> Callable[[Callable[[], int]], Any]:
    """Makes a function a job, and the Celery task of that name. The function answers how many
    items it dealt with; `due` answers the same beforehand, without a lock and without writing: a
    queryset, or how many and the first in words."""

    def register(function: Callable[[], int]) -> Any:
        def door(by: int | None = None, by_hand: bool = False) -> int:
            return _run(JOBS[name], function, by=by, by_hand=by_hand)

        door.__name__, door.__doc__ = function.__name__, function.__doc__
        door.__module__ = function.__module__
        task = shared_task(name=name, ignore_result=True, time_limit=longest)(door)
        JOBS[name] = Job(name, title, every, due, most, longest, left, task)
        return task

    return register


def schedule() -> dict[str, dict[str, Any]]:
    """The beat's schedule: every job that is registered. A message that nobody took by the time
    of the next one is worth nothing."""
    return {
        each.name: {
            "task": each.name,
            "schedule": each.every,
            "options": {"expires": max(each.every, 60.0)},
        }
        for each in JOBS.values()
    }


# ---- Running ---------------------------------------------------------------------------------


def _run(job: Job, function: Callable[[], int], *, by: int | None, by_hand: bool) -> int:
    recorder = Recorder(job.name, longest=job.longest, by=by, by_hand=by_hand)
    recorder.start()
    token = running.set(recorder)
    try:
        recorder.count = function()
    except BaseException as error:
        recorder.break_off(error)
        raise
    finally:
        running.reset(token)
    recorder.finish()
    return recorder.count


def by_hand() -> bool:
    """Whether somebody asked for the run that this is part of."""
    run = running.get()
    return run is not None and run.by_hand


def send(job: Job, *, by: Any) -> bool:
    """Asks a worker to run the job now, for a staff member. False when no broker takes it: the
    schedule will do it, if it is anything that is due."""
    try:
        with current_app.connection_for_write(transport_options=IMPATIENT) as broker:
            current_app.send_task(
                job.name, kwargs={"by": by.pk}, connection=broker, retry=False, ignore_result=True
            )
    except (BrokerAway, OSError) as error:
        logger.warning("Nobody takes %s: %s", job.name, error)
        return False
    return True


def look(job: Job, *, seconds: float | None = None) -> Due:
    """The dry run: what is due now, in a transaction that can't write, and that the database
    breaks off after `seconds` for each question (an OperationalError)."""
    with transaction.atomic():
        with connection.cursor() as cursor:
            cursor.execute("SET LOCAL transaction_read_only = on")
            if seconds is not None:
                cursor.execute(f"SET LOCAL statement_timeout = {int(seconds * 1000)}")
        found = job.look()
        if isinstance(found, QuerySet):
            found = listed(found, named)
        found = Due(found.count, [str(line) for line in list(found.lines)[:SHOWN]])
        transaction.set_rollback(True)
    return found


def listed(rows: QuerySet[Any], words: Callable[[Any], str]) -> Due:
    """What is due as rows, the first few in words: names of organisations and numbers of papers
    may stand there, as staff read it, but nobody's address."""
    return Due(rows.order_by().count(), [words(row) for row in rows[:SHOWN]])


# ---- Item by item ----------------------------------------------------------------------------


class Troubles:
    """The items that failed while the others went on. They are kept with the run that this is part
    of; where there is none, `settle` raises the first error in the end, so that nothing hides."""

    def __init__(self) -> None:
        self.errors: list[Exception] = []

    def keep(self, item: str, error: Exception) -> None:
        self.errors.append(error)
        failed(item, error)

    def settle(self) -> None:
        if self.errors and running.get() is None:
            raise self.errors[0]


def each[Row](
    found: Iterable[Row],
    verb: Callable[[Row], object],
    *,
    faster: tuple[type[Exception], ...] = (),
    outage: tuple[type[Exception], ...] = (),
    name: Callable[[Row], str] | None = None,
) -> int:
    """Does `verb` for each item, in a transaction of its own; answers for how many it was done.

    One that answers False or None, or raises one of `faster`, was not due any more. An item that
    fails is kept with the run, under its public id, and the others go on; it is still due, so the
    next run tries it again. One of `outage` would meet them all: it ends the run. Where no job
    runs, the first error is raised in the end.
    """
    rows = found.iterator(chunk_size=500) if isinstance(found, QuerySet) else found
    run, done, troubles = running.get(), 0, Troubles()
    for row in rows:
        if run is not None and time.monotonic() > run.stops_at:
            logger.info("%s has run for long: the next run goes on", run.name)
            break
        found_work()
        try:
            with transaction.atomic():
                answer = verb(row)
        except faster:
            continue
        except Exception as error:  # one item's trouble must not hold up all the others
            if isinstance(error, outage) or _connection_is_lost():
                raise
            troubles.keep((name or named)(row), error)
            continue
        done += answer is not None and answer is not False
        if run is not None:
            run.count += answer is not None and answer is not False
    troubles.settle()
    return done


def together[Row](
    rows: Sequence[Row],
    verb: Callable[[Sequence[Row]], int],
    *,
    refused: Callable[[Row, Exception], None],
) -> int:
    """Does `verb`, which is atomic, for all the items at once; where that fails, for each half of
    them, down to the one that is to blame, which `refused` gets. Answers the sum of its answers."""
    if not rows:
        return 0
    try:
        return verb(rows)
    except Exception as error:
        if _connection_is_lost():
            raise
        if len(rows) == 1:
            refused(rows[0], error)
            return 0
    middle = len(rows) // 2
    return sum(together(part, verb, refused=refused) for part in (rows[:middle], rows[middle:]))


def found_work() -> None:
    """Notes that the run has something to do, so that a kill leaves a trace of it."""
    if run := running.get():
        run.found_work()


def failed(item: str, error: Exception) -> None:
    """Keeps an item that failed with the run; without one, in the log."""
    if run := running.get():
        run.failure(item, error)
    else:
        logger.error("%s failed", item, exc_info=error)


def named(row: Any) -> str:
    """An item by its kind and public id, which hold nobody's name: "invoice 7ks2…"."""
    if not hasattr(row, "_meta"):
        return str(row)
    for field in ("public_id", "slug", "pk"):
        if key := getattr(row, field, None):
            return f"{row._meta.model_name} {key}"
    return str(row._meta.model_name)


def _connection_is_lost() -> bool:
    """Whether the database went away: it is not the item that is to blame."""
    return connection.connection is None or connection.connection.closed


# ---- How jobs stand --------------------------------------------------------------------------


def troubled(now: datetime) -> QuerySet[JobStanding]:
    """The jobs whose last run failed, and those that are late."""
    trouble = Q(failures_in_a_row__gt=0)
    for one in JOBS.values():
        limit = now - one.tolerance
        late = Q(ok_at__lt=limit) | Q(ok_at=None, started_at__lt=limit)
        trouble |= Q(name=one.name) & late
    return JobStanding.objects.filter(trouble, name__in=JOBS)


def state_of(job: Job, standing: JobStanding | None, now: datetime) -> str:
    """ "never", "failed" (the last run that ended), "late", "running" or "ok"."""
    if standing is None:
        return "never"
    if standing.failures_in_a_row:
        return "failed"
    if job.is_late(standing, now):
        return "late"
    began, ended = standing.started_at, standing.finished_at
    return "running" if began and (ended is None or ended < began) else "ok"


def is_silent(now: datetime) -> bool:
    """Whether nothing has started for so long that the schedule (beat) or all workers must be
    down: some jobs run every few seconds."""
    last = JobStanding.objects.aggregate(last=Max("started_at"))["last"]
    return last is None or last < now - SILENCE
