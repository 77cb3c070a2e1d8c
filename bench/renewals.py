"""Renewals: 50,000 products that are due at once, against the same rows written from tables.

The floor is told what to write: it copies our own result from temporary tables into tables with
the same indexes, constraints and triggers, one statement each. Ours has to find out first who pays
what; it runs as every night, with the two workers of settings.RENEWAL_WORKERS, each on a
connection of its own. Both begin in a fresh copy of one database, vacuumed and analysed, in turns,
and each counts its commit, where the foreign keys are checked. The floor commits once, ours after
each chunk.
"""

import json
import os
import subprocess
import sys
import time
from pathlib import Path
from typing import Any
from urllib.parse import urlsplit, urlunsplit

import psycopg
from psycopg import sql

PRODUCTS, FEW = 50_000, 10_000
LEAST_RATIO = 0.75
MOST_GROWTH = 1.25
ROUNDS = 3
NAME = f"bench_renewals_{os.getpid()}"
INSERTED = (
    *("billing_order", "billing_orderline", "billing_lineproduct", "billing_invoice"),
    *("billing_invoiceline", "billing_entry", "billing_payment", "billing_provisioningtask"),
    *("access_act", "access_outgoingmail"),
)
UPDATED = {
    "clients_product": ("renews_on",),
    "billing_account": ("balance", "last_number"),
}


def run() -> list[dict[str, Any]]:
    server = Server(os.environ["DATABASE_URL"])
    try:
        return measure(server)
    finally:
        server.drop_all()


def measure(server: "Server") -> list[dict[str, Any]]:
    server.create("empty")
    server.child("empty", "migrate")
    peaks: dict[int, float] = {}
    for number in (FEW, PRODUCTS):
        server.create(f"due{number}", like="empty")
        server.child(f"due{number}", "fill", number)
    server.create("few", like=f"due{FEW}")
    peaks[FEW] = server.child("few", "renew")["peak"]
    ours, floor = [], []
    for turn in range(ROUNDS):
        server.create(f"ours{turn}", like=f"due{PRODUCTS}")
        done = server.child(f"ours{turn}", "renew")
        if done["products"] != PRODUCTS:
            raise RuntimeError(f"only {done['products']} products were renewed")
        ours.append(done["seconds"])
        peaks[PRODUCTS] = done["peak"]
        server.create(f"floor{turn}", like=f"due{PRODUCTS}")
        floor.append(write_same(server, f"ours{turn}", f"floor{turn}"))
    ratio = min(floor) / min(ours)
    growth = peaks[PRODUCTS] / peaks[FEW]
    return [
        {
            "name": "speed of the floor that is reached",
            "value": round(ratio, 2),
            "limit": f"≥ {LEAST_RATIO}",
            "ok": ratio >= LEAST_RATIO,
            "note": f"{PRODUCTS} products in {min(ours):.1f} s ({PRODUCTS / min(ours):.0f}/s);"
            f" the same rows written from tables in {min(floor):.1f} s",
        },
        {
            "name": "memory for five times the products",
            "value": round(growth, 2),
            "limit": f"≤ {MOST_GROWTH}",
            "ok": growth <= MOST_GROWTH,
            "note": f"peak {peaks[FEW]:.0f} MB for {FEW}, {peaks[PRODUCTS]:.0f} MB for {PRODUCTS}",
        },
    ]


class Server:
    """Scratch databases on the server of an address, and programs that work on them."""

    def __init__(self, address: str, program: str = "bench.renewals_child") -> None:
        self.address = address
        self.program = program
        self.names: list[str] = []

    def url(self, name: str) -> str:
        return urlunsplit(urlsplit(self.address)._replace(path=f"/{NAME}_{name}"))

    def create(self, name: str, *, like: str = "") -> None:
        template = f"{NAME}_{like}" if like else "template0"
        self._execute(
            sql.SQL("CREATE DATABASE {} TEMPLATE {}").format(
                sql.Identifier(f"{NAME}_{name}"), sql.Identifier(template)
            )
        )
        self.names.append(name)

    def drop_all(self) -> None:
        for name in self.names:
            self._execute(
                sql.SQL("DROP DATABASE IF EXISTS {} WITH (FORCE)").format(
                    sql.Identifier(f"{NAME}_{name}")
                )
            )

    def _execute(self, statement: sql.Composed) -> None:
        with psycopg.connect(self.address, autocommit=True) as connection:
            connection.execute(statement)

    def child(self, name: str, verb: str, *values: Any) -> dict[str, Any]:
        """What the verb answers, in a process of its own."""
        done = subprocess.run(  # noqa: S603 - our own program
            [sys.executable, "-m", self.program, verb, *map(str, values)],
            cwd=Path(__file__).resolve().parent.parent,
            env=os.environ | {"DATABASE_URL": self.url(name)},
            stdout=subprocess.PIPE,
            text=True,
            check=True,
        )
        found: dict[str, Any] = json.loads(done.stdout.splitlines()[-1])
        return found


def write_same(server: Server, ours: str, floor: str) -> float:
    """Seconds that it takes to write into `floor` what was written in `ours`."""
    with psycopg.connect(server.url(floor)) as target:
        with psycopg.connect(server.url(ours)) as source:
            for table in INSERTED:
                carry(source, target, table, "*")
            for table, columns in UPDATED.items():
                carry(source, target, table, ", ".join(("id", *columns)))
        target.commit()
        begun = time.perf_counter()
        for table in INSERTED:
            target.execute(f"INSERT INTO {table} SELECT * FROM new_{table}")  # noqa: S608
        for table, columns in UPDATED.items():
            values = ", ".join(f"{column} = n.{column}" for column in columns)
            changed = " OR ".join(f"t.{column} <> n.{column}" for column in columns)
            target.execute(
                f"UPDATE {table} t SET {values} FROM new_{table} n"  # noqa: S608
                f" WHERE n.id = t.id AND ({changed})"
            )
        target.commit()
        return time.perf_counter() - begun


def carry(source: Any, target: Any, table: str, columns: str) -> None:
    """The rows of a table of `source` into a temporary one of `target`."""
    target.execute(
        f"CREATE TEMPORARY TABLE new_{table} AS SELECT {columns} FROM {table} LIMIT 0"  # noqa: S608
    )
    out = f"COPY (SELECT {columns} FROM {table} ORDER BY id) TO STDOUT"  # noqa: S608
    with source.cursor() as reader, target.cursor() as writer:
        with reader.copy(out) as rows, writer.copy(f"COPY new_{table} FROM STDIN") as copied:
            for part in rows:
                copied.write(part)
        writer.execute(f"ANALYZE new_{table}")
