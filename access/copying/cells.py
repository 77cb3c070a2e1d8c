"""Cells that no spreadsheet takes for a formula (T32): the rule, and the same rule in SQL."""

from collections.abc import Iterator
from decimal import Decimal
from typing import Any

STARTS_A_FORMULA = tuple("=+-@\t\r\n\x00＝＋－＠")
BEFORE_IT = " \t\r\n\x00'\"\u00a0\u3000\ufeff"

LAST_CODE = 0x10FFFF
WORTH_A_QUESTION = 10  # a shorter run of harmless first characters is left to the pattern


def neutral(value: Any) -> Any:
    """The cell as text that no spreadsheet takes for a formula; numbers stay numbers (T32)."""
    if value is None:
        return ""
    if isinstance(value, int | Decimal):
        return value
    text = str(value)
    if text.startswith(STARTS_A_FORMULA) or text.lstrip(BEFORE_IT).startswith(STARTS_A_FORMULA):
        return "'" + text
    return text


def pattern() -> str:
    """The regular expression of PostgreSQL that matches the texts which `neutral` changes.

    NUL is left out: no text of PostgreSQL holds it.
    """
    at_once = "".join(sign for sign in STARTS_A_FORMULA if sign in BEFORE_IT)
    after_blanks = "".join(sign for sign in STARTS_A_FORMULA if sign not in BEFORE_IT)
    return f"^({_one_of(at_once)}|{_one_of(BEFORE_IT)}*{_one_of(after_blanks)})"


def _one_of(signs: str) -> str:
    signs = signs.replace("\x00", "")
    # A hyphen between two others would be a range.
    return "[" + signs.replace("-", "") + ("-" if "-" in signs else "") + "]"


def harmless() -> list[tuple[int, int]]:
    """Runs of first characters (first and last code point) with which a text can't be a formula.

    Most texts begin with a letter or a digit: to look at one character costs a tenth of matching
    the pattern. The run of the Latin letters comes first.
    """
    return sorted(_runs(), key=lambda run: not run[0] <= ord("A") <= run[1])


def _runs() -> Iterator[tuple[int, int]]:
    marks = sorted({ord(sign) for sign in (*STARTS_A_FORMULA, *BEFORE_IT)})
    for mark, following in zip(marks, [*marks[1:], LAST_CODE + 1], strict=True):
        if following - mark > WORTH_A_QUESTION:
            yield mark + 1, following - 1


def neutral_sql(text: str) -> tuple[str, list[Any]]:
    """SQL that does to the expression `text` what `neutral` does; an empty text becomes NULL,
    which COPY writes without quotes."""
    first = " OR ".join(f"ascii({text}) BETWEEN {low} AND {high}" for low, high in harmless())
    sql = (
        f"CASE WHEN {first} THEN {text} WHEN {text} = '' THEN NULL"
        f""" WHEN {text} COLLATE "C" ~ %s THEN '''' || {text} ELSE {text} END"""
    )
    return sql, [pattern()]
