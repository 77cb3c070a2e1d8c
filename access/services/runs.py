"""The record of runs is kept short and true: old lines go, and what died while it ran says so."""

from datetime import datetime, timedelta

from django.db import transaction
from django.db.models import Q
from django.utils import timezone

from access.jobs import JOBS
from access.models import JobRun
from access.models.jobs import KEPT_DAYS, JobRunQuerySet

BUSY_KEPT_DAYS = 2
"""How long good runs stay of a job that runs every minute or more often: there are thousands."""
BUSY = 60.0


def to_tidy() -> JobRunQuerySet:
    """The runs that go, and those that are to be marked as cut off."""
    now = timezone.now()
    return JobRun.objects.filter(_old(now) | _dead(now))


@transaction.atomic
def tidy() -> int:
    """Deletes old runs and marks those that were cut off; answers how many. Safe to run twice and
    at once."""
    now = timezone.now()
    gone, _rows = JobRun.objects.filter(_old(now)).delete()
    return gone + JobRun.objects.filter(_dead(now)).update(state=JobRun.State.CUT)


def _old(now: datetime) -> Q:
    busy = [job.name for job in JOBS.values() if job.every <= BUSY]
    good = Q(job__in=busy, state=JobRun.State.DONE, by_hand=False)
    return Q(started_at__lt=now - timedelta(days=KEPT_DAYS)) | good & Q(
        started_at__lt=now - timedelta(days=BUSY_KEPT_DAYS)
    )


def _dead(now: datetime) -> Q:
    """Those that run for longer than they can; of a job that is no more, for a day."""
    dead = ~Q(job__in=JOBS) & Q(started_at__lt=now - timedelta(days=1))
    for job in JOBS.values():
        dead |= Q(job=job.name, started_at__lt=now - timedelta(seconds=job.longest))
    return Q(state=JobRun.State.RUNNING) & dead
