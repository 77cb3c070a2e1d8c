"""What should have left, against what the sink kept: nothing here asks a server.

`Evidence` is what the run wrote down; `judge` answers the figures and the broken promises.
"""

from __future__ import annotations

from collections import Counter, defaultdict
from collections.abc import Iterable
from dataclasses import dataclass, field
from typing import Any

from faults.sink import Delivery, part_of

CROSSED = 2.0
"""Seconds for which a mail may still be on its way that was true when it was begun."""
AFTER_YES = 3.0
"""Seconds from the server's yes to the commit of the mark, on a machine that is busy."""
ON_THE_WAY = 0.5
"""Seconds for which the yes may be on its way when the connection is cut."""
SHOWN = 5
DRAINED = 60.0

Key = tuple[str, str]


@dataclass(frozen=True)
class Fault:
    """Something that was broken on purpose, and how long it stayed so (seconds since the epoch)."""

    kind: str
    begun: float
    ended: float


@dataclass(frozen=True)
class Row:
    """A mail of the outbox."""

    event: str
    address: str
    message_id: str
    state: str
    attempts: int = 1

    @property
    def key(self) -> Key:
        return self.event, self.address.lower()


@dataclass
class Evidence:
    """All that a run left: the drivers' ledgers, which events' rows exist, the outbox, what the
    sink kept, what was broken, and how long it took afterwards until nothing was due."""

    events: list[dict[str, Any]]
    existing: set[int]
    rows: list[Row]
    kept: list[Delivery]
    faults: list[Fault]
    drained: float | None = 0.0


@dataclass
class Verdict:
    """The figures of a run, and the promises that it broke, in words."""

    figures: dict[str, Any]
    broken: list[str]

    @property
    def ok(self) -> bool:
        return not self.broken


@dataclass
class Expected:
    """A mail that must come of a committed event; `untrue` is when a later one took it back."""

    committed: float
    untrue: float | None = None


@dataclass
class _Judge:
    evidence: Evidence
    counts: Counter[str] = field(default_factory=Counter)
    broken: dict[str, list[str]] = field(default_factory=lambda: defaultdict(list))
    longest: float = 0.0

    def __post_init__(self) -> None:
        self.rows = {row.key: row for row in self.evidence.rows}
        self.by_id = {row.message_id: row for row in self.evidence.rows}
        self.kept: dict[str, list[Delivery]] = defaultdict(list)
        for delivery in sorted(self.evidence.kept, key=lambda one: one.kept):
            self.kept[delivery.message_id].append(delivery)

    def blame(self, promise: str, what: str) -> None:
        self.broken[promise].append(what)


def judge(evidence: Evidence) -> Verdict:
    """The verdict on a run."""
    work = _Judge(evidence)
    expected = _expected(work)
    for key, one in expected.items():
        _one(work, key, one)
    _unexpected(work, expected)
    _copies(work)
    if evidence.drained is None or evidence.drained > DRAINED:
        waited = "never" if evidence.drained is None else f"after {evidence.drained:.0f} s"
        work.blame("not drained", f"drained {waited}, promised are {DRAINED:.0f} s")
    broken = [
        f"{promise}: {len(found)}, e.g. {'; '.join(found[:SHOWN])}"
        for promise, found in sorted(work.broken.items())
    ]
    return Verdict(_figures(work, expected), broken)


# ---- What was expected ---------------------------------------------------------------------------


def _expected(work: _Judge) -> dict[Key, Expected]:
    """The mails of the events that were committed, whoever saw it; a commit that was answered and
    is not there, or the other way round, is a broken promise of its own."""
    expected: dict[Key, Expected] = {}
    committed = [event for event in work.evidence.events if _was_committed(work, event)]
    for event in committed:
        for key, address in event["mails"]:
            expected[key, address.lower()] = Expected(event["ended"])
    by_event = defaultdict(list)
    for key, one in expected.items():
        by_event[key[0]].append(one)
    for event in committed:
        for key in event["untrue"]:
            for one in by_event[key]:
                one.untrue = min(one.untrue or event["ended"], event["ended"])
    return expected


def _was_committed(work: _Judge, event: dict[str, Any]) -> bool:
    exists = event["event"] in work.evidence.existing
    work.counts[f"events {event['outcome']}"] += 1
    if event["outcome"] == "unknown":
        work.counts["unknown events that were committed"] += exists
    elif exists != (event["outcome"] == "committed"):
        work.blame("transactions lost", f"event {event['number']}: {event['outcome']}")
    work.counts["events"] += exists
    return exists


# ---- One mail ------------------------------------------------------------------------------------


def _one(work: _Judge, key: Key, one: Expected) -> None:
    """Delivered once to whom it was for, or one of the two reasons why it was not."""
    row = work.rows.get(key)
    kept = work.kept.get(row.message_id, []) if row else []
    if row is None:
        work.blame("lost", f"{key[0]} for {key[1]} is not in the outbox")
    elif kept:
        _delivered(work, row, kept[0], one)
    elif row.state == "obsolete" and one.untrue is not None:
        work.counts["obsolete"] += 1
    elif row.state == "failed" and part_of(row.address) == "never":
        work.counts["failed as scripted"] += 1
    else:
        work.blame("lost", f"{key[0]} for {key[1]} is {row.state} and was never kept")


def _delivered(work: _Judge, row: Row, first: Delivery, one: Expected) -> None:
    work.counts["delivered"] += 1
    if first.address.lower() != row.address.lower():
        work.blame("misled", f"{row.event} for {row.address} went to {first.address}")
    unmarked = is_explained(first, work.evidence.faults)
    cut_short = row.state == "obsolete" and one.untrue is not None and unmarked
    if row.state != "sent" and not cut_short:
        work.blame("not marked", f"{row.event} for {row.address} left and is {row.state}")
    if one.untrue is None:
        work.longest = max(work.longest, first.kept - one.committed)
    elif first.begun > one.untrue + CROSSED:
        late = first.begun - one.untrue
        work.blame("phantom", f"{row.event} for {row.address}, {late:.1f} s after it was untrue")
    elif first.begun > one.untrue:
        work.counts["crossed"] += 1


# ---- Mails that nobody expected ------------------------------------------------------------------


def _unexpected(work: _Judge, expected: dict[Key, Expected]) -> None:
    """Kept mails that belong to no row, and rows that belong to no committed event."""
    prints = {
        delivery.print
        for message_id, kept in work.kept.items()
        if message_id in work.by_id
        for delivery in kept
    }
    for message_id, kept in work.kept.items():
        row, delivery = work.by_id.get(message_id), kept[0]
        if row is None and delivery.print in prints:
            work.blame("wrong ids", f"{message_id} for {delivery.address} is another mail's copy")
        elif row is None:
            work.blame("phantom", f"{message_id} for {delivery.address} is in no outbox")
        elif row.key not in expected:
            work.blame("phantom", f"{row.event} for {row.address} comes of no event")
    for row in work.evidence.rows:
        if row.key not in expected and row.message_id not in work.kept:
            work.blame("phantom", f"{row.event} for {row.address} waits, of no event")


# ---- Copies --------------------------------------------------------------------------------------


def _copies(work: _Judge) -> None:
    """A copy is allowed only where something broke between the mail's DATA and our commit."""
    for message_id, kept in work.kept.items():
        for earlier in kept[:-1]:
            if is_explained(earlier, work.evidence.faults):
                work.counts["copies explained"] += 1
            else:
                work.blame("copies", f"{message_id} for {earlier.address} left again")


def is_explained(delivery: Delivery, faults: Iterable[Fault]) -> bool:
    """Whether the sender could not mark this mail as sent: it never got the answer, or something
    broke before its commit. What it had written before it was killed may be read, and kept,
    afterwards."""
    if delivery.answered is None:
        return True
    return any(
        fault.begun <= delivery.answered + BREAKING[fault.kind] and fault.ended >= delivery.begun
        for fault in faults
        if fault.kind in BREAKING
    )


BREAKING = {
    **dict.fromkeys(
        ("sender killed", "worker killed", "beat killed", "PostgreSQL restarted"), AFTER_YES
    ),
    **dict.fromkeys(("mail server stopped", "mail server mute", "connections cut"), ON_THE_WAY),
}
"""Faults that may come between the yes and the mark, and how many seconds after the yes. A broker
that is flushed or killed is none."""


# ---- Figures -------------------------------------------------------------------------------------


def _figures(work: _Judge, expected: dict[Key, Expected]) -> dict[str, Any]:
    evidence, counts = work.evidence, work.counts
    seconds = Counter(int(delivery.kept) for delivery in evidence.kept)
    return {
        "events made": len(evidence.events),
        "events committed": counts["events"],
        "events rolled back on purpose": counts["events rolled back"],
        "events refused": counts["events refused"],
        "events of unknown end": counts["events unknown"],
        "  of these committed": counts["unknown events that were committed"],
        "mails expected (events × recipients)": len(expected),
        "delivered (distinct Message-IDs)": counts["delivered"],
        "obsolete before they left": counts["obsolete"],
        "failed as scripted (5xx)": counts["failed as scripted"],
        "sent while being taken back": counts["crossed"],
        "lost": len(work.broken["lost"]),
        "phantom": len(work.broken["phantom"]),
        "wrong Message-IDs": len(work.broken["wrong ids"]),
        "copies explained": counts["copies explained"],
        "copies unexplained": len(work.broken["copies"]),
        "faults": dict(Counter(fault.kind for fault in evidence.faults)),
        "most mails in a second": max(seconds.values(), default=0),
        "drained after (s)": None if evidence.drained is None else round(evidence.drained, 1),
        "longest wait (s)": round(work.longest, 1),
    }
