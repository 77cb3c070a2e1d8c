"""All products of all clients of a partner, in one list (O5, T10).

By client, which is how the list opens, a page costs the same however many clients and products
the partner has: the partnerships come in the order of an index, of each client no more is read
than the page can show, and reading stops when it is full. Other orders and rare combinations of
filters read all products that the partner reaches, never those of others.
"""

import re
from collections.abc import Iterator
from dataclasses import dataclass, replace
from datetime import date
from typing import Any

from django.db import connection

from access import searching
from access.grants_wide import REACHED, links_of
from access.policy import Actor
from access.together import Question

MOST = 1_000
"""How far the list counts and pages: who wants more takes the file, or searches."""
RARE = 1_000
"""A search that fits no more products than this, of anybody's, begins at these products; a more
common one begins at the partner's clients, and has soon filled its page."""
COLUMNS = (
    *("id", "public_id", "name", "state", "period", "started_on", "renews_on", "auto_renewal"),
    *("technical_contact", "product_type_id"),
)
CLIENTS = "JOIN access_organisation client ON client.id = link.client_id"
SORTS = {
    "client": ("link.client_name", "link.id", "product.name", "product.id"),
    "name": ("product.name", "product.id", "link.id"),
    "state": ("product.state", "product.name", "product.id", "link.id"),
    "renewal": ("product.renews_on", "product.name", "product.id", "link.id"),
}
OF_CATEGORY = """
    (product.product_type_id IN (
        SELECT kind.id FROM clients_producttype kind
        JOIN clients_category category ON category.id = kind.category_id
        WHERE category.slug = %s)
    OR NOT EXISTS (SELECT FROM clients_category category WHERE category.slug = %s))
"""
# Beginnings of words, letter case and accents aside; an index has the same expression.
PLAIN = searching.plain_sql("product.name")
WORDS = f"to_tsvector('simple', regexp_replace({PLAIN}, '[^[:alnum:]]+', ' ', 'g'))"
FITS = f"{WORDS} @@ to_tsquery('simple', %s)"
# So few that no plan is made for more: what fits no more than `RARE` products loses none.
FITTING = f"FROM clients_product product WHERE {FITS} LIMIT {RARE + 1}"
# Which of them the pattern leaves, PostgreSQL would take for next to none, and look up each one's
# organisation: in a CASE it counts on half of them, and reads the partner's clients together.
PATTERN = "product.name ~* %s"


@dataclass(frozen=True, slots=True)
class Reached:
    """One line of the list: a product, and the client in whose organisation it is installed."""

    id: int
    public_id: str
    name: str
    state: str
    period: str
    started_on: date | None
    renews_on: date | None
    auto_renewal: bool
    technical_contact: str
    product_type_id: int
    client_name: str
    client_slug: str


@dataclass(frozen=True)
class ReachedProducts:
    """The products that `actor` reaches at the clients of their organisation, a partner.

    `text` are beginnings of words of the product's name, `client` a part of the client's;
    `category` is the key of one in the catalogue, another word filters nothing. Nothing is read
    before it is asked for. Django's paginator takes it: it slices.
    """

    actor: Actor
    text: str = ""
    client: str = ""
    state: str = ""
    category: str = ""
    sort: str = "client"
    rare: bool = False

    ordered = True

    def __getitem__(self, part: slice) -> list[Reached]:
        return list(self._rows(part.stop - part.start, part.start))

    def __iter__(self) -> Iterator[Reached]:
        """All of them, streamed: for a file (M11)."""
        with connection.chunked_cursor() as cursor:
            cursor.execute(*self._select(None, 0))
            for row in cursor:
                yield Reached(*row)

    def number(self) -> Question:
        """How many there are, to `MOST` + 1; for `access.together`. NULL when the search is a
        rare one: see `counted`."""
        sql, values = self._select(MOST + 1, 0, columns="1")
        number = f"(SELECT count(*) FROM ({sql}) AS counted)"  # noqa: S608 - our own words
        if not self.words:
            return number, tuple(values)
        few = f"(SELECT count(*) FROM (SELECT {FITTING}) AS fitting)"  # noqa: S608 - our own words
        return f"CASE WHEN {few} > {RARE} THEN {number} END", (self._query, *values)

    @property
    def words(self) -> list[str]:
        return re.findall(r"[^\W_]+", searching.plain(self.text))

    @property
    def _query(self) -> str:
        return " & ".join(
            f"({' | '.join(f'{one}:*' for one in searching.variants(word))})" for word in self.words
        )

    def _rows(self, most: int, offset: int) -> Iterator[Reached]:
        with connection.cursor() as cursor:
            cursor.execute(*self._select(most, offset))
            for row in cursor.fetchall():
                yield Reached(*row)

    def _select(self, most: int | None, offset: int, *, columns: str = "") -> tuple[str, list[Any]]:
        """The statement and its parameters. Without a limit, or in another order than by client,
        each client's products are joined whole."""
        own = ", ".join(f"product.{name}" for name in COLUMNS)
        columns = columns or f"{own}, link.client_name, client.slug"
        links, link_values = self._links()
        products, product_values = self._products()
        by_client = self.sort.removeprefix("-") == "client" and not self.rare
        among = f"(SELECT product.* {FITTING})" if self.rare else "clients_product"
        inner = f"SELECT product.* FROM {among} product WHERE {products}"  # noqa: S608
        if by_client and most is not None:
            order = self._order("product.name", "product.id")
            inner = f"{inner} ORDER BY {order} LIMIT {most + offset}"
        order = self._order(*SORTS[self.sort.removeprefix("-")])
        limit = "" if most is None else f" LIMIT {most} OFFSET {offset}"
        sql = (
            f"SELECT {columns} FROM clients_partnership link {CLIENTS}"  # noqa: S608
            f" CROSS JOIN LATERAL ({inner}) product WHERE {links}"
            f" ORDER BY {order}{limit}"
        )
        fitting = [self._query] if self.rare else []
        return sql, [*fitting, *product_values, *link_values]

    def _links(self) -> tuple[str, list[Any]]:
        sql, values = links_of(self.actor)
        if not self.client:
            return sql, list(values)
        return f"{sql} AND link.client_name ~* %s", [*values, searching.pattern(self.client)]

    def _products(self) -> tuple[str, list[Any]]:
        parts: list[str] = ["product.organisation_id = link.client_id"]
        values: list[Any] = []
        for word in self.words:
            parts.append(PATTERN if not self.rare else f"CASE WHEN {PATTERN} THEN true END")
            values.append(f"(^|[^[:alnum:]]){searching.pattern(word)}")
        if self.state:
            parts.append("product.state = %s")
            values.append(self.state)
        if self.category:
            parts.append(OF_CATEGORY)
            values += [self.category, self.category]
        return " AND ".join([*parts, REACHED]), values

    def _order(self, *names: str) -> str:
        way = " DESC" if self.sort.startswith("-") else ""
        return ", ".join(f"{name}{way}" for name in names)


def counted(rows: ReachedProducts, number: int | None) -> tuple[Any, int]:
    """The list to page through and its length, from the answer to `number`: a rare search is read
    whole, so that its length needs no count."""
    if number is not None:
        return rows, number
    found = replace(rows, rare=True)[0 : MOST + 1]
    return found, len(found)
