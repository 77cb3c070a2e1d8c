"""Price lists: set from a day on, kept once they count, within their limits (C2, M8)."""

from datetime import timedelta
from decimal import Decimal

import pytest
from django.db import IntegrityError, transaction
from django.utils import timezone

from billing.errors import PriceRowWrong
from billing.models import FixedPrice, PartnerRate, Price, TierTable, VatRate, VolumeTier
from billing.rules import Tier
from billing.services import price_rules, prices
from billing.services.pricing import terms_for

pytestmark = pytest.mark.django_db

TODAY = timezone.localdate
FREE = "free-product"


def day(number):
    return TODAY() + timedelta(days=number)


@pytest.fixture
def kind(world):
    """A product type without any price."""
    hosting = world.product_type("web-hosting")
    hosting.pk, hosting.slug, hosting.name = None, FREE, "Free product"
    hosting.save(force_insert=True)
    return hosting


def price(kind, amount="9.92", at=0, **more):
    return prices.set_price(
        product_type=kind,
        currency=more.get("currency", "CHF"),
        period=more.get("period", "monthly"),
        amount=Decimal(amount),
        valid_from=day(at),
        by=more.get("by"),
    )


def fixed(kind, amount, at=0):
    return prices.set_fixed_price(
        product_type=kind,
        currency="CHF",
        period="monthly",
        amount=None if amount is None else Decimal(amount),
        valid_from=day(at),
        by=None,
    )


def rate(kind, percent, at=0):
    return prices.set_partner_rate(
        product_type=kind, percent=Decimal(percent), valid_from=day(at), by=None
    )


def tiers(kind, *pairs, at=0):
    return prices.set_tiers(
        product_type=kind,
        tiers=[Tier(units, Decimal(percent)) for units, percent in pairs],
        valid_from=day(at),
        by=None,
    )


def refused(words, field, act, *arguments, **named):
    with pytest.raises(PriceRowWrong, match=words) as fault:
        act(*arguments, **named)
    assert fault.value.field == field


# ---- from a day on ---------------------------------------------------------------------------


def test_all_that_makes_the_worked_example(kind):
    """M1: CHF 9.92, 20 percent, 25 percent from 35 on."""
    price(kind)
    rate(kind, "20")
    tiers(kind, (35, "25"), (10, "10"))
    terms = terms_for(kind, "CHF", "monthly", day(0))
    assert (terms.price, terms.partner_percent, terms.fixed) == (Decimal("9.92"), Decimal(20), None)
    assert terms.tiers == (Tier(10, Decimal(10)), Tier(35, Decimal(25)))


def test_a_row_counts_from_its_day_on_until_the_next(kind):
    price(kind, "9.92")
    price(kind, "10.50", at=10)
    rate(kind, "20")
    rate(kind, "25", at=5)
    for number, amount, percent in [(0, "9.92", 20), (5, "9.92", 25), (10, "10.50", 25)]:
        terms = terms_for(kind, "CHF", "monthly", day(number))
        assert (terms.price, terms.partner_percent) == (Decimal(amount), percent)


def test_the_first_row_of_a_key_may_begin_in_the_past(kind):
    price(kind, at=-400)
    price(kind, at=-400, currency="EUR", amount="5.75")
    rate(kind, "20", at=-400)
    tiers(kind, (35, "25"), at=-400)
    fixed(kind, "8.00", at=-400)
    prices.set_vat_rate(country="DK", percent=Decimal(25), valid_from=day(-400), by=None)
    assert terms_for(kind, "CHF", "monthly", day(-300)).fixed == Decimal("8.00")


def test_a_key_without_rows_may_get_a_whole_history(kind):
    rows = [
        prices.Wanted((kind.pk,), day(number), Decimal(percent))
        for number, percent in [(-400, 10), (-100, 15), (30, 20)]
    ]
    prices.set_rows(table=prices.PARTNER_RATES, rows=rows, by=None)
    assert PartnerRate.objects.filter(product_type=kind).count() == 3


@pytest.mark.parametrize("at", [-1, -400])
def test_nothing_else_begins_in_the_past(kind, at):
    price(kind, at=-500)
    refused("is in the past", "valid_from", price, kind, "8.00", at=at)
    rate(kind, "20", at=3)
    refused("is in the past", "valid_from", rate, kind, "10", at=at)


@pytest.mark.parametrize("at", [0, -30])
def test_what_has_begun_is_kept(kind, at):
    """M7: rates of the past are never edited, by the service nor in the database."""
    row = price(kind, at=at)
    refused("never changed", "valid_from", price, kind, "8.00", at=at)
    with pytest.raises(PriceRowWrong, match="is kept"):
        prices.remove(table=prices.PRICES, row=row)
    for write in (
        lambda: Price.objects.filter(pk=row.pk).update(amount=1),
        lambda: Price.objects.filter(pk=row.pk).delete(),
    ):
        with pytest.raises(IntegrityError), transaction.atomic():
            write()


def test_the_same_again_changes_nothing(world, kind):
    first = price(kind, at=-30)
    again = price(kind, at=-30, by=world.person("staff"))
    assert (again.pk, again.created_by) == (first.pk, None)
    table = tiers(kind, (5, "10"))
    assert tiers(kind, (5, "10.00")).pk == table.pk


def test_a_future_row_may_be_replaced_and_removed(world, kind):
    price(kind)
    row = price(kind, "10.50", at=10)
    other = price(kind, "10.80", at=10, by=world.person("staff"))
    assert (other.pk, other.amount) == (row.pk, Decimal("10.80"))
    assert other.created_by == world.person("staff")
    prices.remove(table=prices.PRICES, row=other)
    prices.remove(table=prices.PRICES, row=other)  # gone already: nothing to do
    assert Price.objects.filter(product_type=kind).count() == 1


def test_a_future_tier_table_is_replaced_as_a_whole(kind):
    table = tiers(kind, (5, "10"), (10, "20"), at=7)
    assert tiers(kind, (8, "12"), at=7).pk == table.pk
    assert list(VolumeTier.objects.filter(table=table).values_list("units", "percent")) == [
        (8, Decimal(12))
    ]
    tiers(kind, at=14)
    assert terms_for_tiers(kind, 7) == (Tier(8, Decimal(12)),)
    assert terms_for_tiers(kind, 14) == ()
    prices.remove(table=prices.TIERS, row=table)
    assert TierTable.objects.filter(product_type=kind).count() == 1


def terms_for_tiers(kind, number):
    if not Price.objects.filter(product_type=kind).exists():
        price(kind)
    return terms_for(kind, "CHF", "monthly", day(number)).tiers


def test_staff_acts_are_attributed(world, kind):
    assert price(kind, by=world.person("staff")).created_by == world.person("staff")


# ---- limits ----------------------------------------------------------------------------------


@pytest.mark.parametrize("percent", ["-0.01", "35.01", "350", "NaN"])
def test_a_rate_is_0_to_35(kind, percent):
    refused("0 to 35 percent", "percent", rate, kind, percent)
    assert not PartnerRate.objects.filter(product_type=kind).exists()


@pytest.mark.parametrize("percent", ["0", "35", "12.5"])
def test_a_rate_within_its_limits(kind, percent):
    assert rate(kind, percent).percent == Decimal(percent)


@pytest.mark.parametrize(
    ("amount", "words"),
    [
        ("0", "above zero"),
        ("-5", "above zero"),
        ("9.925", "two decimals"),
        ("1000000.01", "1000000 at most"),
        ("1e40", "at most"),
        ("Infinity", "at most"),
    ],
)
def test_a_price_in_cents_above_zero(kind, amount, words):
    refused(words, "amount", price, kind, amount)


@pytest.mark.parametrize(
    ("pairs", "words"),
    [
        ([(10, "5"), (10, "8")], "Two tiers begin at 10 units"),
        ([(10, "8"), (20, "8")], "not above 8"),
        ([(10, "8"), (20, "5")], "not above 8"),
        ([(0, "5")], "1 to 100000"),
        ([(100_001, "5")], "1 to 100000"),
        ([(10, "0")], "more than 0"),
        ([(10, "100")], "less than 100"),
        ([(10, "5.555")], "two decimals"),
        ([(number, number) for number in range(1, 22)], "20 tiers at most"),
    ],
)
def test_tiers_that_cannot_be(kind, pairs, words):
    refused(words, "tiers", tiers, kind, *pairs)
    assert not TierTable.objects.filter(product_type=kind).exists()


@pytest.mark.parametrize("percent", ["-1", "50.5", "8.111"])
def test_vat_rates_have_limits(world, percent):
    with pytest.raises(PriceRowWrong):
        prices.set_vat_rate(country="DK", percent=Decimal(percent), valid_from=day(0), by=None)
    assert not VatRate.objects.filter(country="DK").exists()


# ---- a fixed price and the public price ------------------------------------------------------


def test_a_fixed_price_is_not_above_the_public_price(kind):
    price(kind, "9.92")
    refused("above the public price", "amount", fixed, kind, "9.93")
    assert fixed(kind, "9.92").amount == Decimal("9.92")


def test_a_fixed_price_is_held_against_the_days_to_come(kind):
    price(kind, "9.92")
    price(kind, "5.00", at=30)
    refused("above the public price", "amount", fixed, kind, "6.00", at=3)
    fixed(kind, "4.00", at=3)
    refused("above the public price", "amount", price, kind, "3.00", at=10)
    fixed(kind, None, at=10)
    assert price(kind, "3.00", at=10).amount == Decimal("3.00")


def test_taking_back_a_price_may_not_leave_a_fixed_one_above_it(kind):
    price(kind, "9.92")
    dearer = price(kind, "20.00", at=5)
    fixed(kind, "15.00", at=5)
    with pytest.raises(PriceRowWrong, match="above the public price"):
        prices.remove(table=prices.PRICES, row=dearer)
    prices.remove(table=prices.FIXED_PRICES, row=FixedPrice.objects.get(product_type=kind))
    prices.remove(table=prices.PRICES, row=dearer)


def test_a_fixed_price_that_ends_gives_the_rate_back(kind):
    price(kind)
    rate(kind, "20")
    fixed(kind, "8.00")
    fixed(kind, None, at=10)
    assert terms_for(kind, "CHF", "monthly", day(9)).fixed == Decimal("8.00")
    assert terms_for(kind, "CHF", "monthly", day(10)).fixed is None


# ---- many at once ----------------------------------------------------------------------------


def test_many_rows_are_set_or_none(kind, django_assert_max_num_queries):
    rows = [
        prices.Wanted((kind.pk, currency, "monthly"), day(number), Decimal(number + 1))
        for currency in ("CHF", "EUR")
        for number in range(50)
    ]
    with pytest.raises(PriceRowWrong):
        prices.set_rows(
            table=prices.PRICES,
            rows=[*rows, prices.Wanted(rows[0].key, day(99), Decimal(0))],
            by=None,
        )
    assert not Price.objects.filter(product_type=kind).exists()
    with django_assert_max_num_queries(12):
        prices.set_rows(table=prices.PRICES, rows=rows, by=None)
    assert Price.objects.filter(product_type=kind).count() == 100


def test_the_same_row_twice_in_one_list_is_refused(kind):
    row = prices.Wanted((kind.pk,), day(1), Decimal(5))
    with pytest.raises(PriceRowWrong, match="twice"):
        prices.set_rows(table=prices.PARTNER_RATES, rows=[row, row], by=None)


def test_the_limits_are_also_the_databases(kind):
    assert price_rules.HIGHEST_VAT_RATE == 50
    for bad in ("-1", "35.01"):
        with pytest.raises(IntegrityError), transaction.atomic():
            PartnerRate.objects.create(product_type=kind, percent=bad, valid_from=day(0))
