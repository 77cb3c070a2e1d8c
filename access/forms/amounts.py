"""Amounts as people type them."""

import re
from typing import Any

from django import forms
from django.utils.formats import get_format

# Thousands with one kind of sign between them, or none; then, after another sign, the decimals.
_NUMBER = re.compile(
    r"(?P<sign>[+-]?)"
    r"(?P<whole>\d+|\d{1,3}(?P<between>[ \u00a0\u2009\u202f'’.,])\d{3}(?:(?P=between)\d{3})*)"
    r"(?:(?P<point>[.,])(?P<rest>\d*))?"
)


class AmountField(forms.DecimalField):
    """A decimal number as the page shows it, or as the reader writes it: 1234.50, 1’234.50,
    1 234,50 and 1.234,50 are the same. A lone sign before three digits stands between thousands
    where the language has it there: 1.234 in German of Germany, 1,234 in English."""

    def __init__(self, **options: Any) -> None:
        super().__init__(localize=True, **options)

    def to_python(self, value: Any) -> Any:
        return super().to_python(plain(value.strip()) if isinstance(value, str) else value)


def plain(text: str) -> str:
    """The number with a point before its decimals and nothing between its thousands. What is no
    number stays as it is, for the field to refuse."""
    found = _NUMBER.fullmatch(text)
    if found is None:
        return text
    whole, between, point, rest = found.group("whole", "between", "point", "rest")
    if point and point == between:
        return text
    # No thousand begins with a nought: "0,500" is a half, or a mistake, and never 500.
    lone = point and not between and len(rest) == 3 and len(whole) <= 3 and whole[0] != "0"
    if lone and point == get_format("THOUSAND_SEPARATOR"):
        whole, point = whole + rest, None
    digits = re.sub(r"\D", "", whole)
    return f"{found.group('sign')}{digits}" + (f".{rest}" if point else "")
