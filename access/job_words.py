"""Jobs and their runs in words, for the staff's page and the command."""

from datetime import datetime

from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy, ngettext

from access.jobs import Job
from access.models import JobRun, JobStanding

STATES = {
    "never": gettext_lazy("never ran"),
    "failed": gettext_lazy("failed"),
    "late": gettext_lazy("late"),
    "running": gettext_lazy("running"),
    "ok": gettext_lazy("in order"),
}
COLOURS = {
    "never": "warning",
    "failed": "danger",
    "late": "danger",
    "running": "info",
    "ok": "success",
    "done": "success",
    "cut": "warning",
}


def rhythm(job: Job) -> str:
    """How often a job runs."""
    seconds = round(job.every)
    if seconds % 3600 == 0:
        hours = seconds // 3600
        return ngettext("every hour", "every %(n)d hours", hours) % {"n": hours}
    if seconds % 60 == 0:
        minutes = seconds // 60
        return ngettext("every minute", "every %(n)d minutes", minutes) % {"n": minutes}
    return ngettext("every second", "every %(n)d seconds", seconds) % {"n": seconds}


def duration(seconds: float) -> str:
    """How long a run took."""
    if seconds < 10:
        return _("%(seconds)s s") % {"seconds": f"{seconds:.1f}"}
    minutes, rest = divmod(round(seconds), 60)
    if not minutes:
        return _("%(seconds)s s") % {"seconds": rest}
    return _("%(minutes)s min %(seconds)s s") % {"minutes": minutes, "seconds": rest}


def state_of_run(job: Job | None, run: JobRun, now: datetime) -> tuple[str, str]:
    """A run's state, and the word for it: one that can't live any more was cut off."""
    state = JobRun.State(run.state)
    if job is not None and job.was_cut_off(run, now):
        state = JobRun.State.CUT
    return state.value, str(state.label)


def by_whom(run: JobRun) -> str:
    if not run.by_hand:
        return _("the schedule")
    return str(run.by) if run.by else _("the command line")


def what_failed(run: JobRun) -> str:
    """The run's own error and its items', one below the other, as kept."""
    items = [f"{each['item']}\n{each['error']}" for each in run.failures]
    left_off = run.failed - len(run.failures)
    if left_off > 0:
        items.append(ngettext("and %(n)d more", "and %(n)d more", left_off) % {"n": left_off})
    return "\n\n".join(items or [run.error])


def outcome(standing: JobStanding | None) -> str:
    """What went wrong last, on one line; empty while nothing does."""
    if standing is None or not standing.failures_in_a_row:
        return ""
    return standing.last_error.partition("\n")[0]
