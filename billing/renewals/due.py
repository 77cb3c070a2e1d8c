"""What is due: the next clients, and their products grouped into lines (M5, L7)."""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import date
from typing import Any

from django.db import connection

from billing.renewals import sql

CHUNK = 10_000
"""About how many products are renewed in one transaction; a client is never split."""

EVER = date(1, 1, 1)

Cursor = Any


@dataclass(frozen=True, slots=True)
class Group:
    """Products of one type and period in one client's organisation that renew on the same day and
    have the same manager: one line. `partnership` is 0 when nobody manages; `ends_on` the next
    renewal, the latest when they differ; `first` the lowest primary key among them."""

    client: int
    product_type: int
    period: str
    starts_on: date
    partnership: int
    done_before: bool
    quantity: int
    ends_on: date
    first: int


type Share = tuple[int, int]
"""Which part of the work, of how many: (0, 1) is all."""
ALL: Share = (0, 1)


def next_clients(
    day: date, run: int, *, after: int, size: int = CHUNK, since: date = EVER, share: Share = ALL
) -> list[int]:
    """The clients of the next `size` products that are due, by primary key; of a worker's share
    only, so that workers seldom wait for each other."""
    values = {"since": since, "day": day, "run": run, "after": after, "size": size}
    with connection.cursor() as cursor:
        cursor.execute(sql.NEXT_CLIENTS, values | {"share": share[0], "workers": share[1]})
        return [client for (client,) in cursor.fetchall()]


def lock_clients(cursor: Cursor, clients: Sequence[int], *, wait: bool) -> list[int]:
    """Those of the clients that nobody else holds, locked: while a chunk is made, no partnership
    of theirs changes or ends. With `wait`, all of them."""
    how = "" if wait else "SKIP LOCKED"
    cursor.execute(sql.LOCK_CLIENTS.format(how=how), {"clients": list(clients)})
    return [client for (client,) in cursor.fetchall()]


def collect(cursor: Cursor, clients: Sequence[int], day: date, run: int) -> list[Group]:
    """Locks all that is due at the clients, which are locked, and groups it. The products stay in
    a temporary table: they never leave the database."""
    cursor.execute(sql.TEMPORARY)
    cursor.execute("TRUNCATE renewal_due")
    cursor.execute(sql.FILL, {"since": EVER, "day": day, "run": run, "clients": list(clients)})
    cursor.execute("ANALYZE renewal_due")
    cursor.execute(sql.GROUPS)
    return [Group(*row) for row in cursor.fetchall()]


def look(clients: Sequence[int], day: date, run: int, *, since: date = EVER) -> list[Group]:
    """The same without any lock or trace."""
    with connection.cursor() as cursor:
        cursor.execute(sql.LOOK, {"since": since, "day": day, "run": run, "clients": list(clients)})
        return [Group(*row) for row in cursor.fetchall()]


def keyed(groups: Iterable[tuple[Group, Any]]) -> dict[str, list[Any]]:
    """Groups with a value each, as the parameters of `sql.KEYED`."""
    pairs = list(groups)
    return {
        "clients": [group.client for group, _ in pairs],
        "types": [group.product_type for group, _ in pairs],
        "periods": [group.period for group, _ in pairs],
        "days": [group.starts_on for group, _ in pairs],
        "partnerships": [group.partnership for group, _ in pairs],
        "values": [value for _, value in pairs],
    }
