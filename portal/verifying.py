"""Whether the books are whole: what must hold of the whole database at any moment (M4, M6, M8).

Each check is one statement over a whole table that answers what is wrong, and nothing when all is
well; so it takes seconds where a loop would take hours. For a restored backup, and for any day.
Reads only.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator
from dataclasses import dataclass

from django.core.files.storage import Storage, default_storage
from django.db import connection, transaction

from access import letters
from billing.models import Invoice
from billing.models.rebilling import Rebill
from portal import verifying_sql as sql
from tenders.models import Attachment

MOST_SHOWN = 20
"""How many findings of one check are named."""
CHUNK = 2000


@dataclass(frozen=True)
class Finding:
    """What a check found: how many are wrong, and the first of them in words."""

    check: str
    number: int
    examples: list[str]


def checks() -> dict[str, Callable[[], Iterable[str]]]:
    """Every check by its name, in the order in which they run."""
    found: dict[str, Callable[[], Iterable[str]]] = {
        name: (lambda statement=statement: _rows(statement))  # type: ignore[misc]
        for name, statement in sql.STATEMENTS.items()
    }
    return found | {
        "every number that is given out next is free": _sequences,
        "every mail that waits has its letter": _letters,
        "every kept PDF is there and whole": _pdfs,
        "every file of a proposal is there and whole": _attachments,
    }


def verify() -> list[Finding]:
    """Runs every check on one state of the database, also while others write. Outside any other
    transaction."""
    with transaction.atomic(durable=True):
        with connection.cursor() as cursor:
            cursor.execute("SET TRANSACTION ISOLATION LEVEL REPEATABLE READ READ ONLY")
        return [_finding(name, check()) for name, check in checks().items()]


def _finding(name: str, said: Iterable[str]) -> Finding:
    number, examples = 0, []
    for sentence in said:
        number += 1
        if number <= MOST_SHOWN:
            examples.append(sentence)
    return Finding(name, number, examples)


def _rows(statement: str) -> Iterator[str]:
    with connection.cursor() as cursor:
        cursor.execute(statement)
        while rows := cursor.fetchmany(CHUNK):
            for row in rows:
                yield " · ".join(str(value) for value in row)


def _sequences() -> Iterator[str]:
    """A restore that forgets where numbers stood gives one out twice."""
    with connection.cursor() as cursor:
        cursor.execute(sql.SEQUENCES)
        for table, column, sequence in cursor.fetchall():
            names = [connection.ops.quote_name(name) for name in (column, table)]
            cursor.execute(
                f"SELECT max({names[0]}) > pg_sequence_last_value(%s::regclass)"  # noqa: S608
                f" OR (pg_sequence_last_value(%s::regclass) IS NULL AND count(*) > 0)"
                f" FROM {names[1]}",
                [sequence, sequence],
            )
            if cursor.fetchone()[0]:
                yield f"{table}.{column}"


def _letters() -> Iterator[str]:
    for kind, number in _pairs(sql.WAITING_KINDS):
        if kind not in letters.registry:
            yield f"{kind}: {number}"


def _pairs(statement: str) -> list[tuple[str, int]]:
    with connection.cursor() as cursor:
        cursor.execute(statement)
        return cursor.fetchall()


def _pdfs() -> Iterator[str]:
    for model in (Invoice, Rebill):
        kept = model.objects.exclude(pdf="").order_by("pk").values_list("number", "pdf")
        for number, name in kept.iterator(CHUNK):
            if wrong := _wrong(default_storage, name):
                yield f"{number}: {name} {wrong}"


def _attachments() -> Iterator[str]:
    kept = Attachment.objects.order_by("pk").values_list("file", "size")
    for name, size in kept.iterator(CHUNK):
        if wrong := _wrong(default_storage, name, size):
            yield f"{name} {wrong}"


def _wrong(storage: Storage, name: str, size: int | None = None) -> str:
    """What is wrong with a PDF on the disk: it begins and ends as one does, and none is missing."""
    try:
        with storage.open(name, "rb") as file:
            if size is not None and file.size != size:
                return f"has {file.size} bytes instead of {size}"
            begins = file.read(5) == b"%PDF-"
            file.seek(max(0, file.size - 1024))
            return "" if begins and b"%%EOF" in file.read() else "is no whole PDF"
    except OSError:
        return "is missing"
