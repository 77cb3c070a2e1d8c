"""Figures, dates and addresses as a reader of the document's language writes them.

Everything here is called with that language active.
"""

from decimal import Decimal

from django.utils.formats import number_format
from django.utils.translation import gettext as _
from django_countries import countries
from stdnum import iban as ibans
from stdnum.ch import vat as ch_vat

from billing.documents.model import Party

THIN = "\u00a0"  # no line breaks inside an amount
MINUS = "\u2212"


def figure(amount: Decimal) -> str:
    """1,234.50 in the language's own way, with a true minus sign."""
    text = number_format(abs(amount), decimal_pos=2, use_l10n=True, force_grouping=True)
    return MINUS + text if amount < 0 else text


def price(amount: Decimal) -> str:
    """The price of one: cents, and what is finer only where it is (7.1424, but 7.50)."""
    places = max(2, -int(amount.normalize().as_tuple().exponent))
    return number_format(amount, decimal_pos=places, use_l10n=True, force_grouping=True)


def money(amount: Decimal, currency: str) -> str:
    return f"{currency}{THIN}{figure(amount)}"


def signed(amount: Decimal) -> str:
    return f"+{figure(amount)}" if amount > 0 else figure(amount)


def count(quantity: Decimal | int) -> str:
    """A quantity without zeros that say nothing."""
    number = Decimal(quantity).normalize()
    places = max(0, -int(number.as_tuple().exponent))
    return number_format(number, decimal_pos=places, use_l10n=True, force_grouping=True)


def percent(rate: Decimal) -> str:
    return f"{count(rate)}{THIN}%"


def iban(number: str) -> str:
    return ibans.format(number)


def reference(number: str) -> str:
    """In the groups that people compare: from the right for QR references, from the left for RF."""
    number = number.replace(" ", "")
    if number[:2].upper() == "RF":
        return " ".join(number[at : at + 4] for at in range(0, len(number), 4))
    first = len(number) % 5
    groups = [number[:first]] if first else []
    return " ".join([*groups, *(number[at : at + 5] for at in range(first, len(number), 5))])


def address(party: Party, *, home: str) -> list[str]:
    """The lines under a name; the country only when it is not the sender's own."""
    city = " ".join(part for part in (party.postcode, party.city) if part)
    country = countries.name(party.country) if party.country != home else ""
    return [line for line in (party.street, city, country) if line]


def vat_number(number: str) -> str:
    """A Swiss number in the groups in which it is read; any other as it is kept."""
    return str(ch_vat.format(number)) if ch_vat.is_valid(number) else number


def numbers(party: Party) -> list[tuple[str, str]]:
    """The party's numbers with their names; the same number is not said twice."""
    found = []
    if party.vat_number:
        found.append((_("VAT no."), vat_number(party.vat_number)))
    digits = "".join(filter(str.isalnum, party.registration_number))
    if digits and digits not in "".join(filter(str.isalnum, party.vat_number)):
        found.append((_("Registration no."), party.registration_number))
    return found
