"""Staff see how jobs stand and what is due, and ask for a run; nobody else does (T47)."""

from datetime import timedelta
from typing import Any

import pytest
from django.contrib.admin.models import LogEntry
from django.contrib.admin.utils import quote
from django.contrib.auth.models import Permission
from django.test import Client
from django.urls import reverse
from django.utils import timezone

from access import jobs
from access.jobs import JOBS
from access.models import JobRun, JobStanding, User
from tests.world import World

pytestmark = pytest.mark.django_db

LIST = "admin:access_jobstanding_changelist"
REMIND = "clients.remind"


def page(job: str = REMIND) -> str:
    return reverse("admin:access_jobstanding_change", args=[quote(job)])


def run_page(job: str = REMIND) -> str:
    return reverse("admin:access_jobstanding_run", args=[quote(job)])


def browser(*permissions: str) -> Client:
    """A staff member with these rights only; with none named, with all."""
    make = User.objects.create_user if permissions else User.objects.create_superuser
    person = make("jobs@portal.example", "x", name="Staff", is_staff=True)
    rights = Permission.objects.filter(content_type__app_label="access", codename__in=permissions)
    person.user_permissions.set(rights)
    found = Client()
    found.force_login(person)
    return found


def html(found: Client, address: str) -> str:
    response = found.get(address)
    assert response.status_code == 200
    return response.content.decode()


@pytest.fixture
def sent(monkeypatch: pytest.MonkeyPatch) -> list[Any]:
    """What workers were asked for."""
    asked: list[Any] = []
    monkeypatch.setattr(
        "celery.app.base.Celery.send_task", lambda app, name, **rest: asked.append((name, rest))
    )
    return asked


def test_every_job_is_listed_also_one_that_never_ran() -> None:
    JOBS[REMIND].task()
    text = html(browser(), reverse(LIST))
    for job in JOBS.values():
        assert str(job.title).replace("'", "&#x27;") in text
    assert "never ran" in text
    assert "in order" in text


def test_trouble_stands_first() -> None:
    now = timezone.now()
    JobStanding.objects.create(name=REMIND, started_at=now, failures_in_a_row=2, last_error="Bad")
    text = html(browser(), reverse(LIST))
    assert text.index(REMIND) < text.index("access.send_due_mail")
    assert "Bad" in text


def test_silence_is_said() -> None:
    found = browser()
    assert "Nothing has started" in html(found, reverse(LIST))
    JOBS[REMIND].task()
    assert "Nothing has started" not in html(found, reverse(LIST))
    JobStanding.objects.update(started_at=timezone.now() - timedelta(minutes=6))
    assert "Nothing has started" in html(found, reverse(LIST))


def test_a_jobs_page_shows_what_is_due_and_writes_nothing(world: World) -> None:
    text = html(browser(), page())
    assert "Nothing." in text
    assert not JobRun.objects.exists()
    assert not JobStanding.objects.exists()


def test_a_job_whose_due_takes_too_long_says_so(monkeypatch: pytest.MonkeyPatch) -> None:
    from django.db import OperationalError

    def slow(*args: Any, **kwargs: Any) -> None:
        raise OperationalError("canceling statement due to statement timeout")

    monkeypatch.setattr(jobs, "look", slow)
    assert "manage.py job clients.remind --dry-run" in html(browser(), page())


MAILS = "access.send_due_mail"


def test_what_failed_item_by_item_has_a_link() -> None:
    assert "outgoingmail/?state__exact=failed" in html(browser(), page(MAILS))


def test_but_only_for_who_may_see_it() -> None:
    assert "outgoingmail" not in html(browser("view_jobstanding"), page(MAILS))


def test_a_get_runs_nothing_and_a_post_asks_a_worker(world: World, sent: list[Any]) -> None:
    found = browser()
    assert "Run now" in html(found, run_page())
    assert sent == []
    response = found.post(run_page(), follow=True)
    assert "A worker runs it now" in response.content.decode()
    person = User.objects.get(email="jobs@portal.example")
    (asked,) = sent
    assert (asked[0], asked[1]["kwargs"]) == (REMIND, {"by": person.pk})
    entry = LogEntry.objects.get()
    assert (entry.user, entry.object_id) == (person, REMIND)


def test_without_a_broker_it_says_that_the_schedule_will(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    def away(*args: Any, **kwargs: Any) -> None:
        raise ConnectionRefusedError

    monkeypatch.setattr("celery.app.base.Celery.send_task", away)
    response = browser().post(run_page(), follow=True)
    text = response.content.decode()
    assert "No broker answers" in text
    assert "every hour" in text
    assert LogEntry.objects.count() == 1


def test_looking_is_not_running(sent: list[Any]) -> None:
    found = browser("view_jobstanding")
    assert run_page() not in html(found, page())
    assert found.post(run_page()).status_code == 403
    assert found.get(run_page()).status_code == 403
    assert sent == []


def test_others_see_nothing() -> None:
    found = browser("view_outgoingmail")
    assert found.get(reverse(LIST)).status_code == 403
    assert found.get(page()).status_code == 403
    assert found.get(reverse("admin:access_jobrun_changelist")).status_code == 403


def test_an_unknown_job_is_not_found() -> None:
    assert browser().get(page("no.such")).status_code == 404


def test_a_run_shows_what_failed(world: World) -> None:
    now = timezone.now()
    run = JobRun.objects.create(
        job=REMIND,
        started_at=now,
        finished_at=now,
        state="failed",
        failed=60,
        failures=[{"item": "partnership <b>x", "error": "ZeroDivisionError\n  a.py:1 in b"}],
    )
    found = browser()
    text = html(found, reverse("admin:access_jobrun_change", args=[run.pk]))
    assert "partnership &lt;b&gt;x" in text
    assert "and 59 more" in text
    assert "(&#x27;failed" not in text
    assert "partnership &lt;b&gt;" not in html(found, reverse("admin:access_jobrun_changelist"))
    assert reverse("admin:access_jobrun_change", args=[run.pk]) in html(found, page())


def test_a_dead_run_is_shown_as_cut_off(world: World) -> None:
    JobRun.objects.create(job=REMIND, started_at=timezone.now() - timedelta(hours=2))
    assert "cut off" in html(browser(), page())
