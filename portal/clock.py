"""Celery's beat, with hands of its own (docs/decisions/0012-the-clock-has-hands.md).

Beat tells the workers through the broker what to do and when. While the broker takes nothing, or
nobody does what was asked, it does the jobs itself: the broker may be gone for good, and every
mail still leaves. All jobs are safe to run twice and at once, so nobody has to be sure.
"""

from __future__ import annotations

import logging
import threading
import time
from collections import Counter
from concurrent.futures import ThreadPoolExecutor
from datetime import datetime, timedelta
from functools import cached_property
from typing import Any

from celery.beat import ScheduleEntry, Scheduler
from django.db import connections
from django.utils import timezone

from access import jobs
from access.mail import IMPATIENT, TASK_NAME
from access.models import JobStanding

logger = logging.getLogger(__name__)

HANDS = 6
"""How many jobs the clock does at once."""
MOST_HANDS = {TASK_NAME: 4}
"""The jobs that have more than one of them. Whoever sends mails waits most of the time, for the
mail server; two workers have four hands as well."""
QUIET_SECONDS = 5.0
"""How long a broker that did not answer is left alone."""
LOOK_SECONDS = 10.0
"""How often it looks whether the workers do what they are told."""
PATIENCE = timedelta(seconds=20)
"""A job is left to the workers for two of its intervals, and for so long at least."""
AT_IT = timedelta(minutes=10)
"""One that somebody began is left to them for ten of its intervals, and for so long at least:
whoever was at it may have been killed, and a second hand does no harm."""


class Clock(Scheduler):
    """The schedule of `portal.celery`, carried out whether or not there is a broker."""

    producer = None  # the base class would wait for the broker before every message

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        self.alone = False
        self.quiet_until = 0.0
        self.look_at = time.monotonic() + PATIENCE.total_seconds()
        self.busy: Counter[str] = Counter()
        self.counting = threading.Lock()
        super().__init__(*args, **kwargs)

    @cached_property
    def hands(self) -> ThreadPoolExecutor:
        return ThreadPoolExecutor(HANDS, thread_name_prefix="clock")

    def setup_schedule(self) -> None:
        """Goes on from when each job last ran: a beat that is often started again would otherwise
        never come to those that run by the hour."""
        super().setup_schedule()
        try:
            ran = dict(JobStanding.objects.values_list("name", "started_at"))
        except Exception as problem:  # the database is away: from now on, then
            logger.warning("When the jobs last ran is not known: %s", problem)
            return
        finally:
            connections.close_all()
        now = timezone.now()
        for entry in (self.schedule or {}).values():
            entry.last_run_at = min(now, ran.get(entry.task) or now - entry.schedule.run_every)

    def tick(self, *args: Any, **kwargs: Any) -> float:
        seconds: float = super().tick(*args, **kwargs)
        if time.monotonic() >= self.look_at:
            self.look_at = time.monotonic() + LOOK_SECONDS
            self._do("look", self._look)
        return min(seconds, LOOK_SECONDS)

    def apply_async(
        self, entry: ScheduleEntry, producer: Any = None, advance: bool = True, **kwargs: Any
    ) -> None:
        """Tells the workers, or does it here."""
        if advance:
            self.reserve(entry)
        if not self._tell(entry):
            self.do(entry.task)

    def _tell(self, entry: ScheduleEntry) -> bool:
        if time.monotonic() < self.quiet_until:
            return False
        try:
            with self.app.connection_for_write(transport_options=IMPATIENT) as broker:
                self.send_task(entry.task, connection=broker, retry=False, **(entry.options or {}))
        except Exception as problem:  # whatever it says: it did not take the message
            if not self.alone:
                logger.warning("The broker takes nothing, so the jobs run here: %s", problem)
            self.alone, self.quiet_until = True, time.monotonic() + QUIET_SECONDS
            return False
        if self.alone:
            logger.warning("The broker takes messages again")
        self.alone = False
        return True

    # ---- the clock's own hands ---------------------------------------------------------------

    def do(self, name: str) -> None:
        """Does the job in a thread, or in as many as it has, unless they are at it already."""
        job = jobs.JOBS.get(name)
        if job is not None:
            self._do(name, lambda: _until_done(job))

    def _do(self, name: str, work: Any) -> None:
        def run() -> None:
            try:
                work()
            except Exception:
                logger.exception("%s failed", name)
            finally:
                connections.close_all()
                with self.counting:
                    self.busy[name] -= 1

        with self.counting:
            while self.busy[name] < MOST_HANDS.get(name, 1):
                self.busy[name] += 1
                self.hands.submit(run)

    def _look(self) -> None:
        """Does what the workers were told to do and do not: all of them are down, or busy for
        long, or wait for a broker that came back."""
        for name in neglected(timezone.now()):
            logger.warning("No worker comes to %s, so it runs here", name)
            self.do(name)

    def close(self) -> None:
        super().close()
        if "hands" in self.__dict__:
            self.hands.shutdown(wait=True, cancel_futures=True)


def _until_done(job: jobs.Job) -> None:
    """Runs the job until a run found less than it may deal with: nobody is there to go on."""
    while job.task() == job.most:
        continue


def neglected(now: datetime) -> list[str]:
    """The jobs that nobody began for too long, and that nobody is at."""
    found = []
    for standing in JobStanding.objects.filter(name__in=jobs.JOBS, started_at__isnull=False):
        job, began = jobs.JOBS[standing.name], standing.started_at or now
        since = now - began
        at_it = standing.finished_at is None or standing.finished_at < began
        if since > (_patience_at_work(job) if at_it else _patience(job)):
            found.append(standing.name)
    return found


def _patience(job: jobs.Job) -> timedelta:
    return max(2 * timedelta(seconds=job.every), PATIENCE)


def _patience_at_work(job: jobs.Job) -> timedelta:
    longest = timedelta(seconds=job.longest)
    return max(_patience(job), min(longest, max(10 * timedelta(seconds=job.every), AT_IT)))
