"""Renewing by hand, ahead of the day: by the client, or by its partner with full access (M3, M5).

The same table, quote, limit and approval as for new products; the prices of today count, and the
new term begins where the old one ends.
"""

from collections import defaultdict
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date, timedelta
from typing import Any

from django.conf import settings
from django.db import transaction
from django.utils import timezone
from django.utils.translation import gettext as _

from access import grants
from access.policy import Actor
from billing.errors import (
    AlreadySettled,
    NotAllowedHere,
    NothingToRenew,
    NotOffered,
    QuantityWrong,
    QuoteChanged,
)
from billing.models import LineProduct, Order, OrderLine, RenewalWish
from billing.provisioning import queue_tasks
from billing.renewals.calendar import next_renewal
from billing.rules import ZERO, charge, row_for, without_gain, work_out
from billing.services.invoicing import invoice_order
from billing.services.ordering import concerned, lock_ordering, log_order
from billing.services.pricing import paid_by, terms_on
from billing.services.quoting import (
    Quote,
    QuotedLine,
    Situation,
    Wish,
    check_partner,
    limit_of,
    line_model,
    methods_for,
)
from billing.services.telling import tell
from billing.states import OrderKind, OrderState, PaymentMethod, TaskAct
from billing.vat import vat_for
from clients.models import Partnership, Product
from clients.rules import ProductState, Side, years_later

MOST_PRODUCTS = 500
MOST_SHOWN = 100
YEARS_AHEAD = 5
"""How far ahead a product may be renewed: further away is a typing mistake."""


@dataclass(frozen=True)
class Renewal:
    """A quote with the products of each of its lines."""

    quote: Quote
    products: tuple[tuple[Product, ...], ...]

    def lines(self) -> list[tuple[QuotedLine, tuple[Product, ...]]]:
        return list(zip(self.quote.lines, self.products, strict=True))


def quote_renewal(*, by: Actor, products: Sequence[Product], day: date | None = None) -> Renewal:
    """What it costs to renew `products` of the actor's organisation now, and who pays (M3).

    Raises NothingToRenew, NotOffered without a price, NotAllowedHere when several partners manage
    them or the actor's partner does not, PartnerSuspended.
    """
    by.require("product.renew")
    day = day or timezone.localdate()
    _check(products)
    here = _situation(by, products)
    groups = _grouped(products)
    lines = tuple(_quoted(here, groups, day))
    net = sum((line.charge.net for line in lines), ZERO)
    waits = here.orderer == Side.CLIENT and here.partner_pays
    quote = Quote(
        here=here,
        currency=here.payer.currency,
        day=day,
        lines=lines,
        vat=vat_for(here.payer, day),
        needs_approval=waits and net > limit_of(here.partnership),
    )
    return Renewal(quote, tuple(groups.values()))


def companions(by: Actor, product: Product) -> list[Product]:
    """What can be renewed in one order with `product`: the actor's other running products of the
    same manager (L7), those of its type first."""
    rows = (
        Product.objects.visible_to(by)
        .filter(state=ProductState.ACTIVE, renews_on__isnull=False)
        .exclude(pk=product.pk)
        .order_by("name", "pk")[:MOST_SHOWN]
    )
    others = list(rows)
    managers = grants.managers([product, *others])
    mine = managers.get(product.pk)
    alike = [other for other in others if managers.get(other.pk) == mine]
    return sorted(alike, key=lambda other: other.product_type_id != product.product_type_id)


def _check(products: Sequence[Product]) -> None:
    if not products:
        raise NothingToRenew(_("Choose at least one product."))
    if len(products) > MOST_PRODUCTS:
        raise QuantityWrong(_("Renew at most %(n)d products at once.") % {"n": MOST_PRODUCTS})
    latest = years_later(timezone.localdate(), YEARS_AHEAD)
    for product in products:
        if product.state != ProductState.ACTIVE or product.renews_on is None:
            raise NothingToRenew(_("%s does not run, so it cannot be renewed.") % product)
        if product.renews_on > latest:
            raise NothingToRenew(
                _("%(product)s is paid for more than %(n)d years already.")
                % {"product": product, "n": YEARS_AHEAD}
            )


def _situation(by: Actor, products: Sequence[Product]) -> Situation:
    """The row of M3 for these products; one order has one manager."""
    found = grants.managers(products)
    managers: set[Partnership | None] = {found.get(product.pk) for product in products}
    if len(managers) > 1:
        raise NotAllowedHere(_("Several partners manage these products: renew each by itself."))
    (manager,) = managers
    orderer = Side.CLIENT if by.partner is None else Side.PARTNER
    check_partner(by, manager)
    row = row_for(
        manager.access if manager else "", manager.payment_mode if manager else "", orderer
    )
    if row is None:
        raise NotAllowedHere(_("This cannot be renewed here."))
    partner = manager.partner if manager else None
    suspended = partner is not None and not partner.approved
    basis, gain = without_gain(row) if suspended else (row.basis, row.gain)
    payer = partner.organisation if partner and row.payer == Side.PARTNER else by.organisation
    return Situation(by.organisation, orderer, manager, row.rule, payer, basis, gain)


def _grouped(products: Sequence[Product]) -> dict[tuple[Any, ...], tuple[Product, ...]]:
    """One line for each type, period and renewal day (M5)."""
    found: dict[tuple[Any, ...], list[Product]] = defaultdict(list)
    for product in sorted(products, key=lambda one: (one.product_type_id, one.period, one.pk)):
        found[product.product_type_id, product.period, product.renews_on].append(product)
    return {key: tuple(some) for key, some in found.items()}


def _quoted(
    here: Situation, groups: dict[tuple[Any, ...], tuple[Product, ...]], day: date
) -> list[QuotedLine]:
    """The lines; all that the payer pays of a type counts, these products included (M2)."""
    kinds = {kind for kind, _period, _day in groups}
    terms = terms_on(kinds, here.payer.currency, day)
    paid = paid_by(here.payer).filter(product_type__in=kinds)
    keys = {product.pk for some in groups.values() for product in some}
    counted: dict[int, set[int]] = defaultdict(set)
    for kind, pk in paid.values_list("product_type", "pk"):
        counted[kind].add(pk)
    for some in groups.values():
        counted[some[0].product_type_id] |= {product.pk for product in some} & keys
    lines = []
    for (kind, period, _renews_on), some in groups.items():
        product_type = some[0].product_type
        if (kind, period) not in terms:
            raise NotOffered(
                _("%(product)s has no price in %(currency)s for this period at present.")
                % {"product": product_type, "currency": here.payer.currency}
            )
        sums = work_out(terms[kind, period], len(some), len(counted[kind]))
        names = tuple(product.public_id for product in some)
        wish = Wish(product_type, len(some), period, names)
        lines.append(QuotedLine(wish, sums, charge(here.basis, here.gain, sums), here))
    return lines


@transaction.atomic
def renew_products(
    *,
    by: Actor,
    products: Sequence[Product],
    method: str,
    key: str,
    version: int,
    digest: str,
) -> Order:
    """Renews `products` by one term as the quote with `version` and `digest` said, or lets the
    order wait for the partner that would pay (M3, M10). The same `key` twice is one order (T15).

    Raises QuoteChanged (T13), NotEnoughBalance, and what `quote_renewal` raises.
    """
    by.require("product.renew")
    client = lock_ordering(by.organisation)
    first = Order.objects.filter(organisation=client, key=key).first()
    if first is not None:
        return first
    now = quote_renewal(by=by, products=_locked(by, products))
    if (now.quote.version, now.quote.digest) != (version, digest):
        raise QuoteChanged(
            _("Prices, payment or the products changed since you saw them. Check again.")
        )
    if method not in methods_for(by, now.quote.here.payer):
        raise NotAllowedHere(_("This cannot be paid that way."), field="method")
    order = _write(now, by=by, method=PaymentMethod(method), key=key)
    if order.state == OrderState.WAITING:
        log_order(order, "order.wait", by)
        tell("order_waiting", order, *Side)
    else:
        log_order(order, "order.renew", by)
        carry_out_renewal(order)
        tell("order_confirmed", order, *concerned(order))
    return order


def _locked(by: Actor, products: Sequence[Product]) -> list[Product]:
    """The products as they are now, as far as the actor may still see them."""
    rows = Product.objects.visible_to(by).filter(pk__in=[product.pk for product in products])
    rows = rows.order_by("pk").select_for_update(of=("self",), no_key=True)
    found = list(rows)
    if len(found) < len({product.pk for product in products}):
        raise NothingToRenew(_("Some of these products can no longer be reached by you."))
    return found


def _write(found: Renewal, *, by: Actor, method: PaymentMethod, key: str) -> Order:
    """The order, its lines with their figures, and which products they renew (M7)."""
    now, quote, here = timezone.now(), found.quote, found.quote.here
    waits = quote.needs_approval
    order = Order.objects.create(
        kind=OrderKind.RENEWAL,
        state=OrderState.WAITING if waits else OrderState.PLACED,
        organisation=here.organisation,
        payer=here.payer,
        partner=here.partner,
        ordered_by=here.orderer,
        method=method,
        currency=quote.currency,
        partnership_version=here.partnership.version if here.partnership else None,
        rates_of=quote.day,
        key=key,
        created_by=by.person,
        placed_at=None if waits else now,
        expires_at=now + timedelta(days=settings.ORDER_APPROVAL_DAYS) if waits else None,
        net=quote.net,
        cashback=quote.cashback,
        discount=quote.discount,
    )
    for position, (quoted, products) in enumerate(found.lines(), start=1):
        starts_on = products[0].renews_on
        assert starts_on is not None  # noqa: S101 - checked by the quote
        line = line_model(
            quoted,
            order=order,
            position=position,
            payer=here.payer,
            starts_on=starts_on,
            ends_on=max(_next(product, starts_on) for product in products),
        )
        line.save()
        RenewalWish.objects.bulk_create(
            RenewalWish(line=line, product=product) for product in products
        )
    return order


def _next(product: Product, renews_on: date) -> date:
    return next_renewal(renews_on, product.period, product.started_on)


def carry_out_renewal(order: Order) -> None:
    """Renews what a placed order by hand is about, and issues its invoice. The caller holds the
    locks. Raises AlreadySettled when a product was renewed, or ended, meanwhile."""
    for line in order.lines.select_related("product_type").order_by("position"):
        _prolong(order, line)
    invoice_order(order=order)


def _prolong(order: Order, line: OrderLine) -> None:
    wished = RenewalWish.objects.filter(line=line).values("product")
    rows = Product.objects.filter(pk__in=wished).order_by("pk")
    products = list(rows.select_for_update(no_key=True))
    for product in products:
        if product.state != ProductState.ACTIVE or product.renews_on != line.starts_on:
            raise AlreadySettled(
                _("%s was renewed or has ended meanwhile: this order can only be refused.")
                % product
            )
        product.renews_on = _next(product, line.starts_on)
    LineProduct.objects.bulk_create(
        LineProduct(line=line, product=product, starts_on=line.starts_on) for product in products
    )
    Product.objects.bulk_update(products, ["renews_on"])
    queue_tasks(
        [(product, f"renew:{product.pk}:{line.starts_on}") for product in products],
        TaskAct.RENEW,
        {"order": order.public_id, "until": line.ends_on.isoformat()},
    )
