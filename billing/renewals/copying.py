"""Many rows into a table by COPY: defaults are the model's, triggers act as ever."""

import json
import secrets
from collections.abc import Callable, Iterable, Iterator, Sequence
from contextlib import contextmanager
from datetime import datetime
from enum import Enum
from operator import itemgetter
from typing import Any

from django.db import connection, models

from access.ids import ALPHABET

Cursor = Any
type Row = dict[str, Any]

WHOLE = 256 - 256 % len(ALPHABET)
LETTERS = bytes(ord(ALPHABET[byte % len(ALPHABET)]) for byte in range(256))
UNFAIR = bytes(range(WHOLE, 256))
ID_LENGTH = 16


def public_ids(number: int) -> list[str]:
    """As `access.ids.public_id`, many at once: bytes above the last whole turn of the alphabet are
    thrown away, so that each of its characters is as likely as the others."""
    wanted, text = number * ID_LENGTH, ""
    while len(text) < wanted:
        raw = secrets.token_bytes(wanted - len(text) + 64)
        text += raw.translate(LETTERS, UNFAIR).decode()
    return [text[at : at + ID_LENGTH] for at in range(0, wanted, ID_LENGTH)]


def reserve(cursor: Cursor, model: type[models.Model], number: int) -> list[int]:
    """This many primary keys that nobody else gets."""
    if not number:
        return []
    cursor.execute(
        "SELECT nextval(keys.name) FROM generate_series(1, %s), (SELECT"
        " pg_get_serial_sequence(%s, 'id')::regclass AS name OFFSET 0) AS keys",
        [number, model._meta.db_table],
    )
    return [key for (key,) in cursor.fetchall()]


@contextmanager
def underway(cursor: Cursor, *statements: tuple[str, Any]) -> Iterator[None]:
    """The database carries out the statements while the block goes on with what needs no answer
    of it; at its end they are done, or raise what went wrong."""
    with connection.wrap_database_errors, connection.connection.pipeline():
        for statement, values in statements:
            cursor.execute(statement, values)
        yield


class Table:
    """The columns of a model, and what stands in them when a row does not say."""

    def __init__(self, model: type[models.Model], *, keyed: bool = False) -> None:
        fields = [
            field
            for field in model._meta.concrete_fields
            if keyed or not isinstance(field, models.AutoField)
        ]
        self.json = [field.attname for field in fields if _is_json(field)]
        self.moments = [field.attname for field in fields if getattr(field, "auto_now_add", False)]
        self.fixed: Row = {}
        self.made: list[tuple[str, Callable[[], Any]]] = []
        for field in fields:
            if field.has_default() and callable(field.default) and not _is_json(field):
                self.made.append((field.attname, field.get_default))
            else:
                self.fixed[field.attname] = _default_of(field)
        self.values = itemgetter(*(field.attname for field in fields))
        columns = ", ".join(connection.ops.quote_name(str(field.column)) for field in fields)
        table = connection.ops.quote_name(model._meta.db_table)
        self.statement = f"COPY {table} ({columns}) FROM STDIN"

    def make(self, rows: Iterable[Row], now: datetime) -> list[tuple[Any, ...]]:
        """The rows, which name columns by attribute, as COPY takes them. Moments of creation are
        `now`."""
        fixed = self.fixed | dict.fromkeys(self.moments, now)
        return [self._whole(fixed, row) for row in rows]

    def copy(self, cursor: Cursor, made: Sequence[tuple[Any, ...]]) -> None:
        """Writes rows that are made."""
        if not made:
            return
        with connection.wrap_database_errors, cursor.copy(self.statement) as target:
            for values in made:
                target.write_row(values)

    def _whole(self, fixed: Row, row: Row) -> tuple[Any, ...]:
        whole = fixed | row
        for name, make in self.made:
            if name not in row:
                whole[name] = make()
        for name in self.json:
            if whole[name] is not None:
                whole[name] = json.dumps(whole[name])
        found: tuple[Any, ...] = self.values(whole)
        return found


def _is_json(field: Any) -> bool:
    return isinstance(field, models.JSONField)


def _default_of(field: Any) -> Any:
    """The model's default as a plain value: members of enumerations become their text."""
    value = field.get_default()
    return value.value if isinstance(value, Enum) else value
