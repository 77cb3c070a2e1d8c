"""The verbs of price lists: prices, rates, tiers and VAT rates from a day on (C2, M8).

What has begun to count is never changed. All go through one plan, `plan_rows`, which the import
shows before it writes. Amounts exclude VAT; percentages are in percent.
"""

from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import date
from decimal import Decimal
from typing import Any

from django.db import connection, transaction
from django.utils import timezone
from django.utils.formats import date_format
from django.utils.translation import gettext as _

from access.models import User
from billing.errors import PriceRowWrong
from billing.models import FixedPrice, PartnerRate, Price, TierTable, VatRate, VolumeTier
from billing.rules import Tier
from billing.services import price_rules
from billing.services.price_rules import Move
from clients.models import ProductType

LOCK = 4_020_001
"""Staff change price lists one after the other: an advisory lock of the transaction."""


@dataclass(frozen=True, slots=True)
class Table:
    """A dated table: its model, what makes a key of it, and which values it takes."""

    model: type[Any]
    key: tuple[str, ...]
    value: str
    check: Callable[[Any], None]


PRICE_KEY = ("product_type_id", "currency", "period")
PRICES = Table(Price, PRICE_KEY, "amount", price_rules.check_price)
FIXED_PRICES = Table(FixedPrice, PRICE_KEY, "amount", price_rules.check_fixed_price)
PARTNER_RATES = Table(PartnerRate, ("product_type_id",), "percent", price_rules.check_partner_rate)
TIERS = Table(TierTable, ("product_type_id",), "tiers", price_rules.check_tiers)
VAT_RATES = Table(VatRate, ("country",), "percent", price_rules.check_vat_rate)

type Key = tuple[Any, ...]
type Known = dict[Key, dict[date, Any]]


@dataclass(frozen=True, slots=True)
class Wanted:
    """A row as it shall be. The value of a tier table is its tiers, in rising order."""

    key: Key
    valid_from: date
    value: Any


@dataclass(frozen=True, slots=True)
class Change:
    """What a wanted row does: `before` is what counts from its day on without it (None as well
    when nothing does)."""

    wanted: Wanted
    move: Move
    before: Any


# ---- the verbs -----------------------------------------------------------------------------------


def set_price(
    *,
    product_type: ProductType,
    currency: str,
    period: str,
    amount: Decimal,
    valid_from: date,
    by: User | None,
) -> Price:
    """The public price of one, excluding VAT, from a day on (C2). Raises PriceRowWrong."""
    key = (product_type.pk, currency, period)
    found: Price = set_row(PRICES, Wanted(key, valid_from, amount), by)
    return found


def set_fixed_price(
    *,
    product_type: ProductType,
    currency: str,
    period: str,
    amount: Decimal | None,
    valid_from: date,
    by: User | None,
) -> FixedPrice:
    """The fixed partner price of one, excluding VAT, from a day on; None: the partner rate counts
    again (C2). Raises PriceRowWrong, also when it would be above the public price."""
    key = (product_type.pk, currency, period)
    found: FixedPrice = set_row(FIXED_PRICES, Wanted(key, valid_from, amount), by)
    return found


def set_partner_rate(
    *, product_type: ProductType, percent: Decimal, valid_from: date, by: User | None
) -> PartnerRate:
    """The partner rate in percent, 0 to 35, from a day on (C2). Raises PriceRowWrong."""
    wanted = Wanted((product_type.pk,), valid_from, percent)
    found: PartnerRate = set_row(PARTNER_RATES, wanted, by)
    return found


def set_tiers(
    *, product_type: ProductType, tiers: Iterable[Tier], valid_from: date, by: User | None
) -> TierTable:
    """All volume tiers of a product type from a day on; no tiers: none any more (C2). Raises
    PriceRowWrong."""
    wanted = Wanted((product_type.pk,), valid_from, tuple(sorted(tiers)))
    found: TierTable = set_row(TIERS, wanted, by)
    return found


def set_vat_rate(*, country: str, percent: Decimal, valid_from: date, by: User | None) -> VatRate:
    """The standard VAT rate of a country in percent from a day on (M8). Raises PriceRowWrong."""
    found: VatRate = set_row(VAT_RATES, Wanted((str(country),), valid_from, percent), by)
    return found


@transaction.atomic
def set_rows(*, table: Table, rows: Sequence[Wanted], by: User | None) -> list[Change]:
    """Sets many rows of a table, all or none. A key that has no row yet may get a whole history.
    Raises the first PriceRowWrong."""
    lock()
    changes = []
    for outcome in plan_rows(table=table, rows=rows):
        if isinstance(outcome, PriceRowWrong):
            raise outcome
        changes.append(outcome)
    write(table=table, changes=changes, by=by)
    return changes


@transaction.atomic
def remove(*, table: Table, row: Any) -> None:
    """Takes back a row that does not count yet. Raises PriceRowWrong."""
    lock()
    row = table.model.objects.filter(pk=row.pk).first()
    if row is None:
        return
    if row.valid_from <= timezone.localdate():
        raise PriceRowWrong(
            _("What counts since %(day)s is kept: orders were made with it.")
            % {"day": date_format(row.valid_from, "SHORT_DATE_FORMAT")}
        )
    key = key_of(table, row)
    rows = known_rows(table, [key])
    del rows[key][row.valid_from]
    for fault in _dearer(table, rows, {key: row.valid_from}).values():
        raise fault
    row.delete()


def set_row(table: Table, wanted: Wanted, by: User | None) -> Any:
    """The row as it is wanted, in any of the tables. Raises PriceRowWrong."""
    set_rows(table=table, rows=[wanted], by=by)
    names = dict(zip(table.key, wanted.key, strict=True))
    return table.model.objects.get(valid_from=wanted.valid_from, **names)


def check_row(*, table: Table, wanted: Wanted) -> Change:
    """What setting the row would do, without writing. Raises PriceRowWrong."""
    (outcome,) = plan_rows(table=table, rows=[wanted])
    if isinstance(outcome, PriceRowWrong):
        raise outcome
    return outcome


# ---- the plan ------------------------------------------------------------------------------------


def plan_rows(*, table: Table, rows: Sequence[Wanted]) -> list[Change | PriceRowWrong]:
    """What each of the rows does to the table, or why it cannot be; a few queries in all."""
    keys = {row.key for row in rows}
    known = known_rows(table, keys)
    after = {key: dict(known.get(key, {})) for key in keys}
    today = timezone.localdate()
    outcomes: list[Change | PriceRowWrong] = []
    seen: set[tuple[Key, date]] = set()
    for row in rows:
        try:
            outcomes.append(_plan(table, known.get(row.key, {}), row, today, seen))
        except PriceRowWrong as fault:
            outcomes.append(fault)
        else:
            after[row.key][row.valid_from] = row.value
    return _without_dearer(table, outcomes, after)


def _plan(
    table: Table,
    known: Mapping[date, Any],
    row: Wanted,
    today: date,
    seen: set[tuple[Key, date]],
) -> Change:
    table.check(row.value)
    if (row.key, row.valid_from) in seen:
        raise PriceRowWrong(_("This row is there twice."), field="valid_from")
    seen.add((row.key, row.valid_from))
    move = price_rules.decide(known, row.valid_from, row.value, today)
    begin = price_rules.in_force(known, row.valid_from)
    return Change(row, move, None if begin is None else known[begin])


def _without_dearer(
    table: Table, outcomes: list[Change | PriceRowWrong], after: Known
) -> list[Change | PriceRowWrong]:
    """The outcomes, where fixed partner prices above the public price have become faults."""
    changed = [
        outcome.wanted
        for outcome in outcomes
        if isinstance(outcome, Change) and outcome.move is not Move.NOTHING
    ]
    since: dict[Key, date] = {}
    for wanted in changed:
        since[wanted.key] = min(wanted.valid_from, since.get(wanted.key, wanted.valid_from))
    faults = _dearer(table, after, since)
    last = {wanted.key: wanted for wanted in changed}
    return [
        faults[outcome.wanted.key]
        if isinstance(outcome, Change)
        and outcome.wanted.key in faults
        and outcome.wanted is last[outcome.wanted.key]
        else outcome
        for outcome in outcomes
    ]


def _dearer(table: Table, rows: Known, since: Mapping[Key, date]) -> dict[Key, PriceRowWrong]:
    """By key, the fault that the fixed partner price would be above the public price."""
    if table not in (PRICES, FIXED_PRICES) or not since:
        return {}
    others = known_rows(FIXED_PRICES if table is PRICES else PRICES, since)
    faults = {}
    for key, begin in since.items():
        public, fixed = rows[key], others.get(key, {})
        if table is FIXED_PRICES:
            public, fixed = fixed, public
        if day := price_rules.dearer_from(public, fixed, begin):
            faults[key] = PriceRowWrong(
                _("From %(day)s on the fixed partner price would be above the public price.")
                % {"day": date_format(day, "SHORT_DATE_FORMAT")},
                field="amount",
            )
    return faults


# ---- reading and writing -------------------------------------------------------------------------


def lock() -> None:
    """Waits until no other transaction changes price lists."""
    with connection.cursor() as cursor:
        cursor.execute("SELECT pg_advisory_xact_lock(%s)", [LOCK])


def key_of(table: Table, row: Any) -> Key:
    """The key of a row of the table, as `Wanted` has it."""
    values = (getattr(row, name) for name in table.key)
    return tuple(value if isinstance(value, int) else str(value) for value in values)


def known_rows(table: Table, keys: Iterable[Key]) -> Known:
    """The values of all rows of these keys, by key and day; keys without rows are missing."""
    first = table.key[0]
    found: Any = table.model.objects.filter(**{f"{first}__in": {key[0] for key in keys}})
    if table is TIERS:
        found = found.prefetch_related("tiers")
    known: Known = {}
    for row in found.order_by():
        known.setdefault(key_of(table, row), {})[row.valid_from] = value_of(table, row)
    return known


def today(table: Table, keys: Iterable[Key]) -> dict[Key, Any]:
    """What counts today, by key; keys for which nothing does are missing."""
    day = timezone.localdate()
    return {
        key: rows[begin]
        for key, rows in known_rows(table, keys).items()
        if (begin := price_rules.in_force(rows, day)) is not None
    }


def value_of(table: Table, row: Any) -> Any:
    """What the row holds; tiers in rising order."""
    if table is TIERS:
        return tuple(sorted(Tier(tier.units, tier.percent) for tier in row.tiers.all()))
    return getattr(row, table.value)


def write(*, table: Table, changes: Sequence[Change], by: User | None) -> None:
    """Writes planned changes; the caller holds the lock under which they were planned."""
    wanted = {move: [c.wanted for c in changes if c.move is move] for move in Move}
    new = [_new(table, row) for row in wanted[Move.ADD]]
    replaced = _rows_of(table, wanted[Move.REPLACE])
    rows = [*new, *replaced]
    values = [row.value for row in (*wanted[Move.ADD], *wanted[Move.REPLACE])]
    for row, value in zip(rows, values, strict=True):
        row.created_by = by
        if table is not TIERS:
            setattr(row, table.value, value)
    table.model.objects.bulk_create(new)
    names = ["created_by"] if table is TIERS else ["created_by", table.value]
    table.model.objects.bulk_update(replaced, names)
    if table is TIERS:
        VolumeTier.objects.filter(table__in=replaced).delete()
        VolumeTier.objects.bulk_create(
            VolumeTier(table=row, units=tier.units, percent=tier.percent)
            for row, value in zip(rows, values, strict=True)
            for tier in value
        )


def _new(table: Table, wanted: Wanted) -> Any:
    names = dict(zip(table.key, wanted.key, strict=True))
    return table.model(valid_from=wanted.valid_from, **names)


def _rows_of(table: Table, wanted: Sequence[Wanted]) -> list[Any]:
    """The rows at these keys and days, in the same order."""
    if not wanted:
        return []
    found = table.model.objects.filter(
        **{f"{table.key[0]}__in": {row.key[0] for row in wanted}},
        valid_from__in={row.valid_from for row in wanted},
    )
    there = {(key_of(table, row), row.valid_from): row for row in found}
    return [there[row.key, row.valid_from] for row in wanted]
