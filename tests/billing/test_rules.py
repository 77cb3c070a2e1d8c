"""The worked examples of M1 and M2 to the cent, and every row of M3."""

from decimal import Decimal

import pytest

from billing.rules import M3, Basis, Gain, Rule, Terms, Tier, charge, row_for, tier_for, work_out
from clients.rules import Side

TIERS = (Tier(10, Decimal(10)), Tier(30, Decimal(25)))


@pytest.mark.parametrize(
    ("price", "list_total", "after_rate", "partner", "public", "difference"),
    [
        ("9.92", "347.20", "277.76", "208.32", "260.40", "52.08"),
        ("5.75", "201.25", "161.00", "120.75", "150.94", "30.19"),
    ],
)
def test_m1_and_m2_to_the_cent(
    price: str, list_total: str, after_rate: str, partner: str, public: str, difference: str
) -> None:
    sums = work_out(Terms(Decimal(price), Decimal(20), tiers=TIERS), 35, 35)
    assert (sums.list_total, sums.after_rate) == (Decimal(list_total), Decimal(after_rate))
    assert (sums.partner, sums.public, sums.difference) == (
        Decimal(partner),
        Decimal(public),
        Decimal(difference),
    )


def test_the_tier_counts_all_units_of_the_payer_and_applies_to_the_whole_line() -> None:
    assert work_out(Terms(Decimal("10"), Decimal(0), tiers=TIERS), 1, 30).public == Decimal("7.50")
    assert work_out(Terms(Decimal("10"), Decimal(0), tiers=TIERS), 1, 29).public == Decimal("9.00")
    assert tier_for(9, TIERS).percent == 0


def test_each_step_is_rounded_half_up() -> None:
    # 0.05 − 10 % = 0.045 → 0.05; the tier then takes 25 % of 0.05 = 0.0375 → 0.04
    sums = work_out(Terms(Decimal("0.05"), Decimal(10), tiers=(Tier(1, Decimal(25)),)), 1, 1)
    assert (sums.after_rate, sums.partner) == (Decimal("0.05"), Decimal("0.04"))


def test_a_fixed_partner_price_replaces_the_rate() -> None:
    sums = work_out(Terms(Decimal("12.00"), Decimal(20), fixed=Decimal("9.50")), 2, 2)
    assert (sums.after_rate, sums.partner, sums.partner_percent) == (
        Decimal("19.00"),
        Decimal("19.00"),
        Decimal(0),
    )


@pytest.mark.parametrize(
    ("access", "mode", "orderer", "payer", "net", "cashback", "discount"),
    [
        ("full", "client", "client", "client", "260.40", "52.08", "0"),
        ("full", "client", "partner", "client", "260.40", "52.08", "0"),
        ("full", "partner", "partner", "partner", "208.32", "0", "52.08"),
        ("full", "partner", "client", "partner", "260.40", "52.08", "0"),
        ("limited", "client", "client", "client", "260.40", "52.08", "0"),
        ("", "client", "client", "client", "260.40", "0", "0"),
    ],
)
def test_every_row_of_m3(
    access: str, mode: str, orderer: str, payer: str, net: str, cashback: str, discount: str
) -> None:
    row = row_for(access, mode, Side(orderer))
    assert row is not None
    assert row.payer == payer
    cost = charge(
        row.basis, row.gain, work_out(Terms(Decimal("9.92"), Decimal(20), tiers=TIERS), 35, 35)
    )
    assert (cost.net, cost.cashback, cost.discount) == (
        Decimal(net),
        Decimal(cashback),
        Decimal(discount),
    )


def test_what_is_not_in_the_table_is_refused() -> None:
    assert row_for("limited", "client", Side.PARTNER) is None
    assert row_for("", "client", Side.PARTNER) is None
    assert row_for("limited", "partner", Side.CLIENT) is None
    assert {row.rule for row in M3} == set(Rule)
    assert all((row.basis == Basis.PARTNER) == (row.gain == Gain.DISCOUNT) for row in M3)
