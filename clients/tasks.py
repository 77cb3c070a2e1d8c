"""Doors for Celery: what time does to partnerships (L8, L9)."""

from collections.abc import Iterator

from celery import shared_task
from django.db.models import QuerySet

from clients.errors import AlreadyDecided
from clients.models import Partnership
from clients.services import announce_end, expire, lapse, remind


@shared_task(name="clients.close_overdue")
def close_overdue() -> int:
    """Expires what nobody answered in time and ends what is past its end date. Safe to run twice
    and in parallel: whoever comes second finds it closed. Returns how many it closed."""
    closed = 0
    for verb, found in (
        (expire, Partnership.objects.overdue()),
        (lapse, Partnership.objects.lapsed()),
    ):
        for partnership in _each(found):
            try:
                verb(partnership=partnership)
            except AlreadyDecided:
                continue
            closed += 1
    return closed


@shared_task(name="clients.remind")
def remind_waiting() -> int:
    """Reminds those who have not answered yet (L8). Safe to run twice and in parallel: whoever
    comes second finds that nothing is due. Returns for how many it queued mails."""
    return sum(remind(partnership=found) for found in _each(Partnership.objects.to_remind()))


@shared_task(name="clients.announce_ends")
def announce_ends() -> int:
    """Tells both sides of end dates that are near (L9). Safe to run twice and in parallel.
    Returns of how many it told."""
    due = Partnership.objects.to_announce()
    return sum(announce_end(partnership=found) for found in _each(due))


def _each(found: QuerySet[Partnership]) -> Iterator[Partnership]:
    return found.select_related("client").order_by("pk").iterator()
