"""The parts of a world file that are about money: prices, accounts, orders, renewals (C2, M6)."""

# ruff: noqa: RUF009 - key() makes a dataclass field

from dataclasses import dataclass
from datetime import date
from decimal import Decimal

from billing.rules_rebilling import RebillState
from billing.states import PaymentMethod
from clients.rules import Period
from portal.worlds import reading
from portal.worlds.reading import Entry, entry, key, known, list_of, text

MOST = "9999999.99"


@dataclass(frozen=True, kw_only=True)
class PriceEntry(Entry):
    """The price of one for a period, excluding VAT, in one or both currencies."""

    period: str = key(reading.choice(Period))
    CHF: Decimal | None = key(reading.decimal("0", MOST), default=None)
    EUR: Decimal | None = key(reading.decimal("0", MOST), default=None)

    def by_currency(self) -> dict[str, Decimal]:
        found = {"CHF": self.CHF, "EUR": self.EUR}
        return {currency: amount for currency, amount in found.items() if amount is not None}


@dataclass(frozen=True, kw_only=True)
class TierEntry(Entry):
    """From so many units on, so many percent off (C2)."""

    units: int = key(reading.number(1, 100_000))
    percent: Decimal = key(reading.decimal("0.01", "99.99"))


@dataclass(frozen=True, kw_only=True)
class PricesEntry(Entry):
    """All prices of a product type, from `since` on."""

    since: date = key(reading.day)
    public: list[PriceEntry] = key(list_of(entry(PriceEntry)))
    fixed: list[PriceEntry] = key(list_of(entry(PriceEntry)), default=())
    partner_rate: Decimal | None = key(reading.decimal("0", "35"), default=None)
    tiers: list[TierEntry] = key(list_of(entry(TierEntry)), default=())


@dataclass(frozen=True, kw_only=True)
class VatRateEntry(Entry):
    """The standard rate of a country (M8)."""

    country: str = key(reading.country)
    percent: Decimal = key(reading.decimal("0", "50"))
    since: date = key(reading.day)


@dataclass(frozen=True, kw_only=True)
class TopUpEntry(Entry):
    """Money that staff put on an organisation's prepaid account, in its own currency (M6)."""

    organisation: str = key(known("organisation"))
    amount: Decimal = key(reading.decimal("0.01", MOST))


@dataclass(frozen=True, kw_only=True)
class OrderLimitEntry(Entry):
    """Up to how much a client may order without asking the partner that pays (M3)."""

    client: str = key(known("organisation"))
    partner: str = key(known("organisation"))
    amount: Decimal = key(reading.decimal("0", MOST))


@dataclass(frozen=True, kw_only=True)
class RenewedEntry(Entry):
    """How many times the organisation's monthly products were renewed until now (M5)."""

    organisation: str = key(known("organisation"))
    terms: int = key(reading.number(1, 24))


@dataclass(frozen=True, kw_only=True)
class OrderLineEntry(Entry):
    product_type: str = key(known("product type"))
    quantity: int = key(reading.number(1, 10_000), default=1)
    period: str | None = key(reading.choice(Period), default=None)
    name: str = key(text(80), default="")


@dataclass(frozen=True, kw_only=True)
class OrderEntry(Entry):
    """An order of a person, in the organisation or for it as its partner's person."""

    by: str = key(known("person"))
    organisation: str = key(known("organisation"))
    method: str = key(reading.choice(PaymentMethod), default=PaymentMethod.TRANSFER)
    lines: list[OrderLineEntry] = key(list_of(entry(OrderLineEntry)))


@dataclass(frozen=True, kw_only=True)
class MarkupEntry(Entry):
    """What a partner adds to its cost: in percent, or `amount` a unit in its currency (B12)."""

    client: str | None = key(known("organisation"), default=None)
    product_type: str | None = key(known("product type"), default=None)
    percent: Decimal | None = key(reading.decimal("0", "1000"), default=None)
    amount: Decimal | None = key(reading.decimal("0", MOST), default=None)


@dataclass(frozen=True, kw_only=True)
class BillEntry(Entry):
    """A partner's bill to its client over the days, both included (B12)."""

    client: str = key(known("organisation"))
    period_from: date = key(reading.day)
    period_until: date = key(reading.day)
    state: str = key(
        reading.choice([RebillState.DRAFT, RebillState.OPEN, RebillState.PAID]),
        default=RebillState.OPEN,
    )


@dataclass(frozen=True, kw_only=True)
class RebillingEntry(Entry):
    """A partner that bills its own clients, in its own name (B12)."""

    partner: str = key(known("organisation"))
    iban: str = key(text(34))
    email: str = key(reading.email, default="")
    vat_percent: Decimal = key(reading.decimal("0", "50"), default=Decimal(0))
    payment_days: int = key(reading.number(0, 120), default=30)
    prefix: str = key(text(10), default="")
    markups: list[MarkupEntry] = key(list_of(entry(MarkupEntry)), default=())
    bills: list[BillEntry] = key(list_of(entry(BillEntry)), default=())


@dataclass(frozen=True, kw_only=True)
class MoneyEntry(Entry):
    """What happened with money, in this order: top-ups, limits, renewals, orders, transfers,
    bills of partners."""

    top_ups: list[TopUpEntry] = key(list_of(entry(TopUpEntry)), default=())
    order_limits: list[OrderLimitEntry] = key(list_of(entry(OrderLimitEntry)), default=())
    renewals: list[RenewedEntry] = key(list_of(entry(RenewedEntry)), default=())
    orders: list[OrderEntry] = key(list_of(entry(OrderEntry)), default=())
    paid_by_transfer: list[str] = key(list_of(known("organisation")), default=())
    rebilling: list[RebillingEntry] = key(list_of(entry(RebillingEntry)), default=())


NO_MONEY = MoneyEntry(
    place="money",
    top_ups=[],
    order_limits=[],
    renewals=[],
    orders=[],
    paid_by_transfer=[],
    rebilling=[],
)
