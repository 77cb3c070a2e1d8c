"""Bookings of an account, split into the movements that a person would count."""

import re
from collections import Counter
from collections.abc import Iterator
from dataclasses import dataclass, replace
from datetime import date
from decimal import Decimal
from xml.etree.ElementTree import Element

from django.utils.translation import gettext as _

from .errors import BrokenEntry
from .records import BankCredit
from .text import given, joined, other_side, remittance, text

CENT = Decimal("0.01")


@dataclass(frozen=True, slots=True)
class Booked:
    """A movement whose key is still to be made.

    `word` is the bank's reference of the booking, and behind a stroke the movement's own; `shared`
    when it is not this movement's alone, or missing: then equal movements are counted within
    `scope` (the booking's number; 0 is the whole statement).
    """

    credit: BankCredit
    word: str
    shared: bool = False
    scope: int = 0


class Entry:
    """One booking of the account: one movement, or several that the bank booked in one sum."""

    def __init__(self, entry: Element, account: str, number: int, made: str) -> None:
        self.entry, self.number = entry, number
        self.parts = entry.findall("NtryDtls/TxDtls")
        self.amount, self.currency = self.money(entry, "Amt")
        self.reversal = text(entry, "RvslInd") in {"true", "1"}
        self.word = given(text(entry, "AcctSvcrRef"))
        self.common = BankCredit(
            key="",
            account=account,
            booked_on=self.day(made),
            amount=self.amount,
            currency=self.currency,
            credit=self.is_credit(entry),
            reversal=self.reversal,
            text=joined(text(entry, "AddtlNtryInf")),
            bank_reference=self.word,
        )

    def movements(self) -> Iterator[Booked]:
        """One, or its parts, whose amounts must make up the whole. One of 0.00 moves nothing."""
        if not self.amount:
            return
        if len(self.parts) > 1 or (self.parts and self.announced() > 1):
            yield from self.split()
        elif self.parts:
            yield self.alone(self.parts[0])
        else:
            bundle = max(1, self.announced())
            yield self.booked(replace(self.common, bundle=bundle), self.word)

    def booked(self, credit: BankCredit, word: str) -> Booked:
        return Booked(replace(credit, bank_reference=word), word, shared=not word)

    def alone(self, part: Element) -> Booked:
        """Where the bank kept charges, what the payer paid; else what was booked."""
        amount = self.amount_of(part)
        if amount is None or not self.makes_up(amount, part):
            amount = self.amount
        credit, own = self.detailed(part, amount), given(text(part, "Refs/AcctSvcrRef"))
        if own and not self.word:
            return self.one_of(credit, own)
        return self.booked(credit, self.word)

    def split(self) -> Iterator[Booked]:
        words = [given(text(part, "Refs/AcctSvcrRef")) for part in self.parts]
        often = Counter(words)
        movements, total = [], Decimal(0)
        for part, word in zip(self.parts, words, strict=True):
            amount = self.amount_of(part)
            if amount is None:
                raise self.broken(_("a payment of the collective booking has no amount"))
            credit = self.detailed(part, amount)
            total += amount if credit.credit is self.common.credit else -amount
            movements.append(self.one_of(credit, word if often[word] == 1 else ""))
        if not self.makes_up(total, *self.parts):
            raise self.broken(
                _("its payments make %(total)s, but %(amount)s was booked")
                % {"total": total, "amount": self.amount}
            )
        yield from (each for each in movements if each.credit.amount)

    def one_of(self, credit: BankCredit, own: str) -> Booked:
        """A part: some banks give it a reference of its own, some a number within the booking."""
        if own and own != self.word:
            credit = replace(credit, bank_reference=own)
            return Booked(credit, f"{self.word}/{own}")
        return Booked(credit, self.word, shared=True, scope=self.number if self.word else 0)

    def detailed(self, part: Element, amount: Decimal) -> BankCredit:
        reference, rest = remittance(part)
        told = len(self.parts) > 1 and part.find("CdtDbtInd") is not None
        credit = self.is_credit(part) if told else self.common.credit
        reversal = self.reversal or part.find("RtrInf") is not None
        said = (*rest, text(part, "AddtlTxInf"))
        return replace(
            self.common,
            amount=amount,
            credit=credit,
            reversal=reversal,
            reference=reference,
            text=joined(*said, self.common.text if len(self.parts) == 1 else ""),
            payer=other_side(part, payer=credit is not reversal),
            end_to_end_id=given(text(part, "Refs/EndToEndId")),
        )

    def announced(self) -> int:
        """How many payments the bank says that the booking holds."""
        told = [text(details, "Btch/NbOfTxs") for details in self.entry.findall("NtryDtls")]
        return sum(int(each) for each in told if re.fullmatch(r"[0-9]{1,6}", each))

    def amount_of(self, part: Element) -> Decimal | None:
        """In the account's currency, or None: told in another one, or not at all."""
        for path in ("Amt", "AmtDtls/TxAmt/Amt"):
            if part.find(path) is not None:
                amount, currency = self.money(part, path)
                if currency == self.currency:
                    return amount
        return None

    def makes_up(self, total: Decimal, *parts: Element) -> bool:
        """Whether that, less what the bank kept of it, is what was booked."""
        if total == self.amount:
            return True
        kept = self.charges(self.entry) or sum(map(self.charges, parts), Decimal(0))
        return total - self.amount == kept

    def charges(self, element: Element) -> Decimal:
        if element.find("Chrgs/TtlChrgsAndTaxAmt") is not None:
            return self.money(element, "Chrgs/TtlChrgsAndTaxAmt")[0]
        records = element.findall("Chrgs/Rcrd")
        return sum((self.money(record, "Amt")[0] for record in records), Decimal(0))

    def money(self, element: Element, path: str) -> tuple[Decimal, str]:
        found = element.find(path)
        told = (found.text or "").strip() if found is not None else ""
        currency = found.get("Ccy", "") if found is not None else ""
        if not re.fullmatch(r"[0-9]{1,13}(\.[0-9]{0,5})?", told):
            raise self.broken(_("“%(amount)s” is not an amount") % {"amount": told[:40]})
        if not re.fullmatch(r"[A-Z]{3}", currency):
            raise self.broken(_("“%(currency)s” is not a currency") % {"currency": currency[:40]})
        amount = Decimal(told).quantize(CENT)
        if amount != Decimal(told):
            raise self.broken(_("%(amount)s has parts of a cent") % {"amount": told})
        return amount, currency

    def is_credit(self, element: Element) -> bool:
        told = text(element, "CdtDbtInd")
        if told not in {"CRDT", "DBIT"}:
            raise self.broken(_("it does not say whether it is a credit or a debit"))
        return told == "CRDT"

    def day(self, made: str) -> date:
        """The day of booking; where the bank leaves it out, the value date, then the file's."""
        paths = ("BookgDt/Dt", "BookgDt/DtTm", "ValDt/Dt", "ValDt/DtTm")
        told = next(filter(None, (text(self.entry, path) for path in paths)), "")
        told = told or made
        try:
            return date.fromisoformat(told[:10])
        except ValueError as error:
            raise self.broken(_("“%(date)s” is not a date") % {"date": told[:40]}) from error

    def broken(self, why: str) -> BrokenEntry:
        return BrokenEntry(
            _(
                "Movement %(number)s of the file cannot be right: %(why)s. Nothing was imported. "
                "Download the file again; if it stays so, ask the bank."
            )
            % {"number": self.number, "why": why}
        )
