"""The worked examples of M1 and M2 to the cent, and every row of M3."""

from decimal import Decimal as D

import pytest

from billing.rules import M3, Basis, Gain, Rule, Terms, Tier, charge, row_for, tier_for, work_out
from clients.rules import Side

TIERS = (Tier(10, D(10)), Tier(30, D(25)))


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
    sums = work_out(Terms(D(price), D(20), tiers=TIERS), 35, 35)
    assert (sums.list_total, sums.after_rate) == (D(list_total), D(after_rate))
    assert (sums.partner, sums.public, sums.difference) == (D(partner), D(public), D(difference))


def test_the_tier_counts_all_units_of_the_payer_and_applies_to_the_whole_line() -> None:
    assert work_out(Terms(D("10"), D(0), tiers=TIERS), 1, 30).public == D("7.50")
    assert work_out(Terms(D("10"), D(0), tiers=TIERS), 1, 29).public == D("9.00")
    assert tier_for(9, TIERS).percent == 0


def test_each_step_is_rounded_half_up() -> None:
    # 0.05 − 10 % = 0.045 → 0.05; the tier then takes 25 % of 0.05 = 0.0375 → 0.04
    sums = work_out(Terms(D("0.05"), D(10), tiers=(Tier(1, D(25)),)), 1, 1)
    assert (sums.after_rate, sums.partner) == (D("0.05"), D("0.04"))


def test_a_fixed_partner_price_replaces_the_rate() -> None:
    sums = work_out(Terms(D("12.00"), D(20), fixed=D("9.50")), 2, 2)
    assert (sums.after_rate, sums.partner, sums.partner_percent) == (D("19.00"), D("19.00"), D(0))


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
    cost = charge(row.basis, row.gain, work_out(Terms(D("9.92"), D(20), tiers=TIERS), 35, 35))
    assert (cost.net, cost.cashback, cost.discount) == (D(net), D(cashback), D(discount))


def test_what_is_not_in_the_table_is_refused() -> None:
    assert row_for("limited", "client", Side.PARTNER) is None
    assert row_for("", "client", Side.PARTNER) is None
    assert row_for("limited", "partner", Side.CLIENT) is None
    assert {row.rule for row in M3} == set(Rule)
    assert all((row.basis == Basis.PARTNER) == (row.gain == Gain.DISCOUNT) for row in M3)
