"""Several small answers in one query: how much stands behind each tab, what a filter offers.

Each question is a subselect of one statement, so a page asks the database once, however many
figures it shows.
"""

import json
from typing import Any

from django.core.exceptions import EmptyResultSet
from django.db import connection
from django.db.models import QuerySet
from django.db.models.expressions import RawSQL

MOST = 10_000
"""How far rows are counted: what lies beyond costs more to count than the figure tells."""

type Question = tuple[str, tuple[Any, ...]]


def number(rows: QuerySet[Any, Any], most: int = MOST) -> Question:
    """How many `rows` there are, counted to `most` + 1: a larger answer means "more"."""
    keys = rows if rows.query.combinator else rows.values("pk")
    return _asked("(SELECT count(*) FROM ({}) AS counted)", keys, most + 1, "0")


def listed(rows: QuerySet[Any, Any], most: int = 1_000) -> Question:
    """The `rows` (a query of `values()`) as dictionaries, the first `most`."""
    sql = "(SELECT coalesce(jsonb_agg(to_jsonb(counted)), '[]') FROM ({}) AS counted)"
    return _asked(sql, rows, most, "'[]'::jsonb", ordered=True)


def found(start: int, stop: int) -> RawSQL:
    """A part of the keys that `ask(found=…)` finds, for the condition of another question."""
    return RawSQL("SELECT unnest(keys[%s:%s]) FROM found", (start + 1, stop))


def ask(*, found: QuerySet[Any, Any] | None = None, **questions: Question) -> dict[str, Any]:
    """The answers by name, from one statement. Without questions no query is made.

    `found` are rows that are searched once, whatever is asked of them: the answer of that name
    are their keys, in their order, the first `MOST` + 1.
    """
    if found is not None:
        questions["found"] = ("(SELECT keys FROM found)", ())
    if not questions:
        return {}
    columns = ", ".join(sql for sql, _values in questions.values())
    values = [value for _sql, own in questions.values() for value in own]
    before = ""
    if found is not None:
        keys, own = _asked(
            "ARRAY({})", found.values("pk"), MOST + 1, "'{}'::bigint[]", ordered=True
        )
        before, values = f"WITH found AS MATERIALIZED (SELECT {keys} AS keys) ", [*own, *values]
    with connection.cursor() as cursor:
        # our own subselects, and queries of Django's with their parameters
        cursor.execute(f"{before}SELECT {columns}", values)
        row = cursor.fetchone()
    return {
        name: json.loads(value) if isinstance(value, str) else value
        for name, value in zip(questions, row, strict=True)
    }


def _asked(
    sql: str, rows: QuerySet[Any, Any], most: int, nothing: str, *, ordered: bool = False
) -> Question:
    rows = (rows if ordered else rows.order_by())[:most]
    try:
        select, values = rows.query.sql_with_params()
    except EmptyResultSet:  # what the table of acts hides is asked of nobody
        return nothing, ()
    return sql.format(select), tuple(values)
