"""What the pages of `bench.scale` cost in the database: queries, and shared blocks.

Blocks are those that PostgreSQL itself counts (`EXPLAIN (ANALYZE, BUFFERS)`, hit and read) for
the page's own statements, run again with their own parameters. The query *of the list* is the
one that brings the page's rows; the *figures* beside it (how many there are, what the filters
offer) are one query more, and are told apart.
"""

import json
import re
from dataclasses import dataclass
from typing import Any

ROWS = re.compile(
    r"LIMIT (?!21$|1$|7$)\d+( OFFSET \d+)?$"  # a page of an ordered list
    r'|"id" IN \(%s[,)].* ORDER BY [^()]*$'  # the rows of a search, by the keys that it found
)
FIGURES = ("SELECT (", "SELECT CASE", "WITH found")


@dataclass(frozen=True)
class Page:
    """A page, who opens it (an organisation's first person), and the floor's table."""

    name: str
    path: str
    person_of: str
    floor: str
    slug: str


PAGES = (
    Page("clients", "/o/partner-1/reseller/clients/", "partner-1", "partnerships", "partner-1"),
    Page(
        "clients, searched",
        "/o/partner-1/reseller/clients/?q=499",
        "partner-1",
        "partnerships",
        "partner-1",
    ),
    Page(
        "clients, full", "/o/partner-2/reseller/clients/", "partner-2", "partnerships", "partner-2"
    ),
    Page(
        "products of clients",
        "/o/partner-1/reseller/products/",
        "partner-1",
        "products",
        "client-1",
    ),
    Page(
        "products of clients, full",
        "/o/partner-2/reseller/products/",
        "partner-2",
        "products",
        "client-1",
    ),
    Page(
        "products of clients, searched",
        "/o/partner-1/reseller/products/?q=5000",
        "partner-1",
        "products",
        "client-1",
    ),
    Page("products, owner", "/o/client-1/products/", "client-1", "products", "client-1"),
    Page("products, limited", "/o/client-1/products/", "partner-1", "products", "client-1"),
    Page("products, full", "/o/client-1/products/", "partner-2", "products", "client-1"),
    Page("switcher", "/switch/?tab=clients", "partner-1", "organisations", "client-1"),
    Page(
        "switcher, searched", "/switch/?tab=clients&q=499", "partner-1", "organisations", "client-1"
    ),
)
GROWING = frozenset({"clients, searched", "switcher", "switcher, searched"})
"""Pages whose search reads the index of all the partner's clients: its growth is the clients'."""
BY_KEY = frozenset({"clients", "clients, full", "products, full", "products of clients, searched"})
"""Pages that look up each of their 50 rows by key, four blocks a time: in a small world, where
whole tables are less, they read those."""
MOST_GROWTH, LOOKED_UP = 1.5, 50 * 4


def allowed(name: str, small: int) -> float:
    """Blocks that a page's list may take in a larger world than the one where it took `small`."""
    strict = small * MOST_GROWTH
    return max(strict, small + LOOKED_UP) if name in BY_KEY else strict


@dataclass(frozen=True)
class Cost:
    """What one page costs the database."""

    queries: int
    blocks: int
    figures: int


def client_of(slug: str) -> Any:
    """A browser of the first person of the organisation at `slug`, signed in."""
    from django.test import Client

    from access.models import Membership

    person = Membership.objects.filter(organisation__slug=slug).order_by("pk")[0].user
    browser = Client(headers={"host": "localhost"})
    browser.force_login(person)
    return browser


def cost(page: Page) -> Cost:
    """Queries and blocks of a page, asked by Django's own client."""
    browser = client_of(page.person_of)
    browser.get(page.path)  # notes once that the session is in use
    statements = statements_of(lambda: answered(browser, page.path))
    measured = [(sql, blocks(sql, values)) for sql, values in statements]
    lists = [number for sql, number in measured if ROWS.search(sql.strip())]
    figures = [number for sql, number in measured if sql.startswith(FIGURES)]
    return Cost(len(statements), max(lists, default=0), sum(figures))


def answered(browser: Any, path: str) -> None:
    status = browser.get(path).status_code
    if status != 200:
        raise RuntimeError(f"{path} answers {status}")


def statements_of(act: Any) -> list[tuple[str, Any]]:
    """The statements that an act sends, with their parameters."""
    from django.db import connection

    found: list[tuple[str, Any]] = []

    def keep(execute: Any, sql: str, values: Any, many: bool, context: Any) -> Any:
        found.append((sql, values))
        return execute(sql, values, many, context)

    with connection.execute_wrapper(keep):
        act()
    return found


def blocks(sql: str, values: Any) -> int:
    """Shared blocks, hit or read, that a query takes the second time it runs."""
    from django.db import connection

    with connection.cursor() as cursor:
        for _turn in range(2):
            cursor.execute(f"EXPLAIN (ANALYZE, BUFFERS, FORMAT JSON) {sql}", values)
            found = cursor.fetchone()[0]
    plan = (json.loads(found) if isinstance(found, str) else found)[0]["Plan"]
    return int(plan["Shared Hit Blocks"] + plan["Shared Read Blocks"])


# ---- Single verbs ----------------------------------------------------------------------------


def right_to_one_product() -> Cost:
    """What the right to one product costs a partner's person with limited access, who has its
    address: queries that find the product and the right together, and the blocks that they take
    more than finding the product alone."""
    from access.policy import actor_in
    from clients.models import Product

    actor = actor_in(_person("partner-1"), "client-1")
    public_id = Product.objects.filter(organisation__slug="client-1").order_by("pk")[0].public_id
    found = statements_of(
        lambda: list(Product.objects.one_visible_to(actor).filter(public_id=public_id))
    )
    bare = Product.objects.filter(organisation=actor.organisation, public_id=public_id)
    alone = statements_of(lambda: list(bare.select_related("product_type__category")))
    more = _blocks(found) - _blocks(alone)
    return Cost(len(found), more, 0)


def _blocks(statements: list[tuple[str, Any]]) -> int:
    return sum(blocks(sql, values) for sql, values in statements)


def _person(slug: str) -> Any:
    from access.models import Membership

    return Membership.objects.filter(organisation__slug=slug).order_by("pk")[0].user


def queries_of_granting(number: int = 100) -> int:
    """Statements of `grants.grant_products`, the one that writes grants, for so many products of
    client 1, on the partnership as the verb has locked it; taken back afterwards."""
    from django.db import transaction

    from access import grants
    from clients.models import Partnership, Product
    from clients.services.common import lock

    with transaction.atomic():
        partnership = lock(Partnership.objects.get(client__slug="client-1", access="limited"))
    products = list(Product.objects.filter(organisation__slug="client-1").order_by("pk")[:number])
    with transaction.atomic():
        grants.revoke_products(partnership, products)
        by = _person("client-1")
        found = statements_of(lambda: grants.grant_products(partnership, products, by=by))
        transaction.set_rollback(True)
    return len(found)


def ending() -> tuple[int, float, int]:
    """Products, seconds and statements of ending client 1's limited partnership; taken back."""
    import time

    from django.db import transaction

    from access.policy import actor_in
    from clients.models import Partnership
    from clients.rules import Side
    from clients.services import end_partnership

    partnership = Partnership.objects.get(client__slug="client-1", access="limited")
    actor = actor_in(_person("client-1"), "client-1")
    number = partnership.product_grants.count()
    with transaction.atomic():
        begun = time.perf_counter()
        found = statements_of(
            lambda: end_partnership(partnership=partnership, side=Side.CLIENT, by=actor)
        )
        seconds = time.perf_counter() - begun
        transaction.set_rollback(True)
    return number, seconds, len(found)
