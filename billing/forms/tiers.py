"""Volume tiers in one box, a line for each: "10: 5" is 5 percent off from 10 units on."""

import re
from collections.abc import Sequence
from decimal import Decimal
from typing import Any

from django import forms
from django.core.exceptions import ValidationError
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from billing.rules import Tier

LINE = re.compile(r"(\d{1,9})\s*[:;=\t ]\s*(\d{1,3}(?:[.,]\d{1,2})?)\s*%?")
NO_TIERS = "-"


def as_lines(tiers: Sequence[Tier]) -> str:
    """The tiers as the box shows them."""
    return "\n".join(f"{tier.units}: {_short(tier.percent)}" for tier in sorted(tiers))


def in_words(tiers: Sequence[Tier]) -> str:
    """The tiers in one line: "10+: −5 %, 35+: −25 %"."""
    return ", ".join(f"{tier.units}+: −{_short(tier.percent)} %" for tier in sorted(tiers))


def _short(percent: Decimal) -> str:
    return f"{percent.normalize():f}"


class TiersField(forms.CharField):
    """A box for volume tiers. Empty is None where `empty` is None, else no tiers; a lone "-"
    always means no tiers."""

    widget = forms.Textarea
    default_help = gettext_lazy(
        "One tier a line: from how many units on, and how many percent off, such as “10: 5”."
    )

    def __init__(self, *, empty: tuple[Tier, ...] | None = (), **options: Any) -> None:
        options.setdefault("help_text", self.default_help)
        super().__init__(required=False, **options)
        self.empty_tiers = empty

    def prepare_value(self, value: Any) -> Any:
        if value is None or isinstance(value, str):
            return value
        return as_lines(value) or (NO_TIERS if self.empty_tiers is None else "")

    def clean(self, value: Any) -> Any:
        text = super().clean(value)
        lines = [line.strip() for line in text.splitlines() if line.strip()]
        if not lines:
            return self.empty_tiers
        if lines == [NO_TIERS]:
            return ()
        return tuple(_tier(line) for line in lines)

    def has_changed(self, initial: Any, data: Any) -> bool:
        return super().has_changed(self.prepare_value(initial), data)


def _tier(line: str) -> Tier:
    found = LINE.fullmatch(line)
    if found is None:
        raise ValidationError(
            _("“%(line)s” is no tier: write the units, a colon and the percentage, as in 10: 5.")
            % {"line": line[:40]}
        )
    return Tier(int(found[1]), Decimal(found[2].replace(",", ".")))
