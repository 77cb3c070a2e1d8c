"""Queries whose SQL is written once: each later question only brings its own values.

Django builds and compiles a query anew each time it is asked. For the few that stand before every
page (`access.policy`) that takes several times as long as the database does.
"""

from collections.abc import Callable
from copy import copy
from types import FunctionType
from typing import Any, NamedTuple

from django.core.exceptions import EmptyResultSet
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

    `build`, a plain function, makes the query from the values, by name; `kinds` says of each
    whether it is an `int` or a `str`. It is called with two sets of stand-ins, and where the two
    compiled queries differ, the values go. What else it looks at (a setting, the language) would
    stay for everybody as it was at the first question: it must look at nothing else.

    Raises ValueError, at the first question, when `build` is a closure or has defaults, changes
    or drops a value, writes other SQL for other values, or compares with anything but fixed texts
    and whole numbers (a day, say); TypeError for values of other names or kinds.
    """

    def __init__(self, build: Callable[..., QuerySet[Any]], **kinds: type[Value]) -> None:
        self._build, self._kinds = build, kinds
        self._ready: _Ready | None = None

    def __call__(self, **values: Value) -> list[Any]:
        """The rows for these values, from one query; a list, because nothing could narrow it."""
        if {name: type(value) for name, value in values.items()} != self._kinds:
            raise TypeError(f"a prepared query wants {self._kinds}, and got {values}")
        ready = self._ready = self._ready or self._prepare()
        bound = tuple(values[name] if name else fixed for name, fixed in ready.places)
        compiler = copy(ready.compiler)
        compiler.connection = connections[DEFAULT_DB_ALIAS]
        compiler.as_sql = lambda *_arguments, **_options: (ready.sql, bound)
        rows = ready.rows.all()
        rows.query.get_compiler = lambda *_arguments, **_options: compiler  # type: ignore[method-assign]
        return list(rows)

    def _prepare(self) -> _Ready:
        build = self._build
        if not isinstance(build, FunctionType) or build.__closure__ or build.__defaults__:
            raise ValueError("a prepared query is made from its values alone")
        ones, others = self._stand_ins(ONE), self._stand_ins(OTHER)
        try:
            rows = build(**ones)
            compiler = rows.query.get_compiler(DEFAULT_DB_ALIAS)
            sql, found = compiler.as_sql()
            again, found_again = build(**others).query.sql_with_params()
        except EmptyResultSet:
            raise ValueError("a prepared query has rows for some values") from None
        if sql != again:
            raise ValueError("a prepared query has one shape, whatever the values")
        places = [self._place(pair, ones, others) for pair in zip(found, found_again, strict=True)]
        if {name for name, _fixed in places if name} != set(self._kinds):
            raise ValueError("a prepared query uses all its values")
        return _Ready(rows, compiler, sql, places)

    def _stand_ins(self, values: dict[type, Any]) -> dict[str, Value]:
        """One value of each name, none like another, and such that any change to them shows."""
        return {
            name: values[kind] * (place + 1)
            for place, (name, kind) in enumerate(self._kinds.items())
        }

    @staticmethod
    def _place(
        pair: tuple[Any, Any], ones: dict[str, Value], others: dict[str, Value]
    ) -> tuple[str, Any]:
        for name in ones:
            if pair == (ones[name], others[name]):
                return name, None
        if pair[0] == pair[1] and isinstance(pair[0], str | int):
            return "", pair[0]
        raise ValueError(
            "a prepared query takes its values as they are, and fixed texts and numbers"
        )


LONG = " Ab_%\\É\u0130 ß\t" * 40
ONE: dict[type, Any] = {str: f" one{LONG}", int: 100_000_007}
OTHER: dict[type, Any] = {str: f"\tOTHER{LONG}", int: -100_000_007}
