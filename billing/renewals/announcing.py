"""Before and instead of a renewal: reminders to who pays, and products that end at their term."""

from collections import defaultdict
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date, timedelta
from typing import Any

from django.db import transaction
from django.db.models import QuerySet

from access import jobs
from access.log import write as write_log
from access.mail import Recipient, queue_mail
from access.models import Organisation, OutgoingMail
from billing.provisioning import queue_tasks
from billing.renewals.facts import Known
from billing.renewals.foreseen import Refuse, foresee
from billing.renewals.mails import SHOWN, accountants
from billing.renewals.planning import Order
from billing.states import TaskAct
from clients.models import Product
from clients.rules import ProductState
from clients.services.common import representatives

NOTICES = (30, 7)
"""How many days before the renewal its payer is reminded."""
CHUNK = 1_000
RUNNING = (ProductState.ACTIVE, ProductState.SUSPENDED)


@dataclass(frozen=True, slots=True)
class Notice:
    """What one payer is to be told: the orders of what renews `on` a day, `days` from now."""

    orders: Sequence[Order]
    people: Sequence[Recipient]
    on: date
    days: int

    @property
    def payer(self) -> Organisation:
        return self.orders[0].payer

    @property
    def event(self) -> str:
        return f"billing.renewal_soon:{self.payer.pk}:{self.on}:{self.days}"


def remind(day: date) -> int:
    """Reminds of what renews 30 and 7 days after `day`: one mail for each payer and notice, at the
    prices known now. Twice on a day is one mail. Answers how many payers were reminded."""
    troubles = jobs.Troubles()
    reminded = sum(
        jobs.each(to_remind(day, days, troubles), _remind, name=lambda one: jobs.named(one.payer))
        for days in NOTICES
    )
    troubles.settle()
    return reminded


def to_remind(day: date, days: int, troubles: jobs.Troubles | None = None) -> list[Notice]:
    """Whom to tell on `day` of what renews `days` later, and was not told yet. A client whose
    renewal can't be foreseen goes to `troubles`; without them the error is raised."""
    on = day + timedelta(days=days)
    orders: dict[int, list[Order]] = defaultdict(list)
    known: Known | None = None
    for chunk, known_here in foresee(on, since=on, refused=_refusing(troubles)):
        for order in chunk.orders:
            orders[order.payer.pk].append(order)
        if known is None:
            known = known_here
        else:
            known.profiles |= known_here.profiles
    if known is None:
        return []
    readers = accountants(set(orders), known.profiles)
    found = [Notice(orders[payer], readers[payer], on, days) for payer in orders if readers[payer]]
    told = OutgoingMail.objects.filter(event__in=[one.event for one in found])
    events = set(told.values_list("event", flat=True))
    return [one for one in found if one.event not in events]


def _refusing(troubles: jobs.Troubles | None) -> Refuse | None:
    if troubles is None:
        return None
    return lambda client, error: troubles.keep(
        jobs.named(Organisation.objects.get(pk=client)), error
    )


def _remind(notice: Notice) -> bool:
    _queue_reminder(notice)
    return True


def _queue_reminder(notice: Notice) -> None:
    payer, orders = notice.payer, notice.orders
    lines: list[list[Any]] = [
        [line.group.quantity, line.group.product_type, order.client.name]
        for order in orders
        for line in order.lines
    ]
    queue_mail(
        kind="billing.renewal_soon",
        key=notice.event,
        to=notice.people,
        context={
            "slug": payer.slug,
            "payer": payer.name,
            "day": notice.on.isoformat(),
            "lines": lines[:SHOWN],
            "more": max(len(lines) - SHOWN, 0),
            "currency": payer.currency,
            "net": str(sum(order.net for order in orders)),
        },
    )


# ---- The end at the term -----------------------------------------------------------------------


def to_end(day: date) -> QuerySet[Product]:
    """What is not to be renewed and has reached its term by `day`."""
    rows = Product.objects.filter(state__in=RUNNING, auto_renewal=False, renews_on__lte=day)
    return rows.order_by("pk")


def end_at_term(day: date) -> int:
    """Ends what is not to be renewed and has reached its term by `day`: the vendor's systems
    cancel it, and its owner is told. Safe to run many times at once. Answers how many ended."""
    troubles, ended, after = jobs.Troubles(), 0, 0

    def end(keys: Sequence[int]) -> int:
        return _end_some(keys, day)

    def refused(key: int, error: Exception) -> None:
        troubles.keep(jobs.named(Product.objects.get(pk=key)), error)

    while keys := list(to_end(day).filter(pk__gt=after).values_list("pk", flat=True)[:CHUNK]):
        jobs.found_work()
        ended += jobs.together(keys, end, refused=refused)
        after = keys[-1]
    troubles.settle()
    return ended


@transaction.atomic
def _end_some(some: Sequence[int], day: date) -> int:
    rows = to_end(day).filter(pk__in=some)
    products = list(rows.select_for_update(skip_locked=True, no_key=True))
    if not products:
        return 0
    keys = [product.pk for product in products]
    Product.objects.filter(pk__in=keys).update(state=ProductState.ENDED)
    queue_tasks(
        [(product, f"term-{product.pk}-{product.renews_on}") for product in products],
        TaskAct.CANCEL,
    )
    by_owner: dict[int, list[Product]] = defaultdict(list)
    for product in products:
        by_owner[product.organisation_id].append(product)
    for owner in Organisation.objects.filter(pk__in=by_owner).order_by("pk"):
        _tell_end(owner, by_owner[owner.pk])
    return len(products)


def _tell_end(owner: Organisation, products: Sequence[Product]) -> None:
    for product in products:
        write_log(organisation=owner, act="product.end", by=None, about=product)
    names = sorted(product.name for product in products)
    queue_mail(
        kind="billing.products_ended",
        key=f"billing.products_ended:{products[0].public_id}:{products[0].renews_on}",
        to=[Recipient.of(person) for person in representatives(owner)],
        context={
            "slug": owner.slug,
            "organisation": owner.name,
            "products": names[:SHOWN],
            "more": max(len(names) - SHOWN, 0),
        },
    )
