"""Doors for Celery: no decisions, safe to run twice and at once."""

from django.db.models import QuerySet
from django.utils import timezone
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from access import mail
from access.jobs import Due, Left, each, job, listed
from access.models import OutgoingMail, SupportAccess
from access.services.runs import tidy, to_tidy
from access.services.support import lapse_access


def _due_mails() -> Due:
    return listed(
        OutgoingMail.objects.due(at=timezone.now()),
        lambda row: (
            _("mail %(number)s: %(kind)s (%(language)s)")
            % {"number": row.pk, "kind": row.kind, "language": row.language}
        ),
    )


@job(
    mail.TASK_NAME,
    every=5,
    title=gettext_lazy("Send the mails that are due"),
    due=_due_mails,
    most=mail.BATCH,
    left=(Left(gettext_lazy("Refused mails"), OutgoingMail.objects.failed, "state__exact=failed"),),
)
def send_due_mail() -> int:
    """Send what is due; every queued mail wakes it. Returns how many mails it dealt with."""
    done = mail.send_due_mail(limit=mail.BATCH)
    if done == mail.BATCH:
        mail.wake()
    return done


@job(
    "access.close_support_access",
    every=60,
    title=gettext_lazy("Close the support accesses whose time is over"),
    due=lambda: listed(_lapsed(), lambda row: str(row.organisation)),
)
def close_support_access() -> int:
    """Notes and tells that an access of support is over, which shut it out already (T30). Safe
    to run twice and in parallel: whoever comes second finds it noted. Returns how many."""
    return each(_lapsed(), lambda access: lapse_access(access=access))


def _lapsed() -> QuerySet[SupportAccess]:
    return SupportAccess.objects.lapsed().select_related("organisation").order_by("pk")


@job(
    "access.tidy_runs",
    every=3600,
    title=gettext_lazy("Forget old runs of jobs, and mark those that were cut off"),
    due=to_tidy,
)
def tidy_runs() -> int:
    """Keeps the record of runs short and true. Safe to run twice and in parallel. Returns how
    many runs it forgot or marked."""
    return tidy()
