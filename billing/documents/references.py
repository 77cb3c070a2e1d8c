"""References of payments: what a transfer carries back, so that it finds its invoice (M9)."""

from stdnum import iban as ibans
from stdnum import iso11649
from stdnum.ch import esr
from stdnum.iso7064 import mod_97_10

QR_LENGTH = 27
QR_BANKS = range(30000, 32000)


def is_qr_iban(iban: str) -> bool:
    """Whether the account takes QR references: its bank number is between 30000 and 31999."""
    number = ibans.compact(iban)
    return number[:2] in ("CH", "LI") and number[4:9].isdigit() and int(number[4:9]) in QR_BANKS


def reference_for(iban: str, number: int | str) -> str:
    """The reference of a document for this account: a QR reference (27 digits with their check
    digit) with a QR-IBAN, else a creditor reference "RF…" (SCOR).

    `number` are the digits that tell the document from all others, 26 with a QR-IBAN and 21 else
    at most; letters are allowed in the latter. Raises ValueError.
    """
    text = str(number).replace(" ", "").upper()
    if is_qr_iban(iban):
        if not text.isascii() or not text.isdigit() or len(text) >= QR_LENGTH:
            raise ValueError(f"A QR reference has 26 digits at most, not {text!r}.")
        body = text.zfill(QR_LENGTH - 1)
        return body + esr.calc_check_digit(body)
    check = mod_97_10.calc_check_digits(text + "RF")
    return str(iso11649.validate(f"RF{check}{text}"))


def normal(reference: str) -> str:
    """The reference as it is kept: without blanks, in capitals. For what banks and people send."""
    return "".join(reference.split()).upper()
