"""Nightly renewals: by the table M3, at the renewal day's prices, once (M5, T15, T16, T17)."""

from datetime import date, timedelta
from decimal import Decimal
from typing import Any

from django.utils import timezone

from billing.models import (
    Invoice,
    LineProduct,
    OrderLine,
)
from billing.services.renewing import renew_due
from clients.models import Product
from tests.world import World

HOTEL = "hotel-bellevue"


def make_due(slug: str, day: date | None = None, **which: Any) -> list[Product]:
    """The organisation's active products are due on this day (today), and no others are."""
    day = day or timezone.localdate()
    Product.objects.update(renews_on=day + timedelta(days=400))
    rows = Product.objects.filter(organisation__slug=slug, state="active", **which)
    rows.update(renews_on=day, started_on=None, auto_renewal=True)
    return list(rows.order_by("pk"))


def test_35_hostings_renew_at_208_32(world: World) -> None:
    """M1, M5: rounding is per line."""
    products = make_due(HOTEL, product_type__slug="web-hosting")
    assert len(products) == 35
    done = renew_due()
    assert (done.products, done.orders, done.failures) == (35, 1, 0)
    line = OrderLine.objects.get(order__kind="renewal")
    assert (line.quantity, line.units) == (35, 35)
    assert (line.list_total, line.after_rate, line.net) == (
        Decimal("347.20"),
        Decimal("277.76"),
        Decimal("208.32"),
    )
    assert line.rule == "full-partner-partner"
    assert line.discount > 0
    assert line.cashback == 0
    invoice = Invoice.objects.get(lines__order_line=line)
    assert invoice.payer == world.organisation("alpine-web")
    assert LineProduct.objects.filter(line=line).count() == 35
