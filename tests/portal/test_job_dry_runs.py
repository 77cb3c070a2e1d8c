"""Each job's dry run tells what a run deals with, locks nothing and writes nothing; afterwards the
run deals with just that, and a second finds nothing left."""

from typing import Any

import pytest
from django.apps import apps
from django.db import InternalError, connection
from django.db.models import QuerySet
from django.test.utils import CaptureQueriesContext

from access import jobs
from access.jobs import JOBS, Due, Job
from access.models import JobRun, JobStanding
from billing.services import statements
from portal.celery import app
from tests.billing.invoiced import clear_money
from tests.portal.jobs_due import MAKERS, make_due
from tests.world import World

pytestmark = pytest.mark.django_db


@pytest.fixture(autouse=True)
def _fresh(request: pytest.FixtureRequest, monkeypatch: pytest.MonkeyPatch, settings: Any) -> None:
    monkeypatch.setattr(statements, "MAIL_DAYS", statements.MAIL_DAYS)
    settings.MEDIA_ROOT = request.getfixturevalue("tmp_path")
    clear_money(request)


def everything() -> dict[str, str]:
    """Each table of ours by what is in it."""
    with connection.cursor() as cursor:
        found = {}
        for model in apps.get_models(include_auto_created=True):
            table = model._meta.db_table
            rows = f'SELECT md5(string_agg(t::text, chr(10) ORDER BY t::text)) FROM "{table}" t'  # noqa: S608
            cursor.execute(rows)
            found[table] = cursor.fetchone()[0]
        return found


def test_every_job_is_known_here_and_to_the_schedule() -> None:
    assert set(MAKERS) == set(JOBS)
    scheduled = {row["task"]: row["schedule"] for row in app.conf.beat_schedule.values()}
    assert scheduled == {job.name: job.every for job in JOBS.values()}
    assert set(JOBS) <= set(app.tasks)


def test_no_task_of_ours_stands_outside_the_registry() -> None:
    ours = {name for name in app.tasks if not name.startswith("celery.")}
    assert {name for name in ours if not name.startswith("test.")} == set(JOBS)


@pytest.mark.parametrize("name", sorted(MAKERS))
def test_what_is_due_is_what_a_run_deals_with(world: World, name: str) -> None:
    job = JOBS[name]
    make_due(world, name)
    before = everything()
    with CaptureQueriesContext(
        connection,
    ) as asked:
        due = jobs.look(job)
    assert everything() == before
    assert not [each["sql"] for each in asked if "FOR UPDATE" in each["sql"]
                or "FOR NO KEY" in each["sql"] or "advisory" in each["sql"]]  # fmt: skip
    assert due.count >= (1 if name == "billing.send_statements" else 2)
    assert 1 <= len(due.lines) <= jobs.SHOWN
    assert job.task() == due.count
    assert jobs.look(job).count == 0
    assert job.task() == 0
    standing = JobStanding.objects.get(name=name)
    assert (standing.runs, standing.failures_in_a_row) == (2, 0)
    if name != "access.tidy_runs":
        run = JobRun.objects.get()  # the second, which found nothing, left none
        assert (run.job, run.state, run.count, run.failed) == (name, "done", due.count, 0)


def test_a_dry_run_cannot_write(world: World) -> None:
    def writing() -> Due:
        JobStanding.objects.create(name="written")
        return Due(1)

    with pytest.raises(InternalError, match="read-only"):
        jobs.look(job_that_looks(writing))
    assert not JobStanding.objects.filter(name="written").exists()


def test_a_dry_run_cannot_lock(world: World) -> None:
    def locking() -> QuerySet[Any]:
        return JobStanding.objects.select_for_update()

    JobStanding.objects.create(name="there")
    with pytest.raises(InternalError, match="read-only"):
        jobs.look(job_that_looks(locking))


def job_that_looks(look: Any) -> Job:
    return Job("test.looks", "Looks", 60, look, None, 60, (), None)
