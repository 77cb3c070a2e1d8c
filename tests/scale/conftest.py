"""Two worlds of `bench.scale_world`, each in a database of its own beside the tests'."""

from collections.abc import Callable, Iterator
from contextlib import contextmanager
from typing import Any

import psycopg
import pytest
from django.db import connection

from bench.scale_world import Sizes, build

LARGE, SMALL = 30_000, 10_000


@pytest.hookimpl(trylast=True)
def pytest_collection_modifyitems(items: list[pytest.Item]) -> None:
    """They go first: PostgreSQL copies no database while there is another session on it, and tests
    of threads and browsers leave some."""
    items.sort(key=lambda item: not item.nodeid.startswith("tests/scale/"))


@pytest.fixture(scope="module")
def worlds(django_db_setup: None, django_db_blocker: Any) -> Iterator[Callable[[int], Any]]:
    """Opens the world of so many products for the length of a block."""
    tests = connection.settings_dict["NAME"]
    names = {number: f"{tests}_scale_{number}" for number in (LARGE, SMALL)}
    with django_db_blocker.unblock():
        connection.close()  # a database that is copied has no visitors
        for number, name in names.items():
            _create(name, like=tests)
            with psycopg.connect(**_parameters(name), autocommit=True) as own:
                build(own, Sizes.of(number))
                own.execute("VACUUM ANALYZE")

        @contextmanager
        def opened(number: int) -> Iterator[None]:
            connection.close()
            connection.settings_dict["NAME"] = names[number]
            try:
                yield
            finally:
                connection.close()
                connection.settings_dict["NAME"] = tests

        yield opened
        for name in names.values():
            _execute(f'DROP DATABASE IF EXISTS "{name}" WITH (FORCE)')


def _create(name: str, *, like: str) -> None:
    _execute(f'DROP DATABASE IF EXISTS "{name}" WITH (FORCE)')
    _execute(f'CREATE DATABASE "{name}" TEMPLATE "{like}"')


def _execute(statement: str) -> None:
    with psycopg.connect(**_parameters("postgres"), autocommit=True) as server:
        server.execute(statement)


def _parameters(name: str) -> dict[str, Any]:
    known = connection.get_connection_params()
    wanted = ("host", "port", "user", "password")
    return {key: known[key] for key in wanted if known.get(key)} | {"dbname": name}
