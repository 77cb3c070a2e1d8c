"""What a partner bills its client: mark-ups, prices, margins and numbers (B12)."""

from decimal import Decimal

import pytest

from billing.rules_rebilling import (
    NO_MARKUP,
    PREFIX,
    Margin,
    Markup,
    MarkupKind,
    NextNumber,
    margin_of,
    markup_for,
    net_of,
    next_number,
    number_of,
    unit_price,
    vat_of,
)

PERCENT, FIXED = MarkupKind.PERCENT, MarkupKind.FIXED
HOTEL, CLINIC, HOSTING, MAIL = 1, 2, 10, 20
GENERAL = Markup(PERCENT, Decimal(10))
FOR_HOSTING = Markup(PERCENT, Decimal(20), product_type=HOSTING)
FOR_HOTEL = Markup(FIXED, Decimal(1), client=HOTEL)
BOTH = Markup(FIXED, Decimal(2), client=HOTEL, product_type=HOSTING)


@pytest.mark.parametrize(
    ("client", "product_type", "known", "wins"),
    [
        (HOTEL, HOSTING, [GENERAL, FOR_HOSTING, FOR_HOTEL, BOTH], BOTH),
        (HOTEL, HOSTING, [GENERAL, FOR_HOSTING, FOR_HOTEL], FOR_HOTEL),
        (HOTEL, HOSTING, [GENERAL, FOR_HOSTING], FOR_HOSTING),
        (HOTEL, HOSTING, [GENERAL], GENERAL),
        (HOTEL, HOSTING, [], NO_MARKUP),
        (HOTEL, MAIL, [GENERAL, FOR_HOSTING, FOR_HOTEL, BOTH], FOR_HOTEL),
        (CLINIC, HOSTING, [GENERAL, FOR_HOSTING, FOR_HOTEL, BOTH], FOR_HOSTING),
        (CLINIC, MAIL, [GENERAL, FOR_HOSTING, FOR_HOTEL, BOTH], GENERAL),
        (CLINIC, MAIL, [FOR_HOSTING, FOR_HOTEL, BOTH], NO_MARKUP),
    ],
)
def test_the_most_specific_markup_wins(
    client: int, product_type: int, known: list[Markup], wins: Markup
) -> None:
    assert markup_for(known, client, product_type) == wins
    assert markup_for(reversed(known), client, product_type) == wins


@pytest.mark.parametrize(
    ("cost", "quantity", "kind", "value", "price", "net"),
    [
        # Hôtel Bellevue's 35 web hostings: at cost they cost what they cost (M1).
        ("208.32", 35, PERCENT, "0", "5.9520", "208.32"),
        ("208.32", 35, PERCENT, "20", "7.1424", "249.98"),
        ("208.32", 35, FIXED, "1.50", "7.4520", "260.82"),
        ("120.75", 35, PERCENT, "0", "3.4500", "120.75"),
        ("10.00", 3, PERCENT, "0", "3.3333", "10.00"),
        ("10.00", 1, PERCENT, "12.5", "11.2500", "11.25"),
        ("0.01", 4, PERCENT, "0", "0.0025", "0.01"),
        ("0.00", 2, FIXED, "3", "3.0000", "6.00"),
        # below zero, as it was meant; never below nothing
        ("100.00", 1, PERCENT, "-25", "75.0000", "75.00"),
        ("100.00", 1, PERCENT, "-100", "0.0000", "0.00"),
        ("5.00", 1, FIXED, "-7", "0.0000", "0.00"),
    ],
)
def test_price_and_net(
    cost: str, quantity: int, kind: str, value: str, price: str, net: str
) -> None:
    found = unit_price(Decimal(cost), quantity, Markup(kind, Decimal(value)))
    assert found == Decimal(price)
    assert net_of(quantity, found) == Decimal(net)


@pytest.mark.parametrize(
    ("net", "percent", "vat"),
    [("249.98", "8.1", "20.25"), ("100.00", "0", "0.00"), ("0.05", "10", "0.01")],
)
def test_vat_is_rounded_half_up_on_the_whole(net: str, percent: str, vat: str) -> None:
    assert vat_of(Decimal(net), Decimal(percent)) == Decimal(vat)


@pytest.mark.parametrize(
    ("cost", "billed", "amount", "percent"),
    [
        ("208.32", "249.98", "41.66", "16.67"),
        ("100", "80", "-20", "-25.00"),
        ("0", "50", "50", "100.00"),
        ("50", "0", "-50", None),
    ],
)
def test_margin(cost: str, billed: str, amount: str, percent: str | None) -> None:
    expected = Margin(Decimal(amount), Decimal(percent) if percent else None)
    assert margin_of(Decimal(cost), Decimal(billed)) == expected


@pytest.mark.parametrize(
    ("prefix", "number"),
    [
        ("AW", "AW-2026-0007"),
        ("AW-", "AW-2026-0007"),
        ("", "2026-0007"),
        ("A1-b", "A1-b-2026-0007"),
    ],
)
def test_numbers(prefix: str, number: str) -> None:
    assert number_of(prefix, 2026, 7) == number


@pytest.mark.parametrize("prefix", ["", "A", "AW-", "Rech2026", "0123456789"])
def test_prefixes_that_may_be(prefix: str) -> None:
    assert PREFIX.fullmatch(prefix)


@pytest.mark.parametrize(
    "prefix", ["-A", "A B", "A/B", "Ä", "=1+1", "A\n", "\u202eA", "01234567890", "<b>", "A_B"]
)
def test_odd_prefixes(prefix: str) -> None:
    """T32: a number is a cell of a CSV, and stands in a file's name."""
    assert not PREFIX.fullmatch(prefix)


@pytest.mark.parametrize(
    ("wanted", "last", "issued", "said"),
    [
        (1, 0, False, NextNumber.ALLOWED),
        (500, 0, False, NextNumber.ALLOWED),
        (3, 499, False, NextNumber.ALLOWED),  # nothing was issued: the count may still move
        (8, 7, True, NextNumber.ALLOWED),
        (7, 7, True, NextNumber.USED),
        (1, 7, True, NextNumber.USED),
        (9, 7, True, NextNumber.GAP),
    ],
)
def test_the_next_number(wanted: int, last: int, issued: bool, said: NextNumber) -> None:
    assert next_number(wanted, last=last, issued=issued) is said
