"""Writing the samples: in a transaction that is always rolled back, so that nobody ever sees
their rows, and without holding up whoever works meanwhile."""

from collections.abc import Iterator
from contextlib import contextmanager

from django.db import connection, transaction
from django.utils import translation

from access import letters
from clients.rules import Side
from portal.mail_samples.registry import Case, kinds
from portal.mail_samples.world import ADDRESS, AGENT, OWNER, World

PATIENCE = "SET LOCAL lock_timeout = '2s'; SET LOCAL statement_timeout = '10s'"


class NothingWritten(Exception):
    """A letter took its sample for no longer true: the sample is to be mended."""


@contextmanager
def rehearsal() -> Iterator[World]:
    """A world that ends with the block: its rows are rolled back, whatever happens."""
    with transaction.atomic():
        try:
            with connection.cursor() as cursor:
                cursor.execute(PATIENCE)
            yield World()
        finally:
            transaction.set_rollback(True)


def draft(kind: str, case: str) -> letters.Letter:
    """The letter of a sample, in the language in use."""
    with rehearsal() as world:
        found = letters.registry[kind](kinds[kind].case(case).facts(world))
    if found is None:
        raise NothingWritten(f"{kind}, case {case}")
    return found


def write(kind: str, case: Case, language: str) -> letters.Rendered:
    """A sample as its reader would get it."""
    with rehearsal() as world:
        with translation.override(language):
            facts = case.facts(world)
        name = AGENT if facts.get("reader") == Side.PARTNER else OWNER
        found = letters.write(kind, facts, language=language, name=name, address=ADDRESS)
    if found is None:
        raise NothingWritten(f"{kind}, case {case.key}")
    return found
