"""Exports at a million rows: how near to a bare COPY, and how much memory (M11).

Both are measured in the same run, in turns, through Django's connection to the given database, on
a table of their own with what an export of orders holds. The bare COPY writes the same rows and
columns as PostgreSQL keeps them: nothing is formatted, neutralised or named in words. The other
figure compares a COPY that formats in SQL (decimal commas, moments in the portal's time zone), so
that it shows what neutralising, the words and the way to the browser cost.
"""

import gc
import os
import time
import tracemalloc
from collections.abc import Iterable, Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any

ROWS = 1_000_000
TURNS = 6
LEAST = 0.80  # of the bare COPY's speed
MOST_PYTHON = 2_000_000  # bytes that Python holds at once while a file is written
MOST_GROWTH = 16_000_000  # bytes that the process grows by over the whole file
TABLE = "bench_exports"
STATES = {"draft": "Entwurf", "open": "Offen", "paid": "Bezahlt"}

MAKE = f"""
    CREATE UNLOGGED TABLE {TABLE} AS SELECT
        number AS id,
        'R-2026-' || lpad(number::text, 7, '0') AS reference,
        (array['Garage du Nord SA', 'Hôtel Bellevue', 'Élan; Sport', 'Musée "Jura"',
               'Boulangerie du Lac', 'Clinique Belmont', '=HYPERLINK("x")', 'Atelier Vigne'
        ])[1 + number % 8] AS client,
        (array['Web hosting', 'Domain name', 'Mail service'])[1 + number % 3] AS product,
        (array['draft', 'open', 'paid'])[1 + number % 3] AS state,
        1 + number % 7 AS quantity,
        ((number % 100000) / 100.0 - 300)::numeric(14, 2) AS net,
        ((number % 5000) / 100.0)::numeric(14, 2) AS cashback,
        'CHF' AS currency,
        date '2026-01-01' + number % 365 AS day,
        timestamptz '2026-01-01' + number * interval '17.3 seconds' AS at
    FROM generate_series(1, {ROWS}) AS number
"""  # noqa: S608 - names of this file
COLUMNS = "reference, client, product, state, quantity, {net}, {cashback}, currency, day, {at}"
AS_KEPT = COLUMNS.format(net="net", cashback="cashback", at="at")
AS_WRITTEN = COLUMNS.format(
    net="replace(net::text, '.', ',')",
    cashback="replace(cashback::text, '.', ',')",
    at="replace(date_trunc('second', at)::text, ' ', 'T') || ':00'",
)


def run() -> list[dict[str, Any]]:
    """Each figure: name, value, limit, ok, note."""
    with _table() as (orders, columns):
        kept, copied, written = [], [], []
        for _turn in range(TURNS):
            kept.append(_seconds(_bare(AS_KEPT)))
            copied.append(_seconds(_file(orders, columns)))
            written.append(_seconds(_bare(AS_WRITTEN)))
        peak, growth = _memory(orders, columns)
    share, same_text = min(kept) / min(copied), min(written) / min(copied)
    note = (
        f"{ROWS} rows of 10 columns: bare {ROWS / min(kept):,.0f} rows a second, "
        f"as a file {ROWS / min(copied):,.0f}, formatted in SQL {ROWS / min(written):,.0f}; "
        f"the best of {TURNS} turns each"
    )
    formatted = "the same cells by SQL, without neutralising and words"
    return [
        _figure("export: share of a bare COPY's speed", share, LEAST, share >= LEAST, note),
        _figure(
            "export: share of a COPY's that formats",
            same_text,
            LEAST,
            same_text >= LEAST,
            formatted,
        ),
        _figure(
            "export: most memory of Python, bytes",
            peak,
            MOST_PYTHON,
            peak <= MOST_PYTHON,
            "while the whole file is written, by tracemalloc",
        ),
        _figure(
            "export: growth of the process, bytes",
            growth,
            MOST_GROWTH,
            growth <= MOST_GROWTH,
            "resident memory after the whole file, over after its first block",
        ),
    ]


def _figure(name: str, value: float, limit: float, ok: bool, note: str) -> dict[str, Any]:
    return {"name": name, "value": round(value, 3), "limit": limit, "ok": ok, "note": note}


@contextmanager
def _table() -> Iterator[tuple[Any, Any]]:
    """The queryset and the columns of an export, over a table that is gone afterwards."""
    from django.apps.registry import Apps
    from django.db import connection, models

    from access.copying import Column, Kind

    text, cents = models.TextField, lambda: models.DecimalField(max_digits=14, decimal_places=2)
    names = ("reference", "client", "product", "state", "currency")
    fields: dict[str, Any] = {name: text() for name in names}
    fields |= {"net": cents(), "cashback": cents(), "quantity": models.IntegerField()}
    fields |= {"day": models.DateField(), "at": models.DateTimeField()}
    meta = type("Meta", (), {"app_label": "bench", "apps": Apps(), "db_table": TABLE})
    orders = type("Order", (models.Model,), {**fields, "Meta": meta, "__module__": __name__})
    kinds = {"state": Kind.LABEL, "quantity": Kind.NUMBER, "net": Kind.MONEY}
    kinds |= {"cashback": Kind.MONEY, "day": Kind.DATE, "at": Kind.MOMENT}
    kinds |= {"reference": Kind.KEY, "currency": Kind.KEY}
    order = [*names[:4], "quantity", "net", "cashback", "currency", "day", "at"]
    columns = [
        Column(name, name, kinds.get(name, Kind.TEXT), STATES if name == "state" else ())
        for name in order
    ]
    with connection.cursor() as cursor:
        cursor.execute(f"DROP TABLE IF EXISTS {TABLE}")
        cursor.execute(MAKE)
        cursor.execute(f"VACUUM ANALYZE {TABLE}")
    try:
        yield orders._default_manager.all(), columns
    finally:
        with connection.cursor() as cursor:
            cursor.execute(f"DROP TABLE {TABLE}")


def _bare(columns: str) -> Iterator[Any]:
    from django.conf import settings
    from django.db import connection, transaction

    rows = f"SELECT {columns} FROM {TABLE}"  # noqa: S608 - names of this file
    with transaction.atomic(), connection.cursor() as cursor:
        cursor.execute("SELECT set_config('TimeZone', %s, true)", [settings.TIME_ZONE])
        with cursor.copy(f"COPY ({rows}) TO STDOUT WITH (FORMAT csv, DELIMITER ';')") as copy:
            yield from copy


def _file(orders: Any, columns: Any) -> Iterator[bytes]:
    from access.copying import Document
    from access.copying.styles import COMMA

    document = Document(columns, orders, COMMA)
    try:
        yield from document
    finally:
        document.close()


def _seconds(blocks: Iterable[Any]) -> float:
    begun = time.perf_counter()
    size = sum(map(len, blocks))
    assert size > ROWS * 50  # noqa: S101 - or nothing was measured
    return time.perf_counter() - begun


def _memory(orders: Any, columns: Any) -> tuple[int, int]:
    """Python's peak, and the growth of the process, while the file is read to its end."""
    gc.collect()
    blocks = _file(orders, columns)
    next(blocks)
    before = _resident()
    for _block in blocks:
        pass
    growth = max(0, _resident() - before)
    tracemalloc.start()
    for _block in _file(orders, columns):
        pass
    peak = tracemalloc.get_traced_memory()[1]
    tracemalloc.stop()
    return peak, growth


def _resident() -> int:
    pages = int(Path("/proc/self/statm").read_text().split()[1])
    return pages * os.sysconf("SC_PAGE_SIZE")


if __name__ == "__main__":
    import django

    os.environ.setdefault("DJANGO_SETTINGS_MODULE", "portal.settings")
    django.setup()
    for figure in run():
        print(figure)  # noqa: T201 - what the command is for
