"""A driver: makes events through the services, one after the other, and retries nothing.

It is a process of its own. Of each event it writes a line into its ledger: what must come of it,
and what it saw of the transaction's end. A commit that PostgreSQL broke off has an unknown end;
the event's own row in `faults_event`, written in the same transaction, tells it afterwards.
"""

from __future__ import annotations

import json
import os
import random
import sys
import time
from pathlib import Path
from typing import Any, TextIO

ROLLED_BACK = 0.05
TENDERS = 0.01
MOST_DUE = 200
"""While more mails than this are due, the drivers wait: how fast a machine sends is its own affair,
and a minute after the last fault is promised for what it can send in that time."""
DUE = """
    SELECT count(*) FROM (
        SELECT FROM access_outgoingmail
        WHERE state = 'queued' AND next_attempt_at <= now() LIMIT %s
    ) AS due
"""


def main() -> None:
    os.environ.setdefault("DJANGO_SETTINGS_MODULE", "portal.settings")
    import django

    django.setup()
    from faults import sabotage

    sabotage.apply()
    drive(json.loads(sys.argv[1]))


class MeantError(Exception):
    """The transaction is to be rolled back after everything in it was done."""


def drive(order: dict[str, Any]) -> None:
    """`order`: number, events, each (seconds for one event at least), seed, ledger."""
    from faults.world import pairs_of, wishes

    seed, driver = order["seed"], order["number"]
    chance = random.Random(f"{seed} driver {driver}")  # noqa: S311 - no secret
    pairs, wished = pairs_of(seed, driver), wishes(seed)
    begun = time.monotonic()
    with Path(order["ledger"]).open("a") as ledger:
        for number in range(order["events"]):
            time.sleep(max(0.0, begun + number * order["each"] - time.monotonic()))
            wait_for_room()
            event = {"event": driver * 1_000_000 + number, "number": f"{driver}.{number}"}
            write(ledger, event | attempt(event, chance.choice(pairs), chance, wished))


def attempt(
    event: dict[str, Any], pair: Any, chance: random.Random, wished: list[str]
) -> dict[str, Any]:
    from django.db import DatabaseError, InterfaceError, connection, transaction

    from access.errors import Refused
    from faults import events

    roll_back, tender = chance.random() < ROLLED_BACK, chance.random() < TENDERS
    made, outcome, why = events.Made(), "committed", ""
    begun = time.time()
    try:
        with transaction.atomic():
            scene = events.Scene(pair, event["number"], chance, wished)
            made = events.tender_published(scene) if tender else events.happen(scene)
            with connection.cursor() as cursor:
                cursor.execute("INSERT INTO faults_event VALUES (%s)", [event["event"]])
            if roll_back:
                raise MeantError
            begun = time.time()
    except MeantError:
        outcome = "rolled back"
    except Refused as error:
        outcome, why = "refused", f"{type(error).__name__}: {error}"
    except (DatabaseError, InterfaceError) as error:
        outcome, why = "unknown", f"{type(error).__name__}: {error}"
        connection.close()
    return {
        "outcome": outcome,
        "why": why,
        "begun": begun,
        "ended": time.time(),
        "mails": made.mails,
        "untrue": made.untrue,
    }


def write(ledger: TextIO, line: dict[str, Any]) -> None:
    ledger.write(json.dumps(line) + "\n")
    ledger.flush()


def wait_for_room() -> None:
    """Until PostgreSQL answers, and the senders keep up: an event that can't begin is none."""
    from django.db import Error, connection

    while True:
        try:
            with connection.cursor() as cursor:
                cursor.execute(DUE, [MOST_DUE])
                if cursor.fetchone()[0] < MOST_DUE:
                    return
        except Error:
            connection.close()
        time.sleep(0.1)


if __name__ == "__main__":
    main()
