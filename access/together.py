"""Several small answers in one query: how much stands behind each tab, what a filter offers.

Each question is a subselect of one statement, so a page asks the database once, however many
figures it shows.
"""

import json
from typing import Any

from django.core.exceptions import EmptyResultSet
from django.db import connection
from django.db.models import QuerySet

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


def ask(**questions: Question) -> dict[str, Any]:
    """The answers by name, from one statement. Without questions no query is made."""
    if not questions:
        return {}
    columns = ", ".join(sql for sql, _values in questions.values())
    values = [value for _sql, own in questions.values() for value in own]
    with connection.cursor() as cursor:
        # our own subselects, and queries of Django's with their parameters
        cursor.execute(f"SELECT {columns}", values)
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
