"""Before and instead of a renewal: reminders to who pays, and products that end at their term."""

from collections import defaultdict
from collections.abc import Sequence
from datetime import date, timedelta
from typing import Any

from django.db import transaction

from access.log import write as write_log
from access.mail import Recipient, queue_mail
from access.models import Organisation
from billing.provisioning import queue_tasks
from billing.renewals.facts import Known
from billing.renewals.foreseen import foresee
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


def remind(day: date) -> int:
    """Reminds of what renews 30 and 7 days after `day`: one mail for each payer and notice, at the
    prices known now. Twice on a day is one mail. Answers how many payers were reminded."""
    return sum(_remind(day, notice) for notice in NOTICES)


def _remind(day: date, notice: int) -> int:
    on = day + timedelta(days=notice)
    orders: dict[int, list[Order]] = defaultdict(list)
    known: Known | None = None
    for chunk, known_here in foresee(on, since=on):
        for order in chunk.orders:
            orders[order.payer.pk].append(order)
        if known is None:
            known = known_here
        else:
            known.profiles |= known_here.profiles
    if known is None:
        return 0
    readers = accountants(set(orders), known.profiles)
    for payer, of_payer in orders.items():
        _queue_reminder(readers[payer], of_payer, on, notice)
    return len(orders)


def _queue_reminder(
    people: Sequence[Recipient], orders: Sequence[Order], on: date, notice: int
) -> None:
    payer = orders[0].payer
    lines: list[list[Any]] = [
        [line.group.quantity, line.group.product_type, order.client.name]
        for order in orders
        for line in order.lines
    ]
    queue_mail(
        kind="billing.renewal_soon",
        key=f"billing.renewal_soon:{payer.pk}:{on}:{notice}",
        to=people,
        context={
            "slug": payer.slug,
            "payer": payer.name,
            "day": on.isoformat(),
            "lines": lines[:SHOWN],
            "more": max(len(lines) - SHOWN, 0),
            "currency": payer.currency,
            "net": str(sum(order.net for order in orders)),
        },
    )


# ---- The end at the term -----------------------------------------------------------------------


def end_at_term(day: date) -> int:
    """Ends what is not to be renewed and has reached its term by `day`: the vendor's systems
    cancel it, and its owner is told. Safe to run many times at once. Answers how many ended."""
    ended = 0
    while some := _end_some(day):
        ended += some
    return ended


@transaction.atomic
def _end_some(day: date) -> int:
    rows = Product.objects.filter(
        state__in=RUNNING, auto_renewal=False, renews_on__lte=day
    ).order_by("pk")
    products = list(rows.select_for_update(skip_locked=True, no_key=True)[:CHUNK])
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
