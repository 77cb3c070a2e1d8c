"""Renewals: nightly of all that is due, by hand ahead of time, reminders, and ends (M5, C3)."""

from concurrent.futures import ThreadPoolExecutor
from contextvars import copy_context
from datetime import date
from typing import Any

from django.conf import settings
from django.db import connection
from django.db.models import QuerySet
from django.utils import timezone

from billing.models import RenewalRun
from billing.renewals import announcing
from billing.renewals.due import ALL, Share
from billing.renewals.runs import Done, Worker, open_run
from clients.models import Product
from clients.rules import ProductState


def renew_due(*, day: date | None = None, again: bool = True, share: Share = ALL) -> Done:
    """Renews every product that is due by `day` (today) with the prices of its renewal day (M5);
    of several workers, each begins with its `share`.

    Safe to run many times at once and after a crash: each product and term is renewed once (T15).
    Without `again` a day whose run is finished is left alone. Raises ValueError for a day to come.
    """
    today = timezone.localdate()
    day = day or today
    if day > today:
        raise ValueError("what is due later is not renewed today")
    if not again and is_finished(day):
        return Done(finished=True)
    return Worker(open_run(day), share).work()


def renew_together(*, day: date | None = None, again: bool = True) -> Done:
    """`renew_due` by settings.RENEWAL_WORKERS workers at once, each with a connection of its own:
    while one writes, the other works out what to write. Inside a transaction, which others can't
    see into, it is one."""
    if connection.in_atomic_block:
        return renew_due(day=day, again=again)
    done, number = Done(finished=True), settings.RENEWAL_WORKERS
    with ThreadPoolExecutor(number) as pool:
        workers = [
            pool.submit(copy_context().run, _alone, day=day, again=again, share=(part, number))
            for part in range(number)
        ]
    for worker in workers:
        done.join(worker.result())
    return done


def _alone(**values: Any) -> Done:
    try:
        return renew_due(**values)
    finally:
        connection.close()


def is_finished(day: date) -> bool:
    """Whether a run of the day went through all that was due."""
    runs = RenewalRun.objects.filter(day=day)
    return runs.exists() and not runs.filter(finished_at=None).exists()


def products_due(day: date) -> QuerySet[Product]:
    """The products that renew by the day."""
    rows = Product.objects.filter(state=ProductState.ACTIVE, auto_renewal=True, renews_on__lte=day)
    return rows.select_related("organisation", "product_type").order_by("renews_on", "pk")


def remind_of_renewals(*, day: date | None = None) -> int:
    """Reminds who pays of what renews in 30 and in 7 days: one mail each, however often this is
    called on a day. Answers how many."""
    return announcing.remind(day or timezone.localdate())


def end_what_is_over(*, day: date | None = None) -> int:
    """Ends the products whose automatic renewal is off and whose term is over by `day` (C3).
    Answers how many."""
    return announcing.end_at_term(day or timezone.localdate())
