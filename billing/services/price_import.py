"""Price lists from CSV files: what a file would change, then all of it or nothing (C1, C2).

The plan is made anew when the file is applied, under the lock of the price lists; when it differs
from the one that was looked at, nothing is written.
"""

from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass, field
from hashlib import sha256
from typing import Any

from django.db import transaction
from django.utils.translation import gettext as _

from access.models import User
from billing.errors import PriceRowWrong
from billing.rules import Tier
from billing.services import price_files, price_rules, prices
from billing.services.price_files import Cells, Contents, Fault
from billing.services.price_rules import Move
from billing.services.prices import Change, Table, Wanted
from clients.models import ProductType


@dataclass(frozen=True, slots=True)
class List:
    """A file of prices: its name, its table, and the column that holds the value."""

    name: str
    table: Table
    key: tuple[str, ...]
    value: str

    @property
    def columns(self) -> list[str]:
        return list(price_files.COLUMNS[self.name])


OF_A_PRICE = ("product_type", "currency", "period")
LISTS = {
    made.name: made
    for made in (
        List("prices", prices.PRICES, OF_A_PRICE, "price"),
        List("fixed_prices", prices.FIXED_PRICES, OF_A_PRICE, "fixed_price"),
        List("partner_rates", prices.PARTNER_RATES, ("product_type",), "percent"),
        List("volume_tiers", prices.TIERS, ("product_type",), "tiers"),
        List("vat_rates", prices.VAT_RATES, ("country",), "percent"),
    )
}


@dataclass(frozen=True, slots=True)
class PlannedLine:
    """A change, and the line of the file that asks for it. `subject` is the product type, or the
    country's code."""

    line: int
    subject: Any
    change: Change


@dataclass(slots=True)
class Plan:
    """What a file would do: `lines` change something, `unchanged` lines are so already."""

    lines: list[PlannedLine] = field(default_factory=list)
    faults: list[Fault] = field(default_factory=list)
    unchanged: int = 0

    @property
    def fingerprint(self) -> str:
        """Differs when another thing would be written, or over another value."""
        told = [(planned.line, planned.change) for planned in self.lines]
        return sha256(repr((told, self.unchanged)).encode()).hexdigest()


def plan(*, name: str, content: bytes) -> Plan:
    """What the file `name` of LISTS with this content would do, with all its faults. Writes
    nothing."""
    made = LISTS[name]
    types = {kind.slug: kind for kind in ProductType.objects.all()}
    contents = price_files.read(name, content, {slug: kind.pk for slug, kind in types.items()})
    rows = _tables(contents) if made.table is prices.TIERS else _single(made, contents)
    result = Plan(faults=contents.faults)
    by_pk = {kind.pk: kind for kind in types.values()}
    outcomes = prices.plan_rows(table=made.table, rows=[wanted for _line, wanted in rows])
    for (line, wanted), outcome in zip(rows, outcomes, strict=True):
        if isinstance(outcome, PriceRowWrong):
            result.faults.append(Fault(line, _column(made, outcome.field), str(outcome)))
        elif outcome.move is Move.NOTHING:
            result.unchanged += 1
        else:
            subject = by_pk.get(wanted.key[0], wanted.key[0])
            result.lines.append(PlannedLine(line, subject, outcome))
    result.faults.sort(key=lambda fault: fault.line)
    return result


@transaction.atomic
def apply(*, name: str, content: bytes, fingerprint: str, by: User | None) -> Plan:
    """Writes what the file asks for, all or nothing. Raises PriceRowWrong when it has a fault, or
    when the lists have changed since the plan with this fingerprint was shown."""
    prices.lock()
    made = plan(name=name, content=content)
    if made.faults or made.fingerprint != fingerprint:
        raise PriceRowWrong(
            _("The price lists have changed meanwhile. Nothing was written: look again.")
        )
    changes = [planned.change for planned in made.lines]
    prices.write(table=LISTS[name].table, changes=changes, by=by)
    return made


def rows_of(name: str) -> Iterator[list[Any]]:
    """All rows of a list as its file has them, so that the file can come back unchanged."""
    made = LISTS[name]
    found = made.table.model.objects.order_by(*made.key, "valid_from")
    if "product_type" in made.key:
        found = found.order_by("product_type__slug", *made.key[1:], "valid_from")
        found = found.select_related("product_type")
    if made.table is prices.TIERS:
        found = found.prefetch_related("tiers")
    for row in found:
        key = [_cell(getattr(row, part)) for part in made.key]
        value = prices.value_of(made.table, row)
        for cells in _value_cells(made, value):
            yield [*key, row.valid_from.isoformat(), *cells]


def _cell(part: Any) -> str:
    return part.slug if isinstance(part, ProductType) else str(part)


def _value_cells(made: List, value: Any) -> Iterable[Sequence[Any]]:
    if made.table is not prices.TIERS:
        return [(value,)]
    return [(tier.units, tier.percent) for tier in value] or [("", "")]


def _single(made: List, contents: Contents) -> list[tuple[int, Wanted]]:
    """A wanted row for each line."""
    return [
        (
            cells.line,
            Wanted(
                tuple(cells.values[part] for part in made.key),
                cells.values["valid_from"],
                cells.values[made.value],
            ),
        )
        for cells in contents.lines
    ]


def _tables(contents: Contents) -> list[tuple[int, Wanted]]:
    """A wanted tier table for all lines of one product type and day."""
    groups: dict[tuple[Any, ...], list[Cells]] = {}
    for cells in contents.lines:
        key = (cells.values["product_type"], cells.values["valid_from"])
        groups.setdefault(key, []).append(cells)
    rows = []
    for (product_type, day), group in groups.items():
        try:
            tiers = _tiers(group)
        except _AtLine as fault:
            contents.faults.append(fault.fault)
        else:
            rows.append((group[0].line, Wanted((product_type,), day, tiers)))
    return rows


class _AtLine(Exception):
    def __init__(self, cells: Cells, message: str) -> None:
        self.fault = Fault(cells.line, "units", message)


def _tiers(group: list[Cells]) -> tuple[Tier, ...]:
    """The tiers of a group; one line with two empty cells stands for none."""
    found = []
    for cells in group:
        units, percent = cells.values["units"], cells.values["percent"]
        if units is None and percent is None and len(group) == 1:
            return ()
        if units is None or percent is None:
            raise _AtLine(cells, _("A tier needs both its units and its percentage."))
        found.append(Tier(units, percent))
    if fault := price_rules.tier_fault(found):
        raise _AtLine(group[min(fault[0], len(group) - 1)], fault[1])
    return tuple(sorted(found))


def _column(made: List, name: str | None) -> str:
    """The file's word for a field of the table."""
    if name in ("amount", "percent", "tiers"):
        return "units" if made.table is prices.TIERS else made.value
    return name or ""
