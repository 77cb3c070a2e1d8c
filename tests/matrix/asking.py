"""Tools of the matrix: asking a page, reading its whole answer, and watching what it writes."""

import os
import re
from collections.abc import Iterator
from contextlib import contextmanager
from functools import cache
from typing import Any
from zlib import crc32

from django.db import connection
from django.http import HttpResponseBase
from django.urls import reverse

from tests.matrix.cast import CLIENT, EVERY_CANARY, PARTNER, STATES, Cast, keys_of
from tests.matrix.expected import ACCOUNTING, OF_MONEY, answer, canaries
from tests.matrix.money import EVERY_FIGURE, figures_in, last_month
from tests.matrix.rows import MONEY, PROGRAMME, ROWS, Row

DRAWN = re.compile(r"""(csrfmiddlewaretoken" value="|nonce="|'nonce-)[^"']+""")
"""Random letters of an answer: sooner or later they spell a canary."""
PASSING_HEADERS = ("X-Request-ID", "ETag", "Expires")  # other ones each time
CANARY = re.compile(r"zq[a-z]+", re.IGNORECASE)
NOBODY = "2" * 16  # well formed, and of nothing
KEYS: dict[str, dict[str, tuple[str, ...]]] = {
    "order": {CLIENT: ("client", "partner", "waiting", "second"), PARTNER: ("own", "client")},
    "client order": {
        CLIENT: ("client",),
        PARTNER: ("client", "partner", "waiting", "second", "owned"),
    },
    "entry": {CLIENT: ("client", "partner"), PARTNER: ("partner", "client")},
    "asked": {CLIENT: ("client", "partner"), PARTNER: ("partner", "pay out", "client")},
    "invoice": {CLIENT: ("client", "partner"), PARTNER: ("own", "partner", "client")},
    "open invoice": {CLIENT: ("client", "second"), PARTNER: ("own", "client")},
    "received": {CLIENT: ("issued", "draft"), PARTNER: ("issued",)},
    "bill": {CLIENT: ("issued",), PARTNER: ("issued", "draft")},
    "bill line": {CLIENT: ("draft",), PARTNER: ("issued", "draft")},
    "markup": {CLIENT: ("general",), PARTNER: ("general", "of the client")},
}
"""Which objects of money are tried in each organisation: its own, and the other side's."""
SAME_ROWS = {"client order": "order", "received": "bill", "open invoice": "invoice"}


class WroteError(AssertionError):
    """A request wrote what it may not."""


@contextmanager
def writing_only(*tables: str) -> Iterator[None]:
    """Inside, no statement may write but to these tables and to the visitor's own session."""
    allowed = {"django_session", *tables}

    def watch(execute: Any, sql: str, params: Any, many: bool, context: Any) -> Any:
        writes = re.match(
            r'\s*(?:INSERT INTO|UPDATE|DELETE FROM|TRUNCATE)\s+"?(\w+)', sql, re.IGNORECASE
        )
        if writes and writes[1] not in allowed:
            raise WroteError(sql)
        return execute(sql, params, many, context)

    with connection.execute_wrapper(watch):
        yield


def text_of(response: HttpResponseBase) -> str:
    """Everything of an answer that its reader gets, but for letters drawn anew each time: the body,
    however it comes, and headers."""
    body = b"".join(response) if response.streaming else response.content  # type: ignore[call-overload, attr-defined]
    headers = [value for name, value in response.headers.items() if name not in PASSING_HEADERS]
    return DRAWN.sub("", "\n".join([body.decode(errors="replace"), *headers]))


def status_of(response: HttpResponseBase) -> int | str:
    if response.status_code not in (301, 302):
        return response.status_code
    return "login" if response.headers["Location"].startswith("/accounts/login/") else "moves on"


def pages(cast: Cast, rows: dict[str, Row] = ROWS) -> Iterator[tuple[str, str, str, str]]:
    """Each page in the client's and in the partner's organisation: name, organisation, which of
    the objects ("one" of the products, the "boss" among the members), and path."""
    for name, row in rows.items():
        for slug in (CLIENT, PARTNER):
            for key, found in _things(cast, slug, row.thing).items():
                path = reverse(name, args=[slug, found] if found else [slug])
                query = row.query.format(last_month=f"{last_month():%Y-%m}")
                yield name, slug, key, path + query


def _things(cast: Cast, slug: str, thing: str) -> dict[str, str]:
    """The objects with which a page is tried, by key; a page without object has one, of none."""
    if not thing:
        return {"": ""}
    if thing == "product":
        return {key: cast.products[key].public_id for key in keys_of(CLIENT)}
    if thing == "member":
        return {key: cast.members[slug, key].public_id for key in ("boss", "plain")}
    if thing == "member invitation":
        return {"": cast.invitations[slug].public_id}
    if thing in OF_MONEY:
        rows = SAME_ROWS.get(thing, thing)
        return {key: cast.money.get((rows, key), NOBODY) for key in KEYS[thing][slug]}
    if thing == "access":
        return {"": cast.accesses[slug].public_id}
    return {"": cast.partnership.public_id if cast.partnership else NOBODY}


def is_turn(
    persona: str, slug: str, name: str, key: str, state: str, *, method: str = "GET"
) -> bool:
    """Whether to try the page now. What is refused in every state alike, nine cells of ten, is
    tried in two of the states, in turn; in all of them with MATRIX=full."""
    if os.environ.get("MATRIX") == "full":
        return True
    answers = _answers(persona, slug, name, key, method)
    turn = crc32(f"{persona} {slug} {name} {key}".encode())
    if name in MONEY or name in PROGRAMME:
        return _is_turn_of_money(turn, answers, state)
    always_refused = len(set(answers.values())) == 1 and answers[state] in (403, 404, 405)
    return not always_refused or (turn + list(STATES).index(state)) % 7 == 0


def _is_turn_of_money(turn: int, answers: dict[str, int | str], state: str) -> bool:
    """These pages are many: of the states with the same answer one is tried."""
    alike = [each for each in STATES if answers[each] == answers[state]]
    return (alike.index(state) + turn) % len(alike) == 0


@cache
def _answers(persona: str, slug: str, name: str, key: str, method: str) -> dict[str, int | str]:
    return {state: answer(persona, slug, name, state, key=key, method=method) for state in STATES}


def canaries_in(text: str) -> set[str]:
    """The words and figures in a text that stand in one place only."""
    words = {word.lower() for word in CANARY.findall(text)}
    return (words & (EVERY_CANARY | EVERY_FIGURE)) | figures_in(text)


def wrong_canaries(
    response: HttpResponseBase,
    persona: str,
    state: str,
    *known: str,
    accounting: frozenset[str] = ACCOUNTING,
) -> set[str]:
    """The canaries in an answer that its reader may not read; what they asked for they know."""
    text = text_of(response)
    for part in known:
        text = text.replace(part, "")
    return canaries_in(text) - canaries(persona, state, accounting)
