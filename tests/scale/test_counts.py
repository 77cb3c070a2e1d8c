"""What pages cost in a larger world, in queries and shared blocks: figures that no machine's
speed changes. The times, and a million products, are for `make bench`."""

import os
from collections.abc import Callable
from typing import Any
from urllib.parse import urlsplit, urlunsplit

import pytest
from django.db import connection

from bench import scale_pages
from bench.scale_sql import (
    GROWING,
    PAGES,
    Cost,
    allowed,
    answered,
    cost,
    ending,
    queries_of_granting,
    right_to_one_product,
    statements_of,
)
from tests.scale.conftest import LARGE, SMALL
from tests.world import World

MOST_QUERIES, MOST_BLOCKS, MOST_RIGHT = 6, 300, 5
Worlds = Callable[[int], Any]


@pytest.fixture(scope="module")
def costs(worlds: Worlds) -> dict[int, dict[str, Cost]]:
    """Every page's cost in the large world and in the small one."""
    found = {}
    for number in (LARGE, SMALL):
        with worlds(number):
            found[number] = {page.name: cost(page) for page in PAGES}
    return found


@pytest.mark.parametrize(
    ("person", "path"),
    [
        ("lea", "/o/alpine-web/reseller/clients/"),
        ("lea", "/o/alpine-web/reseller/products/"),
        ("cora", "/o/alpine-web/reseller/products/"),
        ("lea", "/o/hotel-bellevue/products/"),
        ("lea", "/o/clinique-belmont/products/"),
        ("clara", "/o/clinique-belmont/products/"),
    ],
)
def test_the_lists_of_the_demonstration_do(world: World, person: str, path: str) -> None:
    """Also the test that has pytest-django set up the database that the larger worlds copy."""
    browser = world.client(person)
    browser.get(path)
    assert len(statements_of(lambda: answered(browser, path))) <= MOST_QUERIES


@pytest.mark.parametrize("name", [page.name for page in PAGES])
def test_a_list_takes_six_queries_at_most(costs: dict[int, dict[str, Cost]], name: str) -> None:
    assert costs[LARGE][name].queries <= MOST_QUERIES


@pytest.mark.parametrize("name", [page.name for page in PAGES])
def test_the_query_of_a_list_reads_few_blocks(costs: dict[int, dict[str, Cost]], name: str) -> None:
    least = 0 if name in GROWING else 1  # a search may find nothing in so small a world
    assert least <= costs[LARGE][name].blocks <= MOST_BLOCKS


@pytest.mark.parametrize("name", [page.name for page in PAGES if page.name not in GROWING])
def test_a_larger_world_costs_the_same(costs: dict[int, dict[str, Cost]], name: str) -> None:
    """Three times the products; a query may grow by half, or, where a small world's whole tables
    are less than that, by what looking up the page's rows by key takes."""
    small, large = costs[SMALL][name].blocks, costs[LARGE][name].blocks
    assert large <= allowed(name, small)


def test_pages_and_floors_are_measured_over_http(
    worlds: Worlds, monkeypatch: pytest.MonkeyPatch, settings: Any
) -> None:
    """As the bench does, though no figure of time is a test: its own server answers both."""
    monkeypatch.setattr(scale_pages, "REQUESTS", 2)
    monkeypatch.setenv("DEBUG", "true")
    monkeypatch.setenv("SECRET_KEY", settings.SECRET_KEY)
    page = PAGES[0]
    with worlds(SMALL), scale_pages.server(address()) as server:
        found = scale_pages.measure(server, page)
        asked = cost(page)
    assert found["http_queries"] == asked.queries
    assert min(found["milliseconds"], found["floor"], found["two_at_once"]) > 0


def address() -> str:
    """The world that is open, as a DATABASE_URL."""
    server = urlsplit(os.environ["DATABASE_URL"])
    return urlunsplit(server._replace(path=f"/{connection.settings_dict['NAME']}"))


def test_the_right_to_one_product_comes_with_the_product(worlds: Worlds) -> None:
    """One query for both; what is counted are the blocks that it takes beyond the product's."""
    with worlds(LARGE):
        right = right_to_one_product()
    assert right.queries == 1
    assert right.blocks <= MOST_RIGHT


def test_a_hundred_grants_take_four_queries(worlds: Worlds) -> None:
    """The grants' own statements: those of `grants.grant_products`, inside the verb."""
    with worlds(LARGE):
        assert queries_of_granting(100) <= 4


def test_ending_takes_the_same_statements_for_few_products_and_many(worlds: Worlds) -> None:
    found = {}
    for number in (LARGE, SMALL):
        with worlds(number):
            products, _seconds, statements = ending()
            found[products] = statements
    assert len(found) == 2  # 300 products, and 100
    assert len(set(found.values())) == 1
