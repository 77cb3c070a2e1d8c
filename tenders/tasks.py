"""Doors for Celery: what time does to tenders (T2, T6, T25)."""

from collections.abc import Callable, Iterator
from typing import Any

from celery import shared_task
from django.db.models import QuerySet

from access.errors import Refused
from tenders.models import Tender
from tenders.services.closing import announce_expiry, erase_contacts, expire
from tenders.services.spreading import TASK, spread


@shared_task(name=TASK)
def tell_partners() -> int:
    """Writes the mails to partners for what was published (T2). Safe to run twice and in parallel:
    whoever comes second finds them written. Returns for how many tenders."""
    return _each(Tender.objects.to_tell(), spread)


@shared_task(name="tenders.close_expired")
def close_expired() -> int:
    """Closes the tenders whose time is over; those that nobody confirmed vanish. Safe to run
    twice and in parallel: whoever comes second finds it done. Returns how many it closed."""
    return _each(Tender.objects.expired(), expire)


@shared_task(name="tenders.announce_expiry")
def announce_expiries() -> int:
    """Tells requesters that their tender ends soon (T6). Safe to run twice and in parallel.
    Returns how many it told."""
    return _each(Tender.objects.to_announce(), announce_expiry)


@shared_task(name="tenders.erase_contacts")
def erase_old_contacts() -> int:
    """Erases the contact details of tenders that ended long ago (T25). Safe to run twice and in
    parallel. Returns of how many."""
    return _each(Tender.objects.to_erase(), erase_contacts)


def _each(found: QuerySet[Tender], verb: Callable[..., Any]) -> int:
    done = 0
    for tender in _rows(found):
        try:
            done += verb(tender=tender) is not False
        except Refused:
            continue  # somebody was faster
    return done


def _rows(found: QuerySet[Tender]) -> Iterator[Tender]:
    return found.order_by("pk").iterator(chunk_size=500)
