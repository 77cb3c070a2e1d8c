"""Building the parts of a world that are about money, through the services (C2, M6)."""

from typing import Any

from access.models import User
from billing.rules import Tier
from billing.services import prices
from billing.services.prices import Wanted
from clients.models import ProductType
from portal.worlds.money_format import PricesEntry, VatRateEntry


def set_prices(product_type: ProductType, entry: PricesEntry, *, by: User | None) -> None:
    """The price list of one product type, all from the same day on (C2)."""
    for table, listed in ((prices.PRICES, entry.public), (prices.FIXED_PRICES, entry.fixed)):
        rows = [
            Wanted((product_type.pk, currency, price.period), entry.since, amount)
            for price in listed
            for currency, amount in price.by_currency().items()
        ]
        prices.set_rows(table=table, rows=rows, by=by)
    since: dict[str, Any] = {"valid_from": entry.since, "by": by}
    if entry.partner_rate is not None:
        prices.set_partner_rate(product_type=product_type, percent=entry.partner_rate, **since)
    if entry.tiers:
        tiers = [Tier(tier.units, tier.percent) for tier in entry.tiers]
        prices.set_tiers(product_type=product_type, tiers=tiers, **since)


def set_vat_rates(entries: list[VatRateEntry], *, by: User | None) -> None:
    """The standard rates of countries, past ones too (M8)."""
    rows = [Wanted((str(entry.country),), entry.since, entry.percent) for entry in entries]
    prices.set_rows(table=prices.VAT_RATES, rows=rows, by=by)
