"""Races on a database that really commits: many calls at once, and two held in a fatal order."""

import threading
from collections import Counter
from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from importlib import import_module
from typing import Any

import pytest
from django.db import DatabaseError, connection
from django.db.models import QuerySet

from access.errors import Refused

type Call = Callable[[], Any]
WAIT = 20  # seconds until a thread that waits for nothing gives up


def outcome(call: Call) -> str:
    """ "done", or the name of the error: a refusal in words, or the database's."""
    try:
        call()
    except (Refused, DatabaseError) as error:
        return type(error).__name__
    return "done"


def at_once(*calls: Call) -> Counter[str]:
    """Runs all calls in parallel, each on a connection of its own; counts what they came to."""
    start = threading.Barrier(len(calls))

    def run(call: Call) -> str:
        connection.ensure_connection()
        try:
            start.wait(WAIT)
            return outcome(call)
        finally:
            connection.close()

    with ThreadPoolExecutor(len(calls)) as pool:
        return Counter(pool.map(run, calls))


def unlocked(monkeypatch: pytest.MonkeyPatch, slow: Call, quick: Call, *, at: str) -> list[str]:
    """What `slow` and `quick` come to when no row is ever locked, and `quick` runs from start to
    end while `slow` has stopped before the function `at`."""
    monkeypatch.setattr(QuerySet, "select_for_update", lambda rows, **options: rows)
    reached, go_on = threading.Event(), threading.Event()
    slow_thread: list[threading.Thread] = []
    function = _resolve(at)

    def held(*args: Any, **kwargs: Any) -> Any:
        if slow_thread == [threading.current_thread()] and not reached.is_set():
            reached.set()
            assert go_on.wait(WAIT)
        return function(*args, **kwargs)

    def run_slow() -> str:
        slow_thread.append(threading.current_thread())
        try:
            return outcome(slow)
        finally:
            reached.set()
            connection.close()

    monkeypatch.setattr(at, held)
    with ThreadPoolExecutor(1) as pool:
        begun = pool.submit(run_slow)
        assert reached.wait(WAIT)
        quick_outcome = outcome(quick)
        go_on.set()
        return [begun.result(), quick_outcome]


def _resolve(dotted: str) -> Callable[..., Any]:
    module, _, name = dotted.rpartition(".")
    return getattr(import_module(module), name)
