"""Doors for Celery: what time does to partnerships (L8, L9)."""

from django.db.models import QuerySet
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from access.jobs import SHOWN, Due, each, job, listed
from clients.errors import AlreadyDecided
from clients.models import Partnership
from clients.services import announce_end, expire, lapse, remind


def _rows(found: QuerySet[Partnership]) -> QuerySet[Partnership]:
    return found.select_related("client").order_by("pk")


def _in_words(partnership: Partnership) -> str:
    """Who with whom; of a request that waits only the partner is known by name."""
    client = partnership.client_name or _("a request")
    return f"{client} – {partnership.partner_name} ({partnership.public_id})"


def _due_to_close() -> Due:
    parts = (
        (Partnership.objects.overdue(), _("%(partnership)s: nobody answered in time")),
        (Partnership.objects.lapsed(), _("%(partnership)s: past its end date")),
    )
    count, lines = 0, []
    for found, sentence in parts:
        due = listed(_rows(found), _in_words)
        count += due.count
        lines += [sentence % {"partnership": line} for line in due.lines]
    return Due(count, lines[:SHOWN])


@job(
    "clients.close_overdue",
    every=600,
    title=gettext_lazy("Close partnerships whose time is over"),
    due=_due_to_close,
)
def close_overdue() -> int:
    """Expires what nobody answered in time and ends what is past its end date. Safe to run twice
    and in parallel: whoever comes second finds it closed. Returns how many it closed."""
    faster = (AlreadyDecided,)
    expired = each(
        _rows(Partnership.objects.overdue()), lambda row: expire(partnership=row), faster=faster
    )
    return expired + each(
        _rows(Partnership.objects.lapsed()), lambda row: lapse(partnership=row), faster=faster
    )


@job(
    "clients.remind",
    every=3600,
    title=gettext_lazy("Remind of requests and invitations that wait"),
    due=lambda: listed(_rows(Partnership.objects.to_remind()), _in_words),
)
def remind_waiting() -> int:
    """Reminds those who have not answered yet (L8). Safe to run twice and in parallel: whoever
    comes second finds that nothing is due. Returns for how many it queued mails."""
    return each(_rows(Partnership.objects.to_remind()), lambda row: remind(partnership=row))


@job(
    "clients.announce_ends",
    every=3600,
    title=gettext_lazy("Tell of partnerships that end soon"),
    due=lambda: listed(_rows(Partnership.objects.to_announce()), _in_words),
)
def announce_ends() -> int:
    """Tells both sides of end dates that are near (L9). Safe to run twice and in parallel.
    Returns of how many it told."""
    return each(_rows(Partnership.objects.to_announce()), lambda row: announce_end(partnership=row))
