"""The arithmetic of an order line, step by step, for a reader: "why 52.08?" (M7).

The steps repeat what was frozen into the line; nothing is worked out anew. What a reader may see
is decided by `billing.sight` and handed in.
"""

from dataclasses import dataclass
from decimal import Decimal
from typing import Any

from django.utils.formats import number_format
from django.utils.translation import gettext as _

from billing.rules import ZERO, Basis


@dataclass(frozen=True)
class Step:
    """A line of the arithmetic: what is done, in words and figures, and what it comes to.
    `strong`: a result that the reader looks for."""

    label: str
    formula: str
    amount: Decimal
    strong: bool = False


def steps(line: Any, *, partners: bool) -> list[Step]:
    """From the price of one to what is charged, and, for a partner's eyes, to what it gets.

    `line` is an `OrderLine`, or anything with its figures; amounts are in the order's currency,
    excluding VAT. `partners`: with the partner rate, which only the partner may see.
    """
    found = [
        Step(
            _("Public price"),
            f"{line.quantity} × {_figure(line.price)}",
            line.list_total,
        ),
        *_public(line),
    ]
    if not partners:
        return found
    return [*found, *_partners(line)]


def _public(line: Any) -> list[Step]:
    if not line.tier_percent:
        return []
    return [
        Step(
            _("Volume tier: from %(units)d units, %(paid)d are paid in all")
            % {"units": line.tier_units, "paid": line.units},
            f"{_figure(line.list_total)} − {_percent(line.tier_percent)}",
            line.public_total,
            strong=line.basis == Basis.PUBLIC,
        )
    ]


def _partners(line: Any) -> list[Step]:
    if line.fixed_price is None:
        rate = Step(
            _("Partner rate"),
            f"{_figure(line.list_total)} − {_percent(line.partner_percent)}",
            line.after_rate,
        )
    else:
        rate = Step(
            _("Fixed partner price"),
            f"{line.quantity} × {_figure(line.fixed_price)}",
            line.after_rate,
        )
    found = [rate]
    if line.tier_percent:
        found.append(
            Step(
                _("Volume tier on the partner price"),
                f"{_figure(line.after_rate)} − {_percent(line.tier_percent)}",
                line.partner_total,
                strong=line.basis == Basis.PARTNER,
            )
        )
    difference = f"{_figure(line.public_total)} − {_figure(line.partner_total)}"
    if line.cashback > ZERO:
        found.append(Step(_("Your cashback"), difference, line.cashback, strong=True))
    elif line.discount > ZERO:
        found.append(Step(_("Your discount"), difference, line.discount, strong=True))
    return found


def _figure(amount: Decimal) -> str:
    return str(number_format(amount, 2, use_l10n=True, force_grouping=True))


def _percent(percent: Decimal) -> str:
    text = number_format(percent.normalize(), use_l10n=True) if percent % 1 else f"{percent:.0f}"
    return f"{text} %"
