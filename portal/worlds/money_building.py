"""Building the parts of a world that are about money, through the services (C2, M6)."""

from datetime import date, timedelta
from typing import Any

from django.db.models import Min
from django.utils import timezone

from access.models import Organisation, User
from access.policy import Actor
from billing.models import Invoice
from billing.rules import Tier
from billing.services import prices
from billing.services.approving import set_limit
from billing.services.ledger import account_of, book
from billing.services.ordering import new_key, place_order
from billing.services.paying import record_transfer
from billing.services.prices import Wanted
from billing.services.quoting import Wish, quote
from billing.services.renewing import renew_due
from billing.states import EntryKind
from clients.models import Partnership, Product, ProductType
from clients.rules import Period, ProductState
from portal.worlds.money_format import (
    OrderEntry,
    OrderLimitEntry,
    PricesEntry,
    TopUpEntry,
    VatRateEntry,
)

RENEWING = {"state": ProductState.ACTIVE, "auto_renewal": True}


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


def top_up(entry: TopUpEntry, organisation: Organisation, *, by: User | None) -> None:
    """Money that came by bank, on the account in the organisation's own currency (M6)."""
    book(
        account=account_of(organisation),
        kind=EntryKind.TOP_UP,
        amount=entry.amount,
        reason="top_up_transfer",
        by=by,
    )


def limit_orders(entry: OrderLimitEntry, *, by: Actor) -> None:
    """Up to how much the client may order without asking (M3); `by` answers for the partner."""
    partnership = Partnership.objects.active().get(
        client__slug=entry.client, partner__organisation__slug=entry.partner
    )
    set_limit(partnership=partnership, amount=entry.amount, by=by)


def put_back(organisation: Organisation, terms: int) -> None:
    """Makes the organisation's monthly products due since so many months."""
    due = Product.objects.filter(
        organisation=organisation, **RENEWING, period=Period.MONTHLY, renews_on__isnull=False
    )
    for product in due:
        for _term in range(terms):
            product.renews_on = month_before(product.renews_on)
    Product.objects.bulk_update(due, ["renews_on"])


def month_before(day: date) -> date:
    """The same day of the month before, or its last one."""
    last = day.replace(day=1) - timedelta(days=1)
    return last.replace(day=min(day.day, last.day))


def renew_until_today() -> None:
    """Renews what is due, day after day, each with the prices of its day (M5)."""
    due = Product.objects.filter(**RENEWING, renews_on__lte=timezone.localdate())
    while day := due.aggregate(day=Min("renews_on"))["day"]:
        if not renew_due(day=day).products:
            return


def order(entry: OrderEntry, product_types: dict[str, ProductType], *, by: Actor) -> None:
    """The order as a person places it who has read its quote (M3)."""
    wishes = [
        Wish(
            product_types[line.product_type],
            line.quantity,
            line.period or product_types[line.product_type].period,
            (line.name,) if line.name else (),
        )
        for line in entry.lines
    ]
    shown = quote(by=by, wishes=wishes)
    place_order(
        by=by,
        wishes=wishes,
        method=entry.method,
        key=new_key(),
        version=shown.version,
        digest=shown.digest,
    )


def pay_open_invoices(payer: Organisation, *, by: User | None) -> None:
    """All that the payer owes came by bank today (M9)."""
    for invoice in Invoice.objects.filter(payer=payer).open().order_by("pk"):
        record_transfer(
            invoice=invoice, amount=invoice.open_amount, received_on=timezone.localdate(), by=by
        )
