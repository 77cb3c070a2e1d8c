"""Cells that no spreadsheet takes for a formula (T32): the rule, and the same rule in SQL."""

from decimal import Decimal
from typing import Any

STARTS_A_FORMULA = tuple("=+-@\t\r\n\x00＝＋－＠")
BEFORE_IT = " \t\r\n\x00'\"\u00a0\u3000\ufeff"

# The same for PostgreSQL, whose texts hold no NUL.
AT_ONCE = "".join(STARTS_A_FORMULA).replace("\x00", "")
BLANKS = BEFORE_IT.replace("\x00", "")
FORMULA = "".join(sign for sign in AT_ONCE if sign not in BLANKS)
SUSPECT = AT_ONCE + "".join(sign for sign in BLANKS if sign not in AT_ONCE)


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
    """The regular expression of PostgreSQL for a formula after blanks or quotes."""
    return f"^[{_signs(BLANKS)}]*[{_signs(FORMULA)}]"


def _signs(signs: str) -> str:
    # A hyphen between two others would be a range.
    return signs.replace("-", "") + ("-" if "-" in signs else "")


def _codes(signs: str) -> str:
    return ", ".join(str(ord(sign)) for sign in signs)


def neutral_sql(text: str) -> tuple[str, list[Any]]:
    """SQL that does to the expression `text` what `neutral` does; an empty text becomes NULL,
    which COPY writes without quotes.

    The first character tells nearly always, by one look into a hashed list, and costs a tenth of
    matching the pattern.
    """
    first = f"ascii({text})"
    sql = (
        f"CASE WHEN {first} NOT IN (0, {_codes(SUSPECT)}) THEN {text}"
        f" WHEN {first} = 0 THEN NULL"
        f" WHEN {first} IN ({_codes(AT_ONCE)}) THEN '''' || {text}"
        f' WHEN {text} COLLATE "C" ~ %s'
        f" THEN '''' || {text} ELSE {text} END"
    )
    return sql, [pattern()]
