"""What counts on a day: the terms of a product type, and how many units a payer pays (C2, M2)."""

from collections.abc import Collection, Iterable
from datetime import date
from decimal import Decimal
from typing import Any

from django.db.models import Count, QuerySet
from django.utils.translation import gettext as _

from access import grants
from access.models import Organisation
from billing.errors import NotOffered
from billing.models import FixedPrice, PartnerRate, Price, TierTable, VolumeTier
from billing.rules import Terms, Tier
from clients.models import Partnership, Product, ProductType
from clients.rules import Access, PaymentMode, ProductState

PAID_STATES = (ProductState.ORDERED, ProductState.ACTIVE, ProductState.SUSPENDED)
"""The states in which a product counts among what its payer pays (M2)."""

type Key = tuple[int, str]
"""A product type's primary key and a period."""


def terms_on(product_types: Collection[Any], currency: str, day: date) -> dict[Key, Terms]:
    """The terms of each of the product types (rows or keys) in each period that has a price in
    `currency` on `day`. Five queries, however many types."""
    key = ("product_type_id", "currency", "period")
    prices = Price.objects.filter(product_type__in=product_types, currency=currency)
    fixed = {
        (row.product_type_id, row.period): row.amount
        for row in FixedPrice.objects.filter(
            product_type__in=product_types, currency=currency
        ).in_force(day, *key)
    }
    rates = {
        row.product_type_id: row.percent
        for row in PartnerRate.objects.filter(product_type__in=product_types).in_force(
            day, "product_type_id"
        )
    }
    tiers = tiers_on(product_types, day)
    return {
        (row.product_type_id, row.period): Terms(
            price=row.amount,
            partner_percent=rates.get(row.product_type_id, Decimal(0)),
            fixed=fixed.get((row.product_type_id, row.period)),
            tiers=tiers.get(row.product_type_id, ()),
        )
        for row in prices.in_force(day, *key)
    }


def tiers_on(product_types: Collection[Any], day: date) -> dict[int, tuple[Tier, ...]]:
    """The volume tiers of each product type on `day`, by its primary key."""
    tables = TierTable.objects.filter(product_type__in=product_types).in_force(
        day, "product_type_id"
    )
    owner = {table.pk: table.product_type_id for table in tables}
    found: dict[int, list[Tier]] = {}
    for tier in VolumeTier.objects.filter(table__in=owner).order_by("units"):
        found.setdefault(owner[tier.table_id], []).append(Tier(tier.units, tier.percent))
    return {product_type: tuple(tiers) for product_type, tiers in found.items()}


def terms_for(product_type: ProductType, currency: str, period: str, day: date) -> Terms:
    """The terms of one product type. Raises NotOffered when it has no price in this currency and
    period on `day`."""
    terms = terms_on([product_type], currency, day).get((product_type.pk, period))
    if terms is None:
        raise NotOffered(
            _("%(product)s has no price in %(currency)s for this period. Choose another period.")
            % {"product": product_type, "currency": currency},
            field="period",
        )
    return terms


def paid_by(payer: Organisation) -> QuerySet[Product]:
    """The products whose payer `payer` is now: those of clients for which it confirmed to pay as
    the manager with full access, and its own that no such partner pays (M2, M3, M10)."""
    counted = Product.objects.filter(state__in=PAID_STATES)
    clients = _paying().filter(partner=payer.pk).values("client")
    for_clients = counted.filter(organisation__in=clients).exclude(
        pk__in=grants.held_products(clients)
    )
    own = counted.filter(organisation=payer)
    if _paying().filter(client=payer).exists():
        own = own.filter(pk__in=grants.held_products([payer]))
    return counted.filter(pk__in=own.values("pk").union(for_clients.values("pk"), all=True))


def _paying() -> QuerySet[Partnership]:
    """The live partnerships in which the partner pays, by its word (M10)."""
    return Partnership.objects.active().filter(
        access=Access.FULL, payment_mode=PaymentMode.PARTNER, payment_confirmed_at__isnull=False
    )


def units_paid(payer: Organisation, product_types: Iterable[Any]) -> dict[int, int]:
    """How many units of each product type `payer` pays now; types without any are missing (M2)."""
    rows = (
        paid_by(payer)
        .filter(product_type__in=list(product_types))
        .order_by()
        .values_list("product_type")
        .annotate(number=Count("pk"))
    )
    return dict(rows)
