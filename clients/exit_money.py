"""What the house of money says when a partnership ends (L6).

`clients` knows nothing of invoices and cashback: what does registers a function here, and the end
page and the exit sheet show its sentences.
"""

from collections.abc import Callable
from typing import TYPE_CHECKING

from clients.rules import Side

if TYPE_CHECKING:
    from clients.models import Partnership

type Teller = Callable[["Partnership", Side], list[str]]
"""Sentences for the reader of one side about a partnership that ends or has ended."""

_tellers: list[Teller] = []


def add(teller: Teller) -> None:
    _tellers.append(teller)


def sentences(partnership: "Partnership", side: Side) -> list[str]:
    return [sentence for teller in _tellers for sentence in teller(partnership, side)]
