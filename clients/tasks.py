"""Doors for Celery: what time does to partnerships (L8, L9)."""

from celery import shared_task

from clients.errors import AlreadyDecided
from clients.models import Partnership
from clients.services import expire, lapse


@shared_task(name="clients.close_overdue")
def close_overdue() -> int:
    """Expires what nobody answered in time and ends what is past its end date. Safe to run twice
    and in parallel: whoever comes second finds it closed. Returns how many it closed."""
    closed = 0
    for verb, found in (
        (expire, Partnership.objects.overdue()),
        (lapse, Partnership.objects.lapsed()),
    ):
        for partnership in found.select_related("client").order_by("pk").iterator():
            try:
                verb(partnership=partnership)
            except AlreadyDecided:
                continue
            closed += 1
    return closed
