"""Payment references of what we ask to be paid by bank (M8, M9). Pure: no database or settings.

A QR-IBAN takes the 27 digits of the QR reference (QRR, the last one by modulo 10 recursive), every
other IBAN the creditor reference of ISO 11649 (SCOR, "RF…"). Both carry the same number: one digit
for what is to be paid, the year, and its place in that year.
"""

import re
from dataclasses import dataclass
from enum import IntEnum, StrEnum

from stdnum import iban as ibans
from stdnum import iso11649
from stdnum.ch import esr
from stdnum.exceptions import ValidationError
from stdnum.iso7064 import mod_97_10

SEQUENCE_DIGITS = 8
"""How many digits the place in the year has: 99 999 999 documents of one kind a year."""
QR_DIGITS = 27
QR_IIDS = range(30000, 32000)
"""The institutions' numbers that make an IBAN of CH or LI a QR-IBAN."""


class ReferenceKind(StrEnum):
    """As the QR-bill and the bank's files name them."""

    QRR = "QRR"
    SCOR = "SCOR"


class Purpose(IntEnum):
    """What a reference asks to be paid: its first digit."""

    INVOICE = 1
    TOP_UP = 2
    REBILL = 3


class WrongIban(ValueError):
    """Not an IBAN."""


class WrongNumber(ValueError):
    """A number that no reference can carry."""


@dataclass(frozen=True, slots=True)
class Numbered:
    """What a reference of ours stands for."""

    purpose: Purpose
    year: int
    sequence: int


def clean_iban(text: str) -> str:
    """The IBAN without spaces, in capitals; `WrongIban` when it is none."""
    try:
        return str(ibans.validate(_plain(text)))
    except ValidationError as error:
        raise WrongIban(text) from error


def same_account(one: str, other: str) -> bool:
    """Whether two account numbers are the same, however they are written."""
    return _plain(one) == _plain(other)


def is_qr_iban(iban: str) -> bool:
    """Whether the IBAN is one of CH or LI that only takes QR references."""
    clean = clean_iban(iban)
    return clean[:2] in {"CH", "LI"} and int(clean[4:9]) in QR_IIDS


def kind_for(iban: str) -> ReferenceKind:
    """Which reference payments to the IBAN carry; `WrongIban` when it is none (M8)."""
    return ReferenceKind.QRR if is_qr_iban(iban) else ReferenceKind.SCOR


def number_of(purpose: Purpose, year: int, sequence: int) -> str:
    """13 digits: purpose, year, place in the year. One number never means two documents."""
    if not (1000 <= year <= 9999 and 1 <= sequence < 10**SEQUENCE_DIGITS):
        raise WrongNumber(f"{year}-{sequence}")
    return f"{int(purpose)}{year}{sequence:0{SEQUENCE_DIGITS}}"


def reference_for(iban: str, number: str) -> str:
    """The reference that payments to the IBAN carry for the number (M8)."""
    return qr_reference(number) if is_qr_iban(iban) else creditor_reference(number)


def qr_reference(number: str) -> str:
    """27 digits: the number with zeros before it and its check digit behind."""
    if not re.fullmatch(r"[0-9]{1,26}", number):
        raise WrongNumber(number)
    return number.zfill(QR_DIGITS - 1) + str(esr.calc_check_digit(number))


def creditor_reference(number: str) -> str:
    """ "RF", two check digits, and the number of at most 21 capitals and digits (ISO 11649)."""
    if not re.fullmatch(r"[0-9A-Z]{1,21}", number):
        raise WrongNumber(number)
    return f"RF{mod_97_10.calc_check_digits(number + 'RF')}{number}"


def normalised(text: str) -> str:
    """The reference in its one written form, or "" when it is none: the checks included.

    Spaces and small letters do not matter. A QR reference needs all its 27 digits here: a shorter
    row of digits would be one by chance, one time in ten.
    """
    plain = _plain(text)
    if re.fullmatch(r"[0-9]{27}", plain):
        return plain if int(plain) and esr.is_valid(plain) else ""
    if re.fullmatch(r"RF[0-9]{2}[0-9A-Z]{1,21}", plain):
        return plain if iso11649.is_valid(plain) else ""
    return ""


def structured(text: str) -> str:
    """`normalised` for a field that holds only references: zeros left out in front are put back."""
    plain = _plain(text)
    return normalised(plain.zfill(QR_DIGITS) if re.fullmatch(r"[0-9]+", plain) else plain)


def kind_of(reference: str) -> ReferenceKind | None:
    """Which kind a reference is, or None when it is none."""
    clean = normalised(reference)
    if not clean:
        return None
    return ReferenceKind.SCOR if clean.startswith("RF") else ReferenceKind.QRR


def numbered(reference: str) -> Numbered | None:
    """What a reference stands for, or None when it is not of our making."""
    clean = normalised(reference)
    number = clean[4:] if clean.startswith("RF") else clean[:-1].lstrip("0")
    made = re.fullmatch(rf"([1-9])([0-9]{{4}})([0-9]{{{SEQUENCE_DIGITS}}})", number)
    if not made or int(made[1]) not in list(Purpose):
        return None
    return Numbered(Purpose(int(made[1])), int(made[2]), int(made[3]))


def printed(reference: str) -> str:
    """The reference in the groups in which it is printed on a bill."""
    clean = normalised(reference)
    if not clean:
        return reference
    return str(iso11649.format(clean) if clean.startswith("RF") else esr.format(clean))


def grouped(iban: str) -> str:
    """An IBAN in groups of four, as it is printed."""
    return " ".join(iban[start : start + 4] for start in range(0, len(iban), 4))


def found_in(text: str) -> tuple[str, ...]:
    """The references that a payer wrote into free text, each once: proposals, no proof (M9)."""
    pieces = re.findall(
        r"(?<![0-9A-Za-z])(?:[0-9](?:\s?[0-9]){26}|RF[0-9]{2}(?:\s?[0-9A-Z]){1,21})(?![0-9A-Za-z])",
        text.upper(),
    )
    return tuple(dict.fromkeys(found for piece in pieces if (found := normalised(piece))))


def _plain(text: str) -> str:
    return re.sub(r"\s", "", text).upper()
