"""What the portal's jobs did: a line for each job that says how it stands, and the runs that did
something, failed, or were asked for by hand. Jobs are named in `access.jobs`."""

from datetime import timedelta

from django.conf import settings
from django.db import models
from django.db.models import Q
from django.utils import timezone
from django.utils.translation import gettext_lazy as _

KEPT_DAYS = 30
"""How long a run stays on record."""


class JobStanding(models.Model):
    """How a job stands: one row each, brought up to date by every run, also by those that found
    nothing to do. A job that never ran has none."""

    name = models.CharField(_("job"), max_length=80, primary_key=True)
    started_at = models.DateTimeField(_("last started"), null=True)
    finished_at = models.DateTimeField(_("last finished"), null=True)
    ok_at = models.DateTimeField(_("last success"), null=True)
    failed_at = models.DateTimeField(_("last failure"), null=True)
    seconds = models.FloatField(_("seconds the last run took"), default=0)
    runs = models.PositiveBigIntegerField(_("runs"), default=0)
    failures_in_a_row = models.PositiveIntegerField(_("failures in a row"), default=0)
    last_error = models.TextField(_("last error"), blank=True)

    class Meta:
        verbose_name = _("job")
        verbose_name_plural = _("jobs")
        ordering = ["name"]

    def __str__(self) -> str:
        return self.name


class JobRunQuerySet(models.QuerySet["JobRun"]):
    def of(self, job: str) -> "JobRunQuerySet":
        """The runs of a job, the newest first."""
        return self.filter(job=job).order_by("-started_at", "-pk")


class JobRun(models.Model):
    """A run that did something, failed, or was started by hand; those that found nothing due
    leave no row. Kept for KEPT_DAYS."""

    class State(models.TextChoices):
        RUNNING = "running", _("running")
        DONE = "done", _("done")
        FAILED = "failed", _("failed")
        CUT = "cut", _("cut off")

    job = models.CharField(_("job"), max_length=80)
    state = models.CharField(_("state"), max_length=8, choices=State.choices, default=State.RUNNING)
    started_at = models.DateTimeField(_("started"))
    finished_at = models.DateTimeField(_("finished"), null=True)
    count = models.PositiveIntegerField(_("dealt with"), default=0)
    failed = models.PositiveIntegerField(_("failed"), default=0)
    # [{"item": "invoice 2f3k…", "error": "IntegrityError at …"}]: public ids, nobody's data.
    failures = models.JSONField(_("what failed"), default=list)
    error = models.TextField(_("error"), blank=True)
    by = models.ForeignKey(
        settings.AUTH_USER_MODEL,
        models.SET_NULL,
        null=True,
        related_name="+",
        verbose_name=_("started by"),
    )
    by_hand = models.BooleanField(_("by hand"), default=False)
    worker = models.CharField(_("worker"), max_length=120, blank=True)

    objects = JobRunQuerySet.as_manager()

    class Meta:
        verbose_name = _("run of a job")
        verbose_name_plural = _("runs of jobs")
        ordering = ["-started_at", "-pk"]
        constraints = [
            models.CheckConstraint(
                name="run_state_is_known",
                condition=Q(state__in=["running", "done", "failed", "cut"]),
            ),
            models.CheckConstraint(
                name="run_finished_unless_running",
                condition=Q(state="running", finished_at__isnull=True)
                | Q(state="cut", finished_at__isnull=True)
                | Q(state__in=["done", "failed"], finished_at__isnull=False),
            ),
        ]
        indexes = [
            models.Index(fields=["job", "-started_at"], name="run_by_job"),
            models.Index(fields=["started_at"], name="run_by_start"),
        ]

    def __str__(self) -> str:
        return f"{self.job} {timezone.localtime(self.started_at):%Y-%m-%d %H:%M:%S}"

    @property
    def took(self) -> timedelta | None:
        """How long it took; None while it runs, and for one that was cut off."""
        return None if self.finished_at is None else self.finished_at - self.started_at
