"""Queries whose SQL is written once: each later question only brings its own values.

Django builds and compiles a query anew each time it is asked. For the few that stand before every
page (`access.policy`) that takes several times as long as the database does.
"""

from collections.abc import Callable
from copy import copy
from typing import Any, NamedTuple

from django.db import DEFAULT_DB_ALIAS, connections
from django.db.models import QuerySet

type Value = int | str


class _Ready(NamedTuple):
    """A compiled query, and for each place in its SQL the value's name, or what stands there."""

    rows: QuerySet[Any]
    compiler: Any
    sql: str
    places: list[tuple[str, Any]]


class Prepared:
    """A question of one shape about values that change: whole numbers and texts.

    `build` makes the query from the values, by name, and from nothing else; `kinds` says of each
    whether it is an `int` or a `str`. It is called with two sets of stand-ins, and where the two
    compiled queries differ, the values go. Raises ValueError, at the first question, when `build`
    could look at more than its arguments, changes or drops one of them, or writes other SQL for
    other values.
    """

    def __init__(self, build: Callable[..., QuerySet[Any]], **kinds: type[Value]) -> None:
        self._build, self._kinds = build, kinds
        self._ready: _Ready | None = None

    def __call__(self, **values: Value) -> list[Any]:
        """The rows for these values, from one query; a list, because nothing could narrow it."""
        ready = self._ready = self._ready or self._prepare()
        bound = tuple(values[name] if name else fixed for name, fixed in ready.places)
        compiler = copy(ready.compiler)
        compiler.connection = connections[DEFAULT_DB_ALIAS]
        compiler.as_sql = lambda *_arguments, **_options: (ready.sql, bound)
        rows = ready.rows.all()
        rows.query.get_compiler = lambda *_arguments, **_options: compiler  # type: ignore[method-assign]
        return list(rows)

    def _prepare(self) -> _Ready:
        if self._build.__closure__:  # type: ignore[attr-defined]
            raise ValueError("a prepared query is made from its values alone")
        ones, others = (
            self._stand_ins("one", 2_000_000_000),
            self._stand_ins("other", 2_100_000_000),
        )
        rows = self._build(**ones)
        compiler = rows.query.get_compiler(DEFAULT_DB_ALIAS)
        sql, found = compiler.as_sql()
        again, found_again = self._build(**others).query.sql_with_params()
        if sql != again:
            raise ValueError("a prepared query has one shape, whatever the values")
        places = [self._place(pair, ones, others) for pair in zip(found, found_again, strict=True)]
        if {name for name, _fixed in places if name} != set(self._kinds):
            raise ValueError("a prepared query uses all its values")
        return _Ready(rows, compiler, sql, places)

    def _stand_ins(self, word: str, number: int) -> dict[str, Value]:
        return {
            name: f"{word}-{place}" if kind is str else number + place
            for place, (name, kind) in enumerate(self._kinds.items())
        }

    @staticmethod
    def _place(
        pair: tuple[Any, Any], ones: dict[str, Value], others: dict[str, Value]
    ) -> tuple[str, Any]:
        if pair[0] == pair[1]:
            return "", pair[0]
        for name in ones:
            if pair == (ones[name], others[name]):
                return name, None
        raise ValueError("a prepared query takes its values as they are")
