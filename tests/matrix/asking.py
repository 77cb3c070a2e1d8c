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
from tests.matrix.expected import ROWS, answer, canaries

CANARY = re.compile(r"zq[a-z]+", re.IGNORECASE)
NOBODY = "2" * 16  # well formed, and of nothing


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
    """Everything of an answer that its reader gets: the body, however it comes, and headers."""
    body = b"".join(response) if response.streaming else response.content  # type: ignore[call-overload, attr-defined]
    return body.decode() + "\n".join(response.headers.values())


def status_of(response: HttpResponseBase) -> int | str:
    if response.status_code not in (301, 302):
        return response.status_code
    return "login" if response.headers["Location"].startswith("/accounts/login/") else "moves on"


def pages(cast: Cast) -> Iterator[tuple[str, str, str, str]]:
    """Each page in the client's and in the partner's organisation: name, organisation, which of
    the objects ("one" of the products, the "boss" among the members), and path."""
    for name, row in ROWS.items():
        for slug in (CLIENT, PARTNER):
            for key, found in _things(cast, slug, row.thing).items():
                yield name, slug, key, reverse(name, args=[slug, found] if found else [slug])


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
    if thing == "access":
        return {"": cast.accesses[slug].public_id}
    return {"": cast.partnership.public_id if cast.partnership else NOBODY}


def is_turn(
    persona: str, slug: str, name: str, key: str, state: str, *, method: str = "GET"
) -> bool:
    """Whether to try the page now. What is refused in every state alike, nine cells of ten, is
    tried in two of the states, in turn; in all of them with MATRIX=full."""
    if os.environ.get("MATRIX") == "full" or not _always_refused(persona, slug, name, key, method):
        return True
    turn = crc32(f"{persona} {slug} {name} {key}".encode())
    return (turn + list(STATES).index(state)) % 7 == 0


@cache
def _always_refused(persona: str, slug: str, name: str, key: str, method: str) -> bool:
    answers = {answer(persona, slug, name, each, key=key, method=method) for each in STATES}
    return len(answers) == 1 and answers <= {403, 404, 405}


def wrong_canaries(response: HttpResponseBase, persona: str, state: str, *known: str) -> set[str]:
    """The canaries in an answer that its reader may not read; what they asked for they know."""
    text = text_of(response)
    for part in known:
        text = text.replace(part, "")
    found = {word.lower() for word in CANARY.findall(text)}
    return (found & EVERY_CANARY) - canaries(persona, state)
