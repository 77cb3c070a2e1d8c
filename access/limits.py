"""Limits that hold under parallel calls: counters in the database, one row for each window."""

from collections.abc import Iterator
from contextlib import contextmanager
from contextvars import ContextVar
from datetime import UTC, datetime, timedelta
from ipaddress import ip_address, ip_network

from django.db import models, transaction
from django.db.models import F
from django.utils import timezone
from django.utils.translation import gettext as _

from access.errors import Refused
from access.models import Attempt

_counting = ContextVar("counting", default=True)


class TooOften(Refused):
    """The limit is reached; try again after the window."""


@contextmanager
def without_limits() -> Iterator[None]:
    """Nothing is counted inside: for the vendor's own loading of data, where no person presses
    a button. Never for a request."""
    token = _counting.set(False)
    try:
        yield
    finally:
        _counting.reset(token)


@transaction.atomic
def spend(subject: str, *, most: int, window: timedelta, field: str | None = None) -> None:
    """Counts one try of `subject` in the present window and raises TooOften above `most`.

    The row stays locked until the caller's transaction ends, so parallel tries are counted one
    after the other. A try that is rolled back was none.
    """
    if not _counting.get():
        return
    start = _window_start(window)
    Attempt.objects.bulk_create(
        [Attempt(subject=subject, window_started_at=start, count=0)], ignore_conflicts=True
    )
    counter = Attempt.objects.filter(subject=subject, window_started_at=start)
    counter.update(count=F("count") + 1)
    if counter.aggregate(total=models.Max("count"))["total"] > most:
        raise TooOften(_("That was too often. Please try again later."), field=field)


def network_of(origin: str) -> str:
    """Whom a limit counts: an address of IPv4, and of IPv6 the network of one subscriber, who
    has 2⁶⁴ addresses to choose from."""
    address = ip_address(origin)
    return str(ip_network((address, 64), strict=False)) if address.version == 6 else str(address)


def _window_start(window: timedelta) -> datetime:
    seconds = int(window.total_seconds())
    return datetime.fromtimestamp(int(timezone.now().timestamp()) // seconds * seconds, tz=UTC)
