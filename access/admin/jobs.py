"""The portal's jobs, for staff: how each stands, what its runs did, what is due now, and running
one by hand. Jobs are written in code (`access.jobs`): nothing is added or changed here (T47)."""

from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any

from django.contrib import admin, messages
from django.contrib.admin.utils import quote, unquote
from django.core.exceptions import PermissionDenied
from django.db import OperationalError
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import redirect
from django.template.response import TemplateResponse
from django.urls import URLPattern, path, reverse
from django.utils import timezone
from django.utils.html import format_html
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy
from unfold.decorators import display

from access import job_words as words
from access import jobs
from access.admin.base import LookOnlyAdmin
from access.jobs import JOBS, Due, Job
from access.models import JobRun, JobStanding

PATIENCE = 5.0
"""For how many seconds a question of a dry run may go on, on the page."""
RUNS = 30
"""How many runs a job's page shows."""


@dataclass(frozen=True, slots=True)
class Line:
    """A job with how it stands, for a template."""

    job: Job
    standing: JobStanding | None
    now: datetime

    @property
    def url(self) -> str:
        return page_of(self.job)

    @property
    def rhythm(self) -> str:
        return words.rhythm(self.job)

    @property
    def took(self) -> str:
        ended = self.standing is not None and self.standing.finished_at
        return words.duration(self.standing.seconds) if ended and self.standing else ""

    @property
    def state(self) -> str:
        return jobs.state_of(self.job, self.standing, self.now)

    @property
    def colour(self) -> str:
        return words.COLOURS[self.state]

    @property
    def word(self) -> str:
        return str(words.STATES[self.state])

    @property
    def trouble(self) -> str:
        return words.outcome(self.standing)

    @property
    def next(self) -> datetime | None:
        """When the schedule comes by again; None where it is overdue or never came."""
        began = self.standing and self.standing.started_at
        following = began + timedelta(seconds=self.job.every) if began else None
        return following if following and following > self.now else None


def page_of(job: Job) -> str:
    return reverse("admin:access_jobstanding_change", args=[quote(job.name)])


def lines() -> list[Line]:
    """All jobs of the registry, those in trouble first."""
    now, found = timezone.now(), JobStanding.objects.in_bulk()
    rows = [Line(job, found.get(name), now) for name, job in sorted(JOBS.items())]
    return sorted(rows, key=lambda line: line.state not in ("failed", "late"))


@admin.register(JobStanding)
class JobAdmin(LookOnlyAdmin):
    """The list shows every job, those that never ran too."""

    def get_urls(self) -> list[URLPattern]:
        run = self.admin_site.admin_view(self.run_view)
        return [
            path("<path:object_id>/run/", run, name="access_jobstanding_run"),
            *super().get_urls(),
        ]

    def has_run_permission(self, request: HttpRequest) -> bool:
        return bool(request.user.has_perm("access.change_jobstanding"))

    def changelist_view(self, request: HttpRequest, extra_context: Any = None) -> HttpResponse:
        self._require(self.has_view_permission(request))
        context = self._context(request, _("Jobs")) | {
            "lines": lines(),
            "silent": jobs.is_silent(timezone.now()),
        }
        return TemplateResponse(request, "access/admin/jobs.html", context)

    def change_view(
        self, request: HttpRequest, object_id: str, form_url: str = "", extra_context: Any = None
    ) -> HttpResponse:
        self._require(self.has_view_permission(request))
        job = _job(object_id)
        line = Line(job, JobStanding.objects.filter(name=job.name).first(), timezone.now())
        context = self._context(request, str(job.title)) | {
            "line": line,
            "due": _due(job),
            "runs": _runs(job, line.now),
            "left": _left(request, job),
            "may_run": self.has_run_permission(request),
            "run_url": reverse("admin:access_jobstanding_run", args=[quote(job.name)]),
            "all_runs": f"{reverse('admin:access_jobrun_changelist')}?job__exact={job.name}",
            "every_job": reverse("admin:access_jobstanding_changelist"),
        }
        return TemplateResponse(request, "access/admin/job.html", context)

    def run_view(self, request: HttpRequest, object_id: str) -> HttpResponse:
        """Asks whether to run it now, and sends it to a worker (POST)."""
        self._require(self.has_view_permission(request) and self.has_run_permission(request))
        job = _job(object_id)
        if request.method == "POST":
            self._run(request, job)
            return redirect(page_of(job))
        context = self._context(request, _("Run now: %(job)s") % {"job": job.title}) | {
            "job": job,
            "due": _due(job),
            "back": page_of(job),
        }
        return TemplateResponse(request, "access/admin/job_run.html", context)

    def _run(self, request: HttpRequest, job: Job) -> None:
        taken = jobs.send(job, by=request.user)
        told = _("Asked for a run.") if taken else _("Asked for a run; no broker answered.")
        self.log_change(request, JobStanding(name=job.name), told)
        if taken:
            messages.success(request, _("A worker runs it now. Its run will stand below."))
        else:
            messages.warning(
                request,
                _("No broker answers, so no worker can be asked. The schedule will do it: %s.")
                % words.rhythm(job),
            )

    def _require(self, allowed: bool) -> None:
        if not allowed:
            raise PermissionDenied

    def _context(self, request: HttpRequest, title: str) -> dict[str, Any]:
        return self.admin_site.each_context(request) | {"title": title, "opts": self.opts}


def _job(object_id: str) -> Job:
    try:
        return JOBS[unquote(object_id)]
    except KeyError:
        raise Http404 from None


def _due(job: Job) -> Due | None:
    """What is due now; None where counting it takes too long for a page."""
    try:
        return jobs.look(job, seconds=PATIENCE)
    except OperationalError:
        return None


def _runs(job: Job, now: datetime) -> list[dict[str, Any]]:
    rows = JobRun.objects.of(job.name).select_related("by")[:RUNS]
    return [
        {
            "run": run,
            "url": reverse("admin:access_jobrun_change", args=[run.pk]),
            "state": words.state_of_run(job, run, now),
            "colour": words.COLOURS[words.state_of_run(job, run, now)[0]],
            "took": words.duration(run.took.total_seconds()) if run.took else "",
            "by": words.by_whom(run),
        }
        for run in rows
    ]


def _left(request: HttpRequest, job: Job) -> list[dict[str, Any]]:
    """What failed item by item and can be tried again on its own page, of what this staff member
    may see."""
    found = []
    for left in job.left:
        rows = left.rows().order_by()
        if admin.site.get_model_admin(rows.model).has_view_permission(request):
            name = f"admin:{rows.model._meta.app_label}_{rows.model._meta.model_name}_changelist"
            url = f"{reverse(name)}?{left.narrowed}"
            found.append({"title": left.title, "count": rows.count(), "url": url})
    return found


@admin.register(JobRun)
class JobRunAdmin(LookOnlyAdmin):
    """The runs of all jobs, and what failed in each."""

    list_display = [
        *("started_at", "shown_job", "shown_state", "count", "failed", "shown_took", "shown_by"),
    ]
    list_filter = ["state", "by_hand", "job"]
    list_select_related = ["by"]
    date_hierarchy = "started_at"
    fields = (
        "shown_job", "state_in_words", "started_at", "finished_at", "shown_took", "count", "failed",
        "shown_failures", "shown_by", "worker",
    )  # fmt: skip
    readonly_fields = fields

    @admin.display(description=gettext_lazy("job"), ordering="job")
    def shown_job(self, run: JobRun) -> str:
        job = JOBS.get(run.job)
        return str(job.title) if job else run.job

    @display(
        description=gettext_lazy("state"),
        ordering="state",
        label={"running": "info", "done": "success", "failed": "danger", "cut": "warning"},
    )
    def shown_state(self, run: JobRun) -> tuple[str, str]:
        return words.state_of_run(JOBS.get(run.job), run, timezone.now())

    @admin.display(description=gettext_lazy("state"))
    def state_in_words(self, run: JobRun) -> str:
        return self.shown_state(run)[1]

    @admin.display(description=gettext_lazy("took"))
    def shown_took(self, run: JobRun) -> str:
        return words.duration(run.took.total_seconds()) if run.took else "–"

    @admin.display(description=gettext_lazy("started by"))
    def shown_by(self, run: JobRun) -> str:
        return words.by_whom(run)

    @admin.display(description=gettext_lazy("what failed"))
    def shown_failures(self, run: JobRun) -> str:
        text = words.what_failed(run)
        return format_html('<pre class="whitespace-pre-wrap">{}</pre>', text) if text else "–"
