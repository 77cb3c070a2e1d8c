"""One key for one movement, the same in every file that reports it (M9, T15)."""

import hashlib
from collections import Counter
from collections.abc import Iterable, Iterator
from dataclasses import replace

from .entries import Booked
from .records import BankCredit


def with_keys(statements: Iterable[Iterable[Booked]]) -> Iterator[BankCredit]:
    """The movements, each with its key and each key once.

    The bank's own reference (AcctSvcrRef) makes the key, with account, direction and amount. The
    day joins it where the booking has none, and the payment's references where it covers several
    movements; then a number tells those apart that are equal in all that: equal movements of one
    booking, or of one statement. A movement that a file reports twice is left out the second time.
    """
    seen: dict[str, BankCredit] = {}
    for statement in statements:
        equal: Counter[tuple[object, ...]] = Counter()
        for booked in statement:
            credit = booked.credit
            made_of = _made_of(booked)
            key = _digest(*made_of)
            if booked.shared:
                equal[booked.scope, *made_of] += 1
                key = _digest(*made_of, str(equal[booked.scope, *made_of]))
            if seen.setdefault(key, credit) != credit:
                key = _digest(key, credit.booked_on.isoformat(), credit.reference, *_words(credit))
                seen.setdefault(key, credit)
            if seen[key] is credit:
                yield replace(credit, key=key)


def _made_of(booked: Booked) -> tuple[str, ...]:
    credit = booked.credit
    made_of: tuple[str, ...] = (
        credit.account,
        booked.word,
        "credit" if credit.credit else "debit",
        str(credit.amount),
        credit.currency,
    )
    if booked.shared:
        made_of += (credit.reference, credit.end_to_end_id)
    if not booked.word or booked.word.startswith("/"):
        made_of += (credit.booked_on.isoformat(),)
    return made_of


def _words(credit: BankCredit) -> tuple[str, ...]:
    return credit.end_to_end_id, credit.payer, credit.text, str(credit.reversal)


def _digest(*parts: str) -> str:
    return hashlib.sha256("\x1f".join(parts).encode()).hexdigest()
