"""VAT by the payer's country and number, rounded once per rate (M8)."""

from datetime import date, timedelta
from decimal import Decimal
from typing import Any

import pytest
from django.utils import timezone

from billing import vat
from billing.errors import VatRateMissing
from billing.models import VatRate
from billing.states import VatCategory
from tests.world import World

S, AE, G = VatCategory.STANDARD, VatCategory.REVERSE_CHARGE, VatCategory.EXPORT


@pytest.mark.parametrize(
    ("vendor", "payer", "has_number", "expected"),
    [
        ("CH", "CH", False, S),
        ("CH", "CH", True, S),
        ("CH", "LI", False, S),
        ("LI", "CH", False, S),
        ("CH", "FR", True, AE),
        ("CH", "FR", False, G),
        ("CH", "US", False, G),
        ("CH", "GB", True, G),
        ("FR", "FR", True, S),
        ("FR", "MC", True, S),
        ("FR", "DE", True, AE),
        ("FR", "DE", False, S),
        ("FR", "CH", True, G),
        ("FR", "NO", False, G),
    ],
)
def test_treatment(vendor: str, payer: str, has_number: bool, expected: VatCategory) -> None:
    assert vat.treatment(vendor, payer, has_number=has_number) == expected


@pytest.mark.parametrize(
    ("country", "number", "full", "valid"),
    [
        ("FR", "FR 40 303 265 045", "FR40303265045", True),
        ("FR", "40303265045", "FR40303265045", True),
        ("FR", "FR 41 303 265 045", "FR41303265045", False),
        ("DE", "DE 136,695 976", "DE136,695976", True),
        ("GR", "EL 094259216", "EL094259216", True),
        ("AT", "U13585627", "ATU13585627", True),
        ("DE", "FR40303265045", "DEFR40303265045", False),
        ("FR", "", "", False),
        ("US", "12-3456789", "12-3456789", False),
    ],
)
def test_numbers(country: str, number: str, full: str, valid: bool) -> None:
    assert vat.full_number(country, number) == full
    assert vat.is_valid_number(country, number) is valid


def test_vat_is_rounded_once_on_the_sum_of_a_rate() -> None:
    nets = [(Decimal("8.10"), Decimal("0.05"))] * 10
    assert vat.sums(nets) == (vat.VatSum(Decimal("8.10"), Decimal("0.50"), Decimal("0.04")),)


def test_each_rate_has_its_own_sum() -> None:
    nets = [(Decimal(8), Decimal("100")), (Decimal(0), Decimal("3")), (Decimal(8), Decimal("1"))]
    assert [(each.percent, each.net, each.vat) for each in vat.sums(nets)] == [
        (8, 101, Decimal("8.08")),
        (0, 3, 0),
    ]


def test_credit_notes_together_take_what_the_invoice_charged() -> None:
    rate, nets = Decimal("8.10"), [Decimal("0.07"), Decimal("33.33"), Decimal("1.19")]
    (whole,) = vat.sums([(rate, net) for net in nets])
    taken, before = Decimal(0), Decimal(0)
    for net in nets:
        taken += vat.sums([(rate, net)], {rate: before})[0].vat
        before += net
    assert taken == whole.vat


def test_the_rate_is_that_of_the_day(world: World, settings: Any) -> None:
    settings.VENDOR_COUNTRY = "NO"
    day = timezone.localdate()
    with pytest.raises(VatRateMissing):
        vat.vat_for(world.add_organisation("fjord", country="NO"), day)
    for since, percent in ((date(2020, 1, 1), 24), (day, 25), (day + timedelta(days=9), 26)):
        VatRate.objects.create(country="NO", valid_from=since, percent=percent)
    fjord = world.organisation("fjord")
    assert vat.vat_for(fjord, day).percent == 25
    assert vat.vat_for(fjord, day - timedelta(days=1)).percent == 24
    assert vat.vat_for(fjord, day + timedelta(days=9)).percent == 26


def test_cast(world: World) -> None:
    day = timezone.localdate()
    home = vat.vat_for(world.organisation("hotel-bellevue"), day)
    assert (home.category, home.mention) == (S, "")
    assert home.percent > 0
    vigne = world.organisation("atelier-vigne")
    vigne.vat_number = "FR40303265045"
    assert vat.vat_for(vigne, day) == vat.Vat(AE, Decimal("0.00"))
    vigne.vat_number = ""
    assert vat.vat_for(vigne, day) == vat.Vat(G, Decimal("0.00"))
