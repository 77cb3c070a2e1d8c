"""Price lists as CSV: which columns each file has, and how its cells are read (docs/prices.md).

A file is read whole; every fault of every line is found, with the line's number as a text editor
counts it. Amounts exclude VAT. No database here: product types come as a table of keys.
"""

import csv
import re
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import date
from decimal import Decimal
from io import StringIO
from typing import Any

from django.utils.translation import gettext as _
from django_countries import countries

from access.rules import Currency
from billing.errors import PriceRowWrong
from clients.rules import Period

MOST_LINES = 20_000
DELIMITERS = ";,\t"
AMOUNT = re.compile(r"[+-]?\d{1,12}([.,]\d{1,2})?")
ISO = re.compile(r"(\d{4})-(\d{1,2})-(\d{1,2})")
EUROPEAN = re.compile(r"(\d{1,2})[./](\d{1,2})[./](\d{4})")


@dataclass(frozen=True, slots=True)
class Fault:
    """Why a line cannot be: its number (0: the file as a whole), its column, a sentence."""

    line: int
    column: str
    message: str


@dataclass(frozen=True, slots=True)
class Cells:
    """A line whose cells could be read: by the name of the column."""

    line: int
    values: dict[str, Any]


@dataclass(slots=True)
class Contents:
    """What a file holds."""

    lines: list[Cells] = field(default_factory=list)
    faults: list[Fault] = field(default_factory=list)


type Reader = Callable[[str, Mapping[str, int]], Any]


def _product_type(text: str, product_types: Mapping[str, int]) -> int:
    if text not in product_types:
        raise PriceRowWrong(
            _("No product type has the key “%(key)s”.") % {"key": text}, field="product_type"
        )
    return product_types[text]


def _currency(text: str, _product_types: Mapping[str, int]) -> str:
    return _one_of(text.upper(), Currency.values)


def _period(text: str, _product_types: Mapping[str, int]) -> str:
    return _one_of(text.lower(), Period.values)


def _one_of(text: str, known: Sequence[str]) -> str:
    if text not in known:
        raise PriceRowWrong(
            _("“%(text)s” is none of %(known)s.") % {"text": text, "known": ", ".join(known)}
        )
    return text


def _country(text: str, _product_types: Mapping[str, int]) -> str:
    code = text.upper()
    if code not in countries:
        raise PriceRowWrong(_("“%(text)s” is no country's code.") % {"text": text})
    return code


def _day(text: str, _product_types: Mapping[str, int]) -> date:
    """2027-01-31, or as spreadsheets here write it: 31.01.2027, 31/01/2027."""
    if found := ISO.fullmatch(text):
        year, month, day = map(int, found.groups())
    elif found := EUROPEAN.fullmatch(text):
        day, month, year = map(int, found.groups())
    else:
        raise PriceRowWrong(_("“%(text)s” is no day: write 2027-01-31.") % {"text": text})
    try:
        return date(year, month, day)
    except ValueError:
        raise PriceRowWrong(_("The calendar has no day “%(text)s”.") % {"text": text}) from None


def _number(text: str, _product_types: Mapping[str, int]) -> Decimal:
    """With a point or a comma before two decimals at most; no separator of thousands."""
    if not AMOUNT.fullmatch(text):
        raise PriceRowWrong(
            _("“%(text)s” is no number: write 1234.50 or 1234,50.") % {"text": text}
        )
    return Decimal(text.replace(",", "."))


def _number_or_nothing(text: str, product_types: Mapping[str, int]) -> Decimal | None:
    return _number(text, product_types) if text else None


def _count_or_nothing(text: str, _product_types: Mapping[str, int]) -> int | None:
    if text and not re.fullmatch(r"\d{1,9}", text):
        raise PriceRowWrong(_("“%(text)s” is no whole number.") % {"text": text})
    return int(text) if text else None


PRICE_COLUMNS: dict[str, Reader] = {
    "product_type": _product_type,
    "currency": _currency,
    "period": _period,
    "valid_from": _day,
}
COLUMNS: dict[str, dict[str, Reader]] = {
    "prices": PRICE_COLUMNS | {"price": _number},
    "fixed_prices": PRICE_COLUMNS | {"fixed_price": _number_or_nothing},
    "partner_rates": {"product_type": _product_type, "valid_from": _day, "percent": _number},
    "volume_tiers": {
        "product_type": _product_type,
        "valid_from": _day,
        "units": _count_or_nothing,
        "percent": _number_or_nothing,
    },
    "vat_rates": {"country": _country, "valid_from": _day, "percent": _number},
}
"""The columns of each file, and how their cells are read. A price is of one, excluding VAT."""


def read(kind: str, content: bytes, product_types: Mapping[str, int]) -> Contents:
    """The lines of a file of this kind, and all its faults."""
    contents = Contents()
    try:
        text = content.decode("utf-8-sig")
        rows = _rows(text)
        columns = _header(kind, rows)
    except UnicodeDecodeError:
        said = _("This is no UTF-8 text. Save the sheet as “CSV UTF-8”.")
        contents.faults.append(Fault(0, "", said))
    except (csv.Error, PriceRowWrong) as fault:
        contents.faults.append(Fault(0, "", str(fault)))
    else:
        for number, cells in rows[1:]:
            _line(contents, COLUMNS[kind], columns, number, cells, product_types)
    return contents


def _rows(text: str) -> list[tuple[int, list[str]]]:
    """The rows that are not empty, each with the number of its last line."""
    first = text.lstrip("\r\n").partition("\n")[0]
    delimiter = max(DELIMITERS, key=first.count)
    reader = csv.reader(StringIO(text, newline=""), delimiter=delimiter, strict=True)
    rows = []
    for cells in reader:
        stripped = [cell.strip() for cell in cells]
        if any(stripped):
            rows.append((reader.line_num, stripped))
        if len(rows) > MOST_LINES + 1:
            raise PriceRowWrong(
                _("The file has more than %(most)s lines: split it.") % {"most": MOST_LINES}
            )
    return rows


def _header(kind: str, rows: list[tuple[int, list[str]]]) -> list[str]:
    """The columns in the file's order. Raises PriceRowWrong when they are others."""
    wanted = list(COLUMNS[kind])
    found = [name.lower() for name in rows[0][1]] if rows else []
    if sorted(found) != sorted(wanted):
        raise PriceRowWrong(
            _("The first line has to name these columns: %(wanted)s. It names: %(found)s.")
            % {"wanted": ", ".join(wanted), "found": ", ".join(found)[:200] or "–"}
        )
    if len(rows) == 1:
        raise PriceRowWrong(_("The file has no line below its first one."))
    return found


def _line(
    contents: Contents,
    readers: Mapping[str, Reader],
    columns: Sequence[str],
    number: int,
    cells: Sequence[str],
    product_types: Mapping[str, int],
) -> None:
    if len(cells) != len(columns):
        said = _("%(found)s cells instead of %(wanted)s.") % {
            "found": len(cells),
            "wanted": len(columns),
        }
        contents.faults.append(Fault(number, "", said))
        return
    values, faults = {}, []
    for column, text in zip(columns, cells, strict=True):
        try:
            values[column] = readers[column](text, product_types)
        except PriceRowWrong as fault:
            faults.append(Fault(number, column, str(fault)))
    contents.faults.extend(faults)
    if not faults:
        contents.lines.append(Cells(number, values))
