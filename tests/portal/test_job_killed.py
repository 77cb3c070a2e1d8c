"""A job that is killed in the middle of an item, and one that runs many times at once: each thing
happens once, and the record says what became of the run."""

import os
import subprocess
import sys
from datetime import timedelta
from urllib.parse import urlsplit, urlunsplit

import pytest
from django.db import connection
from django.utils import timezone

from access import job_words
from access.jobs import JOBS
from access.models import JobRun, JobStanding, OutgoingMail
from clients.models import Partnership
from clients.tasks import remind_waiting
from tests.conftest import CHECKOUT
from tests.portal.jobs_due import make_due
from tests.racing import at_once
from tests.world import World

pytestmark = pytest.mark.django_db(transaction=True)
NAME = "clients.remind"


def process() -> "subprocess.Popen[str]":
    server = urlsplit(os.environ["DATABASE_URL"])
    address = urlunsplit(server._replace(path=f"/{connection.settings_dict['NAME']}"))
    return subprocess.Popen(
        [sys.executable, "-m", "tests.portal.remind_slowly"],
        cwd=CHECKOUT,
        env=os.environ | {"DATABASE_URL": address},
        stdout=subprocess.PIPE,
        text=True,
    )


def reminders() -> int:
    return OutgoingMail.objects.filter(kind="clients.reminder").count()


def test_killed_inside_an_item(live_world: World) -> None:
    make_due(live_world, NAME)
    worker = process()
    assert worker.stdout is not None
    assert worker.stdout.readline() == "inside\n"
    worker.kill()  # -9: it cleans up nothing
    worker.communicate(timeout=20)
    assert reminders() == 1  # the first is kept whole, the second not at all
    assert Partnership.objects.to_remind().count() == 1
    cut = JobRun.objects.get()
    assert (cut.state, cut.finished_at) == ("running", None)

    assert remind_waiting() == 1
    assert remind_waiting() == 0
    assert reminders() == 2
    assert JobStanding.objects.get().failures_in_a_row == 0
    later = timezone.now() + timedelta(seconds=JOBS[NAME].longest)
    assert job_words.state_of_run(JOBS[NAME], cut, later)[0] == "cut"


def test_at_once(live_world: World) -> None:
    make_due(live_world, NAME)
    assert at_once(*[remind_waiting] * 4) == {"done": 4}
    assert reminders() == 2
    assert sum(JobRun.objects.values_list("count", flat=True)) == 2
    standing = JobStanding.objects.get()
    assert (standing.runs, standing.failures_in_a_row) == (4, 0)
