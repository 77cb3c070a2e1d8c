"""PostgreSQL writes the file by COPY; the portal passes its bytes on, a few rows at a time."""

import csv
from collections.abc import Generator, Iterator, Sequence
from contextlib import closing, contextmanager
from datetime import timedelta
from io import StringIO
from operator import itemgetter
from tempfile import SpooledTemporaryFile
from typing import Any

from django.conf import settings
from django.core.exceptions import EmptyResultSet
from django.db import DatabaseError, connections
from django.db.backends.base.base import BaseDatabaseWrapper
from django.db.backends.postgresql.psycopg_any import mogrify
from django.db.models import QuerySet, Subquery
from django.utils.translation import gettext as _
from psycopg import Copy
from psycopg.errors import error_from_result
from psycopg.generators import fetch_many
from psycopg.pq import ExecStatus

from access.copying.cells import neutral
from access.copying.columns import Column, places_of
from access.copying.styles import Style

BOM = "\ufeff"
END_OF_LINE = b"\r\n"
ROWS_AT_ONCE = 500
IN_MEMORY = 1_000_000  # bytes
LONGEST = timedelta(minutes=10)
without_newline = itemgetter(slice(None, -1))


class Incomplete(Exception):
    """The file broke off after its beginning had been sent; its last line says so."""


class Document:
    """A file as an iterator of bytes: headers, then the queryset's rows as they are now.

    Words are in the language that is active while this is made. The first rows are fetched at
    once, so that what is wrong with the query is an ordinary error of the page. The rows are read
    through a connection of their own, in one read-only snapshot of at most ten minutes, so the
    request's connection stays free; `close` ends the query and gives that connection back, also
    in the middle. Inside a transaction of the caller, the file shows what that transaction sees,
    and is written aside first.

    An error in the middle adds a line that says so and raises `Incomplete`, upon which the server
    breaks the transfer off: the file never looks whole.
    """

    def __init__(
        self,
        columns: Sequence[Column],
        rows: QuerySet[Any, Any],
        style: Style,
        *,
        longest: timedelta = LONGEST,
    ) -> None:
        database = connections[rows.db] if isinstance(rows, QuerySet) else None
        if database is None or not columns:
            raise TypeError("A file is made of a queryset and of columns.")
        header = _line([column.header for column in columns], style)
        warning = _line([_("This file is not complete: please fetch it again.")], style)
        copied = _copied(copy_statement(columns, rows, style), database, longest)
        self._parts = _whole((BOM + header).encode(), copied, warning.encode(), style)
        self._first: bytes | None = next(self._parts)

    def __iter__(self) -> Iterator[bytes]:
        return self

    def __next__(self) -> bytes:
        if self._first is not None:
            first, self._first = self._first, None
            return first
        return next(self._parts)

    def close(self) -> None:
        self._parts.close()


def copy_statement(
    columns: Sequence[Column], rows: QuerySet[Any, Any], style: Style
) -> tuple[str, list[Any]] | None:
    """The COPY and its parameters; None where the queryset is known to be empty."""
    names = [f"cell_{number}" for number in range(len(columns))]
    found = rows.annotate(
        **{name: column.resolvable() for name, column in zip(names, columns, strict=True)}
    )
    # Equal cells are no equal rows: DISTINCT goes by the row, although its key is not written.
    key = ["pk"] if rows.query.distinct else []
    resolved = [found.query.annotations[name] for name in names]
    try:
        inner, inner_values = found.values_list(*names, *key).query.sql_with_params()
    except EmptyResultSet:
        return None
    cells = [
        column.sql(f"cells.{name}", style, places_of(value))
        for name, column, value in zip(names, columns, resolved, strict=True)
    ]
    outer = ", ".join(sql for sql, _values in cells)
    if any(isinstance(part, Subquery) for value in resolved for part in value.flatten()):
        # Else PostgreSQL would repeat the subquery at each use of its value in `outer`. (It costs
        # a third of the speed.)
        inner = f"SELECT * FROM ({inner}) AS found OFFSET 0"  # noqa: S608
    statement = (
        f"COPY (SELECT {outer} FROM ({inner}) AS cells)"  # noqa: S608
        f" TO STDOUT WITH (FORMAT csv, DELIMITER '{style.separator}', ENCODING 'UTF8')"
    )
    return statement, [*(value for _sql, values in cells for value in values), *inner_values]


def _line(cells: Sequence[Any], style: Style) -> str:
    line = StringIO()
    csv.writer(line, delimiter=style.separator).writerow([neutral(str(cell)) for cell in cells])
    return line.getvalue()


def _whole(
    header: bytes, copied: Generator[bytes], warning: bytes, style: Style
) -> Generator[bytes]:
    """Header, rows, and where they break off, the warning."""
    with closing(copied):
        # Nothing is sent yet: the page can still fail.
        yield header + style.finished(next(copied, b""))
        try:
            yield from map(style.finished, copied)
        except DatabaseError as problem:
            yield warning
            raise Incomplete from problem


def _copied(
    statement: tuple[str, list[Any]] | None, database: BaseDatabaseWrapper, longest: timedelta
) -> Generator[bytes]:
    if statement is None:
        return
    if not database.in_atomic_block:
        with _of_its_own(database) as own:
            yield from _blocks(statement, own, longest)
        return
    with SpooledTemporaryFile(IN_MEMORY) as aside:
        for block in _blocks(statement, database, longest):
            aside.write(block)
        aside.seek(0)
        while block := aside.read(65536):
            yield block


@contextmanager
def _of_its_own(database: BaseDatabaseWrapper) -> Iterator[BaseDatabaseWrapper]:
    own = database.copy()
    own.inc_thread_sharing()  # the server may close the file in another thread
    try:
        yield own
    finally:
        own.close()


def _blocks(
    statement: tuple[str, list[Any]], database: BaseDatabaseWrapper, longest: timedelta
) -> Generator[bytes]:
    """The rows, some hundred at a time, each ended by CR LF. What is set for them is set back."""
    with (
        database.wrap_database_errors,
        database.cursor() as cursor,
        cursor.connection.transaction(force_rollback=True),
    ):
        _prepare(cursor, longest)
        with cursor.copy(mogrify(*statement, database)) as copy:
            for some in _received(copy):
                # PostgreSQL ends each row with LF; LF inside a cell stays what it is.
                yield END_OF_LINE.join([*map(without_newline, some), b""])


def _received(copy: Copy) -> Iterator[list[Any]]:
    """The rows as the server sends them, in lists.

    `Copy.read` drives two generators for each row; to take what libpq has received already, and
    to leave only the waiting to it, doubles the speed.
    """
    server = copy.connection.pgconn
    take: Any = server.get_copy_data
    some: list[Any] = []
    while True:
        size, row = take(1)
        if size == 0:
            row = copy.read()
            if not row:
                break
        elif size < 0:  # the end, or an error: the result tells
            result = copy.connection.wait(fetch_many(server))[0]
            if result.status != ExecStatus.COMMAND_OK:
                raise error_from_result(result)
            break
        some.append(row)
        if len(some) == ROWS_AT_ONCE:
            yield some
            some = []
    if some:
        yield some


def _prepare(cursor: Any, longest: timedelta) -> None:
    """For this transaction only: no writing, a time limit, the portal's time zone, ISO dates. No
    JIT: to compile costs more than these expressions gain."""
    wanted = {
        "transaction_read_only": "on",
        "statement_timeout": str(int(longest.total_seconds() * 1000)),
        "TimeZone": settings.TIME_ZONE,
        "DateStyle": "ISO, YMD",
        "jit": "off",
    }
    calls = ", ".join(["set_config(%s, %s, true)"] * len(wanted))
    cursor.execute(f"SELECT {calls}", [text for pair in wanted.items() for text in pair])
