"""Tenders: 1,000 partners that want one, 100,000 that are past (T2, T3).

The mails to partners are one statement; its floor is a bare INSERT … SELECT of the very rows that
it wrote, taken from a temporary table, in the same run. The board and the matching are counted: in
queries, and in blocks that PostgreSQL looks at.
"""

import os
from typing import Any

from bench.renewals import Server

PARTNERS, PAST, OPEN = 1_000, 100_000, 300
TURNS = 7
MOST_RATIO = 4.0
MOST_BLOCKS = 300
MOST_QUERIES = 20
"""Of a whole page of the board: signing in, the frame around it, and the list itself."""


def run() -> list[dict[str, Any]]:
    server = Server(os.environ["DATABASE_URL"], program="bench.tenders_child")
    try:
        server.create("tenders")
        server.child("tenders", "migrate")
        server.child("tenders", "fill", PARTNERS, PAST, OPEN)
        spread = server.child("tenders", "spread", TURNS)
        board = server.child("tenders", "board")
    finally:
        server.drop_all()
    return [*_mails(spread), *_pages(board)]


def _mails(spread: dict[str, Any]) -> list[dict[str, Any]]:
    ratio = min(spread["ours"]) / min(spread["floor"])
    return [
        {
            "name": "mails to partners: times a bare INSERT … SELECT",
            "value": round(ratio, 2),
            "limit": f"≤ {MOST_RATIO}",
            "ok": ratio <= MOST_RATIO and spread["rows"] == PARTNERS,
            "note": f"{spread['rows']} rows in {min(spread['ours']) * 1000:.0f} ms, bare "
            f"{min(spread['floor']) * 1000:.0f} ms; the best of {TURNS} turns each",
        },
        _counted("publishing: queries of the task", spread["queries"], 10),
    ]


def _pages(board: dict[str, Any]) -> list[dict[str, Any]]:
    figures = []
    for name, page in board.items():
        note = f"{page['ms']:.0f} ms, {page['rows']} rows of {PAST + OPEN} tenders"
        figures.append(
            _counted(f"{name}: queries of the page", page["queries"], MOST_QUERIES, note)
        )
        figures.append(_counted(f"{name}: blocks of its list", page["blocks"], MOST_BLOCKS, note))
    return figures


def _counted(name: str, value: int, limit: int, note: str = "") -> dict[str, Any]:
    return {"name": name, "value": value, "limit": f"≤ {limit}", "ok": value <= limit, "note": note}
