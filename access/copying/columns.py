"""The columns of a file, and the SQL that writes their cells."""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from datetime import UTC, datetime
from enum import Enum
from functools import lru_cache
from typing import Any
from zoneinfo import ZoneInfo

from django.conf import settings
from django.db.models import DecimalField, F, IntegerField
from django.db.models.expressions import BaseExpression, Col, Combinable, RawSQL

from access.copying.cells import neutral, neutral_sql
from access.copying.styles import Style

type Sql = tuple[str, list[Any]]
CENTS = 2  # decimals of an amount


class Kind(Enum):
    """What a column holds, and so how its cells are written."""

    TEXT = "text"  # neutralised (T32)
    KEY = "key"  # what only the portal makes, without full stops: currencies, numbers, random keys
    MONEY = "money"  # two decimals, the style's decimal sign; the currency has a column of its own
    NUMBER = "number"  # as it is kept, the style's decimal sign
    DATE = "date"  # 2026-05-31
    MOMENT = "moment"  # 2026-05-31T14:05:09+02:00, in the portal's time zone
    LABEL = "label"  # the words of `labels` in the reader's language


@dataclass(frozen=True, slots=True)
class Column:
    """A column: its header, where its cells come from, and what they hold.

    `expression` is a path of fields (`"line__order__number"`), an annotation's name or an
    expression of Django, resolved on the queryset; SQL in a string is refused. `labels` are the
    words of a LABEL's values, as pairs or as a mapping, lazy translations welcome; a value
    without words is written as it is, neutralised.
    """

    header: Any
    expression: str | BaseExpression | Combinable
    kind: Kind = Kind.TEXT
    labels: Mapping[Any, Any] | Iterable[tuple[Any, Any]] = ()

    def resolvable(self) -> Any:
        """The expression, to annotate a queryset with."""
        if isinstance(self.expression, str):
            return F(self.expression)
        if any(isinstance(part, RawSQL) for part in _parts(self.expression)):
            raise TypeError("A column is made of fields and expressions, not of SQL in a string.")
        return self.expression

    def sql(self, name: str, style: Style, places: int | None = None) -> Sql:
        """SQL with its parameters that writes the cell from the column called `name`.

        `places` are the decimals that its numbers are known to have, 0 for whole ones.
        """
        match self.kind:
            case Kind.TEXT:
                return _text_sql(name, style)
            case Kind.KEY:
                return name, []
            case Kind.LABEL:
                return self._label_sql(name, style)
            case Kind.MONEY:
                return name if places == CENTS else f"{name}::numeric(20, {CENTS})", []
            case Kind.NUMBER:
                return name if places is not None else f"{name}::numeric", []
            case Kind.DATE:
                return f"{name}::date", []
            case Kind.MOMENT:
                return _moment_sql(f"{name}::timestamptz"), []

    def _label_sql(self, name: str, style: Style) -> Sql:
        words = [
            (str(value), style.marked(str(neutral(str(label)))))
            for value, label in _pairs(self.labels)
        ]
        other, other_values = _text_sql(name, style)
        if not words:
            return other, other_values
        cases = " ".join(["WHEN %s THEN %s"] * len(words))
        values = [text for pair in words for text in pair]
        return f"CASE {name}::text {cases} ELSE {other} END", [*values, *other_values]


def _parts(expression: Any) -> Iterable[Any]:
    return expression.flatten() if hasattr(expression, "flatten") else [expression]


def _pairs(labels: Mapping[Any, Any] | Iterable[tuple[Any, Any]]) -> Iterable[tuple[Any, Any]]:
    """The labels; a boolean is called as PostgreSQL calls it."""
    pairs = labels.items() if isinstance(labels, Mapping) else labels
    named = {True: "true", False: "false"}
    return [(named[value] if isinstance(value, bool) else value, label) for value, label in pairs]


def _text_sql(name: str, style: Style) -> Sql:
    neutralised, values = neutral_sql(f"{name}::text")
    return style.marked_sql(neutralised), values


def _moment_sql(moment: str) -> str:
    """ISO 8601 to the second that has begun, in the session's time zone.

    Casting and replacing costs a third of `to_char`, but names whole hours as `+02` only;
    `date_bin` counts microseconds where `date_trunc` asks the calendar.
    """
    if not _has_whole_hours(settings.TIME_ZONE):
        return f"""to_char({moment}, 'YYYY-MM-DD"T"HH24:MI:SSTZH:TZM')"""
    second = f"date_bin('1 second', {moment}, '0001-01-01 00:00+00')"
    return f"replace({second} || ':00', ' ', 'T')"


@lru_cache
def _has_whole_hours(zone: str) -> bool:
    """Whether a time zone is whole hours off UTC, in winter and in summer, in the portal's days."""
    moments = [
        datetime(year, month, 1, tzinfo=UTC) for year in range(2000, 2100) for month in (1, 7)
    ]
    offsets = [moment.astimezone(ZoneInfo(zone)).utcoffset() for moment in moments]
    return all(offset is not None and offset.total_seconds() % 3600 == 0 for offset in offsets)


def places_of(resolved: Any) -> int | None:
    """How many decimals the values of a resolved expression have, as far as its field tells.

    Only a column of a table is sure to keep what its field says.
    """
    field = resolved.target if isinstance(resolved, Col) else None
    if isinstance(field, DecimalField):
        return field.decimal_places
    return 0 if isinstance(field, IntegerField) else None
