"""What a document to print consists of: plain values, no models, no queries, no clock.

All money is `Decimal` in the document's `currency`. Prices and net amounts exclude VAT; `total` and
`payable` include it. A credit note's amounts are positive, too: its kind says which way they go.
Texts of people (names, product names, notes) are plain text: what looks like HTML in them is
printed as it stands (T33).
"""

import datetime
import re
from dataclasses import dataclass
from decimal import Decimal
from typing import Literal

from billing.documents.errors import WrongDocument

type Currency = Literal["CHF", "EUR"]
type Kind = Literal["invoice", "credit_note", "rebill"]
# The codes of EN 16931: standard rate, reverse charge, export, outside the scope of VAT.
type Category = Literal["S", "AE", "G", "O"]

ZERO = Decimal("0.00")
COLOUR = re.compile(r"#[0-9a-fA-F]{6}")
LANGUAGES = ("en", "fr", "de", "it", "es")


@dataclass(frozen=True, slots=True, kw_only=True)
class Party:
    """Who sells or buys. `country` is the ISO code of two letters."""

    name: str
    street: str = ""
    postcode: str = ""
    city: str = ""
    country: str
    vat_number: str = ""
    registration_number: str = ""
    email: str = ""


@dataclass(frozen=True, slots=True, kw_only=True)
class Line:
    """One line; `net` is what it costs without VAT after all that `notes` explain (M7).

    `quantity` × `unit_price` is the public price. `notes` are the steps from there to `net`, as
    sentences in the document's language ("−20 % partner price").
    """

    text: str
    detail: str = ""
    quantity: Decimal | int
    unit_price: Decimal
    notes: tuple[str, ...] = ()
    net: Decimal
    vat_percent: Decimal


@dataclass(frozen=True, slots=True, kw_only=True)
class VatTotal:
    """VAT of all lines with one rate. `mention`: why none is charged (needed unless S)."""

    category: Category
    percent: Decimal
    net: Decimal
    vat: Decimal
    mention: str = ""


@dataclass(frozen=True, slots=True, kw_only=True)
class Document:
    """An invoice, a credit note, or a partner's own invoice to its client (rebill, B12).

    `paid` is what was already settled (prepaid account), `payable` = `total` − `paid`. A Swiss
    payment part is printed when `payable` is above zero and `iban` is of CH or LI; it needs
    `reference`: 27 digits with a QR-IBAN, else "RF…" (M8). `corrects` is the number of the invoice
    that a credit note corrects. `logo` is the bytes of a PNG or JPEG. Empty `title` gives the
    kind's name in `language`.
    """

    kind: Kind
    number: str
    issued_on: datetime.date
    due_on: datetime.date | None = None
    language: str
    currency: Currency
    seller: Party
    buyer: Party
    lines: tuple[Line, ...]
    vat_totals: tuple[VatTotal, ...]
    net: Decimal
    vat: Decimal
    total: Decimal
    paid: Decimal = ZERO
    payable: Decimal
    iban: str = ""
    reference: str = ""
    corrects: str = ""
    corrects_on: datetime.date | None = None
    logo: bytes | None = None
    accent: str = "#1f5fbf"
    title: str = ""
    intro: str = ""
    payment_note: str = ""
    footer: str = ""

    def __post_init__(self) -> None:
        _check_look(self.language, self.accent, self.currency)
        if not self.lines:
            raise WrongDocument("A document has at least one line.")
        sums = {
            "net of the lines": (sum((line.net for line in self.lines), ZERO), self.net),
            "net by VAT rate": (sum((each.net for each in self.vat_totals), ZERO), self.net),
            "VAT by rate": (sum((each.vat for each in self.vat_totals), ZERO), self.vat),
            "net and VAT": (self.net + self.vat, self.total),
            "total less paid": (self.total - self.paid, self.payable),
        }
        for name, (found, said) in sums.items():
            if found != said:
                raise WrongDocument(f"{self.number}: {name} is {found}, the document says {said}.")
        for line in self.lines:
            self.vat_of(line)

    def vat_of(self, line: Line) -> VatTotal:
        """The VAT that the line is part of."""
        for total in self.vat_totals:
            if total.percent == line.vat_percent:
                return total
        raise WrongDocument(f"{self.number}: no VAT total with {line.vat_percent} %.")

    @property
    def is_credit_note(self) -> bool:
        return self.kind == "credit_note"


@dataclass(frozen=True, slots=True, kw_only=True)
class StatementLine:
    """One entry of a prepaid account: `amount` above zero came in, below went out (M6)."""

    date: datetime.date
    text: str
    detail: str = ""
    amount: Decimal
    balance: Decimal


@dataclass(frozen=True, slots=True, kw_only=True)
class Statement:
    """The statement of a prepaid account over a period, both days included."""

    number: str = ""
    issued_on: datetime.date
    period_from: datetime.date
    period_to: datetime.date
    language: str
    currency: Currency
    seller: Party
    holder: Party
    opening: Decimal
    lines: tuple[StatementLine, ...]
    closing: Decimal
    logo: bytes | None = None
    accent: str = "#1f5fbf"
    title: str = ""
    intro: str = ""
    footer: str = ""

    kind = "statement"

    def __post_init__(self) -> None:
        _check_look(self.language, self.accent, self.currency)
        balance = self.opening
        for line in self.lines:
            balance += line.amount
            if line.balance != balance:
                raise WrongDocument(
                    f"After {line.text!r} the balance is {balance}, not {line.balance}."
                )
        if balance != self.closing:
            raise WrongDocument(f"The closing balance is {balance}, not {self.closing}.")

    @property
    def received(self) -> Decimal:
        """All that came in."""
        return sum((line.amount for line in self.lines if line.amount > 0), ZERO)

    @property
    def spent(self) -> Decimal:
        """All that went out, below zero."""
        return sum((line.amount for line in self.lines if line.amount < 0), ZERO)


def _check_look(language: str, accent: str, currency: str) -> None:
    """The colour ends in a stylesheet: nothing but a colour may (T33)."""
    if not COLOUR.fullmatch(accent):
        raise WrongDocument(f"A colour is written #rrggbb, not {accent!r}.")
    if language not in LANGUAGES or currency not in ("CHF", "EUR"):
        raise WrongDocument(f"No documents in {language!r} and {currency!r}.")
