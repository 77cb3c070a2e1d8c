"""What if: a draft over past orders, the same arithmetic as the rules, and its publication."""

from datetime import timedelta
from decimal import Decimal

import pytest
from django.db import IntegrityError, transaction
from django.utils import timezone
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from billing.errors import AlreadySettled, PriceRowWrong
from billing.models import Order, OrderLine, PartnerRate, TierTable, WhatIf, WhatIfRow
from billing.rules import M3, Gain, Terms, Tier, charge, work_out
from billing.services import prices, what_if
from billing.states import OrderKind, OrderState, PaymentMethod

pytestmark = pytest.mark.django_db

ALPINE, RHONE = "alpine-web", "rhone-digital"
TODAY = timezone.localdate


@pytest.fixture
def draft(world):
    """A draft over a week long ago, in which the demo has no orders."""
    day = TODAY() - timedelta(days=3000)
    return WhatIf.objects.create(title="Draft", since=day, until=day + timedelta(days=6))


def line_of(world, terms, quantity, units, row, *, slug="web-hosting", on=None, partner=ALPINE,
            currency="CHF", state=OrderState.PLACED):  # fmt: skip
    """An order line as the services make it, without going through them."""
    sums = work_out(terms, quantity, units)
    money = charge(row.basis, row.gain, sums)
    client, owner = world.organisation("hotel-bellevue"), world.partner(partner)
    managed = row.gain != Gain.NOTHING
    order = Order.objects.create(
        kind=OrderKind.NEW, state=state, organisation=client, payer=client,
        partner=owner if managed else None, ordered_by=row.orderer,
        method=PaymentMethod.PREPAID, currency=currency, rates_of=on,
        key=f"key-{Order.objects.count()}", placed_at=timezone.now(),
        net=money.net, cashback=money.cashback, discount=money.discount,
    )  # fmt: skip
    return OrderLine.objects.create(
        order=order, payer=client, product_type=world.product_type(slug), period="monthly",
        starts_on=on, ends_on=on + timedelta(days=30), quantity=quantity, units=units,
        price=terms.price, partner_percent=sums.partner_percent, fixed_price=terms.fixed,
        tier_units=sums.tier.units, tier_percent=sums.tier.percent, list_total=sums.list_total,
        public_total=sums.public, after_rate=sums.after_rate, partner_total=sums.partner,
        rule=row.rule, basis=row.basis, gain=row.gain, net=money.net, cashback=money.cashback,
        discount=money.discount,
    )  # fmt: skip


HOSTING = Terms(Decimal("9.92"), Decimal(20), tiers=(Tier(30, Decimal(25)),))
PAID_BY_CLIENT, PAID_BY_PARTNER, UNMANAGED = M3[0], M3[2], M3[5]


def change(draft, world, slug="web-hosting", percent=None, tiers=None):
    return WhatIfRow.objects.create(
        what_if=draft,
        product_type=world.product_type(slug),
        percent=percent,
        tiers=what_if.as_json(tiers),
    )


# ---- the figures -----------------------------------------------------------------------------


def test_a_lower_rate_for_the_worked_example(world, draft):
    """20 to 10 percent: 35 hostings at 312.48 less 25 percent = 234.36."""
    line_of(world, HOSTING, 35, 35, PAID_BY_PARTNER, on=draft.since)
    line_of(world, HOSTING, 35, 35, PAID_BY_CLIENT, on=draft.until)
    change(draft, world, percent=Decimal(10))
    (effect,) = what_if.run(what_if=draft)
    assert (effect.partner, effect.currency, effect.lines) == ("Alpine Web Sàrl", "CHF", 2)
    assert effect.before == what_if.Sums(Decimal("468.72"), Decimal("52.08"), Decimal("52.08"))
    assert effect.after == what_if.Sums(Decimal("494.76"), Decimal("26.04"), Decimal("26.04"))


def test_other_tiers_change_the_public_price_too(world, draft):
    """M2: clients without a partner are charged by the tiers as well."""
    line_of(world, HOSTING, 35, 35, UNMANAGED, on=draft.since)
    change(draft, world, tiers=[Tier(10, Decimal(5)), Tier(35, Decimal(50))])
    (effect,) = what_if.run(what_if=draft)
    assert effect.partner == ""
    assert (effect.before.turnover, effect.after.turnover) == (Decimal("260.40"), Decimal("173.60"))
    assert effect.after.cashback == 0


def test_no_tiers_any_more(world, draft):
    line_of(world, HOSTING, 35, 35, PAID_BY_PARTNER, on=draft.since)
    change(draft, world, tiers=())
    (effect,) = what_if.run(what_if=draft)
    assert effect.after.turnover == Decimal("277.76")


def test_a_draft_without_changes_gives_what_was(world, draft):
    line_of(world, HOSTING, 35, 35, PAID_BY_PARTNER, on=draft.since)
    change(draft, world, slug="vps", percent=Decimal(0))
    (effect,) = what_if.run(what_if=draft)
    assert effect.before == effect.after


def test_which_orders_count(world, draft):
    """Those placed in its days; neither waiting nor cancelled ones, nor those of other days."""
    line_of(world, HOSTING, 1, 1, PAID_BY_CLIENT, on=draft.since)
    for on in (draft.since - timedelta(days=1), draft.until + timedelta(days=1)):
        line_of(world, HOSTING, 1, 1, PAID_BY_CLIENT, on=on)
    line_of(world, HOSTING, 1, 1, PAID_BY_CLIENT, on=draft.since, state=OrderState.CANCELLED)
    assert [effect.lines for effect in what_if.run(what_if=draft)] == [1]


def test_by_partner_and_currency_and_in_all(world, draft):
    line_of(world, HOSTING, 1, 1, PAID_BY_CLIENT, on=draft.since)
    line_of(world, HOSTING, 1, 1, UNMANAGED, on=draft.since)
    line_of(world, HOSTING, 1, 1, PAID_BY_CLIENT, on=draft.since, partner=RHONE, currency="EUR")
    effects = what_if.run(what_if=draft)
    assert [(effect.currency, effect.partner) for effect in effects] == [
        ("CHF", "Alpine Web Sàrl"), ("CHF", ""), ("EUR", "Rhône Digital SAS"),
    ]  # fmt: skip
    francs, euros = what_if.totals(effects)
    assert (francs.lines, francs.before.turnover) == (2, Decimal("19.84"))
    assert (euros.lines, euros.currency) == (1, "EUR")


# ---- SQL is the same as the rules ------------------------------------------------------------

cents = st.integers(1, 2_000_000).map(lambda number: Decimal(number) / 100)
rates = st.integers(0, 3500).map(lambda number: Decimal(number) / 100)


@st.composite
def tier_lists(draw):
    units = draw(st.lists(st.integers(1, 60), max_size=4, unique=True))
    percents = draw(
        st.lists(st.integers(1, 9999), min_size=len(units), max_size=len(units), unique=True)
    )
    pairs = zip(sorted(units), sorted(percents), strict=True)
    return tuple(Tier(unit, Decimal(percent) / 100) for unit, percent in pairs)


@st.composite
def lines(draw):
    price = draw(cents)
    fixed = draw(st.none() | st.integers(0, 100).map(lambda part: price * part / 100))
    if fixed is not None:
        fixed = fixed.quantize(Decimal("0.01"))
    terms = Terms(price, draw(rates), fixed, draw(tier_lists()))
    quantity = draw(st.integers(1, 50))
    return terms, quantity, quantity + draw(st.integers(0, 30)), draw(st.sampled_from(M3))


@given(
    made=st.lists(lines(), min_size=1, max_size=6),
    percent=st.none() | rates,
    tiers=st.none() | tier_lists(),
)
@settings(
    max_examples=60, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture]
)
def test_the_statement_says_what_the_rules_say(world, draft, made, percent, tiers):
    """T17, M1, M2: one statement over all lines, and `work_out` over each, give the same cents."""
    with transaction.atomic():
        change(draft, world, percent=percent, tiers=tiers)
        before = after = what_if.Sums()
        for terms, quantity, units, row in made:
            line_of(world, terms, quantity, units, row, on=draft.since)
            other = Terms(
                terms.price,
                terms.partner_percent if percent is None else percent,
                terms.fixed,
                terms.tiers if tiers is None else tiers,
            )
            before += summed(charge(row.basis, row.gain, work_out(terms, quantity, units)))
            after += summed(charge(row.basis, row.gain, work_out(other, quantity, units)))
        (total,) = what_if.totals(what_if.run(what_if=draft))
        assert (total.before, total.after) == (before, after)
        transaction.set_rollback(True)


def summed(costs):
    return what_if.Sums(costs.net, costs.cashback, costs.discount)


def test_a_draft_books_nothing(world, draft, django_assert_num_queries):
    line_of(world, HOSTING, 35, 35, PAID_BY_PARTNER, on=draft.since)
    change(draft, world, percent=Decimal(10), tiers=())
    lines = list(OrderLine.objects.order_by("pk").values())
    rates = PartnerRate.objects.count()
    with django_assert_num_queries(1):
        what_if.run(what_if=draft)
    assert list(OrderLine.objects.order_by("pk").values()) == lines
    assert PartnerRate.objects.count() == rates


# ---- publishing ------------------------------------------------------------------------------


def test_publishing_makes_dated_rows(world, draft):
    change(draft, world, percent=Decimal(10), tiers=[Tier(5, Decimal(8))])
    change(draft, world, slug="vps", tiers=())
    change(draft, world, slug="chat", percent=Decimal(0))
    day = TODAY() + timedelta(days=30)
    published = what_if.publish(what_if=draft, day=day, by=world.person("staff"))
    assert (published.published_from, published.published_by) == (day, world.person("staff"))
    found = PartnerRate.objects.filter(valid_from=day).values_list("product_type__slug", "percent")
    assert sorted(found) == [("chat", 0), ("web-hosting", 10)]
    tables = TierTable.objects.filter(valid_from=day).select_related("product_type")
    assert {table.product_type.slug: prices.value_of(prices.TIERS, table) for table in tables} == {
        "web-hosting": (Tier(5, Decimal(8)),),
        "vps": (),
    }
    assert all(table.created_by == world.person("staff") for table in tables)


@pytest.mark.parametrize("days", [0, -1])
def test_it_counts_from_a_day_to_come(world, draft, days):
    change(draft, world, percent=Decimal(10))
    with pytest.raises(PriceRowWrong, match="from tomorrow on") as fault:
        what_if.publish(what_if=draft, day=TODAY() + timedelta(days=days), by=None)
    assert fault.value.field == "day"


def test_it_is_published_once_and_not_empty(world, draft):
    day = TODAY() + timedelta(days=1)
    with pytest.raises(PriceRowWrong, match="changes nothing"):
        what_if.publish(what_if=draft, day=day, by=None)
    change(draft, world, percent=Decimal(10))
    what_if.publish(what_if=draft, day=day, by=None)
    with pytest.raises(AlreadySettled):
        what_if.publish(what_if=draft, day=day, by=None)


def test_all_of_it_is_published_or_nothing(world, draft):
    change(draft, world, percent=Decimal(10))
    change(draft, world, slug="vps", tiers=[Tier(5, Decimal(8)), Tier(9, Decimal(7))])
    with pytest.raises(PriceRowWrong):
        what_if.publish(what_if=draft, day=TODAY() + timedelta(days=1), by=None)
    assert not PartnerRate.objects.filter(valid_from__gt=TODAY()).exists()
    draft.refresh_from_db()
    assert not draft.is_published


def test_the_database_keeps_rates_tried_within_their_limits(world, draft):
    for percent in ("35.01", "-1"):
        with pytest.raises(IntegrityError), transaction.atomic():
            change(draft, world, percent=Decimal(percent))
