"""Scale: what lists cost in a large world, over HTTP and in blocks of the database.

`make bench ARGS="scale"` builds the world once (1,000 partners, 100,000 clients, 1,000,000
products, as many grants) in a database `bench_scale_<products>` beside the one of DATABASE_URL,
and keeps it for the next run; a small one of 10,000 products shows what grows. Each page is
compared to a floor of the same run: a bare view with session, user, a count and 50 rows of the
same table. `--products`, `--partners`, `--clients` and `--partnerships` set other sizes.
"""

import argparse
import os
from collections.abc import Iterator
from contextlib import contextmanager
from typing import Any
from urllib.parse import urlsplit, urlunsplit

import psycopg
from psycopg import sql

from bench.scale_sql import GROWING, PAGES, Cost, allowed, cost, ending, queries_of_granting
from bench.scale_sql import right_to_one_product as right
from bench.scale_world import Sizes, build, built

MOST_QUERIES, MOST_BLOCKS, MOST_RATIO = 6, 300, 1.5
MOST_RIGHT, MOST_GRANT_QUERIES = 5, 4
SMALL = 10_000
rows: list[dict[str, Any]] = []


def options(parser: argparse.ArgumentParser) -> None:
    """The sizes of the large world."""
    for name in ("products", "partners", "clients", "partnerships"):
        default = Sizes.__dataclass_fields__[name].default
        parser.add_argument(f"--{name}", type=int, default=default, help="size of bench scale")


def run(arguments: argparse.Namespace) -> list[dict[str, Any]]:
    """The figures of every page, of the right to one product, and of granting and ending."""
    from bench import scale_pages

    names = ("partners", "clients", "products", "partnerships")
    sizes = Sizes(**{name: getattr(arguments, name) for name in names})
    if sizes.products <= SMALL:
        sizes = Sizes.of(sizes.products)
    with world(Sizes.of(SMALL)):
        before = {page.name: cost(page) for page in PAGES}
    rows.clear()
    figures: list[dict[str, Any]] = []
    with world(sizes) as url:
        for page in PAGES:
            figures += counted(page.name, cost(page), before[page.name])
        figures += verbs()
        with scale_pages.server(url) as address:
            for row, page in zip(rows, PAGES, strict=True):
                row |= scale_pages.measure(address, page)
                figures.append(ratio(row))
    return figures


def counted(name: str, now: Cost, before: Cost) -> list[dict[str, Any]]:
    """The counting goals of one page."""
    rows.append(
        {"page": name, "queries": now.queries, "blocks": now.blocks, "figures": now.figures}
        | {"blocks_small": before.blocks}
    )
    told = [
        figure(f"{name}: queries", now.queries, MOST_QUERIES),
        figure(f"{name}: blocks of its list", now.blocks, MOST_BLOCKS),
    ]
    if name not in GROWING:
        most = allowed(name, before.blocks)
        told.append(figure(f"{name}: blocks, from {before.blocks}", now.blocks, most))
    return told


def verbs() -> list[dict[str, Any]]:
    """The right to one product, 100 grants, and the end of a large partnership."""
    one, granting, (number, seconds, statements) = right(), queries_of_granting(), ending()
    end = figure("ending: statements", statements, 40)
    return [
        figure("right to one product: queries", one.queries, 1),
        figure("right to one product: blocks it adds", one.blocks, MOST_RIGHT),
        figure("granting 100 products: queries", granting, MOST_GRANT_QUERIES),
        end | {"note": f"{number} products in {seconds:.2f} s, taken back"},
    ]


def ratio(row: dict[str, Any]) -> dict[str, Any]:
    told = figure(f"{row['page']}: times its floor", row["ratio"], MOST_RATIO)
    return told | {"note": f"{row['milliseconds']} ms, floor {row['floor']} ms"}


def figure(name: str, value: float, most: float) -> dict[str, Any]:
    return {"name": name, "value": value, "limit": f"≤ {most:g}", "ok": value <= most}


def table() -> str:
    """The pages, one a line."""
    names = ("page", "queries", "blocks", "blocks_small", "figures", "milliseconds", "floor")
    names += ("ratio", "two_at_once")
    lines = [f"| {' | '.join(names)} |", "|" + " --- |" * len(names)]
    lines += [f"| {' | '.join(str(row.get(name, '–')) for name in names)} |" for row in rows]
    return "\n".join(lines)


@contextmanager
def world(sizes: Sizes) -> Iterator[str]:
    """The address of a database that holds this world; Django works on it meanwhile."""
    from django.core.management import call_command
    from django.db import connection

    name = f"bench_scale_{sizes.products}"
    address = os.environ["DATABASE_URL"]
    url = urlunsplit(urlsplit(address)._replace(path=f"/{name}"))
    before = connection.settings_dict["NAME"]
    if not kept(address, url, name, sizes):
        create(address, name)
    try:
        connection.close()
        connection.settings_dict["NAME"] = name
        call_command("migrate", verbosity=0)
        with psycopg.connect(url, autocommit=True) as own:
            if not built(own, sizes):
                build(own, sizes)
            own.execute("VACUUM ANALYZE")  # what an earlier run took back has left its traces
        yield url
    finally:
        connection.close()
        connection.settings_dict["NAME"] = before


def kept(address: str, url: str, name: str, sizes: Sizes) -> bool:
    with psycopg.connect(address) as server:
        found = server.execute("SELECT 1 FROM pg_database WHERE datname = %s", [name]).fetchone()
    if found is None:
        return False
    with psycopg.connect(url) as own:
        return built(own, sizes)


def create(address: str, name: str) -> None:
    with psycopg.connect(address, autocommit=True) as server:
        database = sql.Identifier(name)
        server.execute(sql.SQL("DROP DATABASE IF EXISTS {} WITH (FORCE)").format(database))
        server.execute(sql.SQL("CREATE DATABASE {} TEMPLATE template0").format(database))
