"""VAT of an invoice: how it is treated, at which rate, and its sums (M8).

The treatment is a pure table over countries; only `vat_for` asks the database for the dated rate.
Percentages are in percent; `net` and `vat` are amounts in the invoice's currency.
"""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from datetime import date
from decimal import Decimal

from django.conf import settings
from django.utils.translation import gettext as _
from stdnum import get_cc_module

from access.models import Organisation
from billing.errors import VatRateMissing
from billing.models import VatRate
from billing.rules import HUNDRED, ZERO, rounded
from billing.states import VatCategory

# fmt: off
EUROPEAN_UNION = frozenset({
    "AT", "BE", "BG", "CY", "CZ", "DE", "DK", "EE", "ES", "FI", "FR", "GR", "HR", "HU", "IE",
    "IT", "LT", "LU", "LV", "MT", "NL", "PL", "PT", "RO", "SE", "SI", "SK",
})
# fmt: on
ONE_TERRITORY = {"LI": "CH", "MC": "FR"}
"""Countries that belong to the VAT territory of another one."""
PREFIXES = {"GR": "EL"}
"""Where the letters of a VAT number are not the country's code."""
MENTIONS = {
    VatCategory.STANDARD: "",
    VatCategory.REVERSE_CHARGE: "reverse_charge",
    VatCategory.EXPORT: "export",
}


@dataclass(frozen=True, slots=True)
class Vat:
    """How VAT is treated on a document line: EN 16931 category, rate in percent, and the key of
    the mention that says why none is charged ("" when it is)."""

    category: VatCategory
    percent: Decimal

    @property
    def mention(self) -> str:
        return MENTIONS[self.category]


@dataclass(frozen=True, slots=True)
class VatSum:
    """The VAT of all lines with one rate: rounded once, on their sum (M8)."""

    percent: Decimal
    net: Decimal
    vat: Decimal


def territory(country: str) -> str:
    return ONE_TERRITORY.get(country, country)


def treatment(vendor: str, payer: str, *, has_number: bool) -> VatCategory:
    """How a payer in the country `payer` is treated by a vendor in the country `vendor` (M8).

    `has_number`: it has a valid VAT number of its own country.
    """
    vendor, payer = territory(vendor), territory(payer)
    if vendor == payer:
        return VatCategory.STANDARD
    if payer not in EUROPEAN_UNION:
        return VatCategory.EXPORT
    if has_number:
        return VatCategory.REVERSE_CHARGE
    return VatCategory.STANDARD if vendor in EUROPEAN_UNION else VatCategory.EXPORT


def full_number(country: str, number: str) -> str:
    """A VAT number of an EU country with its letters in front and no spaces; others as given."""
    plain = "".join(number.split()).upper().replace(".", "").replace("-", "")
    country = territory(country)
    if not plain or country not in EUROPEAN_UNION:
        return " ".join(number.split())
    prefix = PREFIXES.get(country, country)
    return plain if plain.startswith(prefix) else prefix + plain


def is_valid_number(country: str, number: str) -> bool:
    """Whether it is a VAT number of that country that checks (O7); no register is asked."""
    module = get_cc_module(territory(country).lower(), "vat")
    full = full_number(country, number)
    if module is None or not full:
        return False
    prefix = PREFIXES.get(territory(country), territory(country))
    return bool(module.is_valid(full) or module.is_valid(full.removeprefix(prefix)))


def vat_for(payer: Organisation, day: date) -> Vat:
    """The VAT of what `payer` is charged on `day`. Raises VatRateMissing when the vendor's country
    has no rate on that day."""
    country = str(payer.country)
    category = treatment(
        settings.VENDOR_COUNTRY, country, has_number=is_valid_number(country, payer.vat_number)
    )
    if category != VatCategory.STANDARD:
        return Vat(category, Decimal("0.00"))
    home = territory(settings.VENDOR_COUNTRY)
    rate = VatRate.objects.filter(country=home).in_force(day, "country").first()
    if rate is None:
        raise VatRateMissing(
            _("No VAT rate of %(country)s counts on %(day)s. The vendor's staff have to enter it.")
            % {"country": home, "day": day.isoformat()}
        )
    return Vat(category, rate.percent)


def tax(net: Decimal, percent: Decimal) -> Decimal:
    """VAT on a net sum, rounded half up to 0.01."""
    return rounded(net * percent / HUNDRED)


def sums(
    nets: Iterable[tuple[Decimal, Decimal]], credited: Mapping[Decimal, Decimal] | None = None
) -> tuple[VatSum, ...]:
    """VAT by rate of lines given as (percent, net), the highest rate first.

    `credited` (percent -> net) is what earlier credit notes of the same invoice took: VAT is then
    the difference of two sums, so that all credit notes together take exactly the invoice's VAT.
    """
    before = credited or {}
    totals: dict[Decimal, Decimal] = {}
    for percent, net in nets:
        totals[percent] = totals.get(percent, ZERO) + net
    return tuple(
        VatSum(
            percent,
            net,
            tax(before.get(percent, ZERO) + net, percent) - tax(before.get(percent, ZERO), percent),
        )
        for percent, net in sorted(totals.items(), reverse=True)
    )
