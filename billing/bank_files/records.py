"""What a bank's file says, as records."""

from dataclasses import dataclass
from datetime import date, datetime
from decimal import Decimal
from enum import StrEnum

from billing import references


class BankFileKind(StrEnum):
    """Both report the same payments; a statement reports all of them, with the balance."""

    STATEMENT = "camt.053"
    NOTIFICATION = "camt.054"


@dataclass(frozen=True, slots=True)
class BankCredit:
    """One booked movement of an account of ours; mostly a payment to us.

    `key` is the same for the same movement in every file that reports it, statement or
    notification, and in no other movement: the service books a key once (a file twice, T15).
    `amount` is above zero, in `currency`; `credit` says in which direction it went, `reversal` that
    it takes an earlier movement back (a debit then takes a payment back from us).
    `reference` is the structured reference (27 digits, or "RF…") when it is a right one, or "";
    `text` all that was written freely; `payer` the other side's name.
    `bundle` is the number of payments that the bank booked in one sum without reporting them one
    by one, or 1: the notification (camt.054) of that day has them.
    """

    key: str
    account: str
    booked_on: date
    amount: Decimal
    currency: str
    credit: bool = True
    reversal: bool = False
    reference: str = ""
    text: str = ""
    payer: str = ""
    end_to_end_id: str = ""
    bank_reference: str = ""
    bundle: int = 1

    @property
    def proposals(self) -> tuple[str, ...]:
        """References that the payer wrote into the free text: for a person to confirm."""
        return references.found_in(self.text)


@dataclass(frozen=True, slots=True)
class BankFile:
    """A file as the bank made it. `pending` counts movements that are announced, not booked: they
    are left out, and come again when they are booked."""

    message_id: str
    created_at: datetime
    kind: BankFileKind
    accounts: tuple[str, ...]
    entries: tuple[BankCredit, ...]
    pending: int = 0

    @property
    def account(self) -> str:
        """The account's IBAN; with a comma between them when the file has several."""
        return ", ".join(self.accounts)

    @property
    def credits(self) -> tuple[BankCredit, ...]:
        """Payments to us."""
        return tuple(each for each in self.entries if each.credit and not each.reversal)

    @property
    def debits(self) -> tuple[BankCredit, ...]:
        """What we paid: no business of the import."""
        return tuple(each for each in self.entries if not each.credit and not each.reversal)

    @property
    def reversals(self) -> tuple[BankCredit, ...]:
        """What was taken back, from us or by us: for a person to look at."""
        return tuple(each for each in self.entries if each.reversal)
