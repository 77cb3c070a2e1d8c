"""What a partner earned, what comes, and its turnover (M5, M6, P2, L6, T16)."""

from datetime import date, timedelta
from decimal import Decimal

import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext
from django.utils import timezone

from access.models import Organisation
from billing import exits
from billing.models import Order
from billing.services import earning, upcoming
from billing.services.invoicing import invoice_order
from billing.services.paying import record_transfer
from billing.states import OrderState
from clients.models import Partnership, Product
from clients.rules import Side
from tests.billing.accounts import ALPINE, BAKERY, HOTEL, RHONE, VIGNE
from tests.billing.making import make_order
from tests.journey import end
from tests.world import World

pytestmark = pytest.mark.django_db
TODAY = date(2026, 6, 15)


@pytest.fixture(autouse=True)
def _nothing_earned_yet(world: World) -> None:
    """Whatever the demo world bought is not of these days."""


def ordered(world: World, client: str, payer: str, day: date, *, number: int = 35) -> Order:
    return make_order(
        world.organisation(client),
        world.organisation(payer),
        world.partner(ALPINE),
        world.product_type("web-hosting"),
        number,
        placed_on=day,
    )


def alpine(world: World) -> Organisation:
    return world.organisation(ALPINE)


def no_orders(partner: Organisation) -> Organisation:
    """The partner without what the demo world ordered."""
    Order.objects.filter(partner=partner.pk).update(state=OrderState.CANCELLED)
    return partner


# ---- Earned ----------------------------------------------------------------------------------


def test_cashback_and_discount_by_month_client_and_category(world: World) -> None:
    own = no_orders(alpine(world))
    ordered(world, BAKERY, BAKERY, TODAY)
    ordered(world, HOTEL, ALPINE, TODAY)
    ordered(world, HOTEL, ALPINE, TODAY - timedelta(days=40))
    months = earning.by_month(own, "CHF", TODAY)
    assert len(months) == 13
    assert [month.key for month in (months[0], months[-1])] == [date(2025, 6, 1), date(2026, 6, 1)]
    assert (months[-1].cashback, months[-1].discount) == (Decimal("52.08"), Decimal("52.08"))
    assert (months[-2].cashback, months[-2].discount) == (Decimal("0.00"), Decimal("52.08"))
    clients = earning.by_client(own, "CHF", TODAY)
    assert [(row.key, row.total) for row in clients] == [
        ("Hôtel Bellevue", Decimal("104.16")),
        ("Boulangerie du Lac", Decimal("52.08")),
    ]
    (category,) = earning.by_category(own, "CHF", TODAY)
    assert (str(category.key), category.total, category.orders) == (
        "Web & domains",
        Decimal("156.24"),
        3,
    )


def test_what_was_cancelled_or_waits_earned_nothing(world: World) -> None:
    own = no_orders(alpine(world))
    ordered(world, BAKERY, BAKERY, TODAY)
    for state in (OrderState.CANCELLED, OrderState.WAITING):
        make_order(
            world.organisation(BAKERY),
            world.organisation(BAKERY),
            world.partner(ALPINE),
            world.product_type("web-hosting"),
            35,
            placed_on=TODAY,
            state=state,
        )
    assert earning.by_month(own, "CHF", TODAY)[-1].total == Decimal("52.08")


def test_currencies_are_never_added_up(world: World) -> None:
    """T20."""
    own = no_orders(alpine(world))
    ordered(world, BAKERY, BAKERY, TODAY)
    make_order(
        world.organisation(VIGNE),
        world.organisation(VIGNE),
        world.partner(ALPINE),
        world.product_type("web-hosting"),
        35,
        placed_on=TODAY,
    )
    assert earning.currencies(own) == ["CHF", "EUR"]
    assert earning.by_month(own, "CHF", TODAY)[-1].total == Decimal("52.08")
    assert earning.by_month(own, "EUR", TODAY)[-1].cashback == Decimal("30.19")


# ---- Still to come (L6, T16) -----------------------------------------------------------------


def with_invoice(world: World, client: str = BAKERY) -> Order:
    order = ordered(world, client, client, timezone.localdate())
    invoice_order(order=order)
    return order


def partnership(world: World) -> Partnership:
    return world.partnership(BAKERY, ALPINE)


def to_come(world: World) -> Decimal:
    return earning.cashback_to_come(partnership(world)).amounts.get("CHF", Decimal("0.00"))


def test_cashback_of_unpaid_invoices_is_still_to_come(world: World) -> None:
    before, waiting = to_come(world), earning.unpaid_cashback(alpine(world), "CHF")
    invoice = with_invoice(world).lines.get().invoice_lines.get().invoice
    assert to_come(world) - before == Decimal("52.08")
    assert earning.unpaid_cashback(alpine(world), "CHF") - waiting == Decimal("52.08")
    record_transfer(
        invoice=invoice, amount=invoice.total, received_on=timezone.localdate(), by=None
    )
    assert to_come(world) == before


def test_each_side_reads_its_own_before_and_after_the_end(world: World) -> None:
    """The partner reads amounts, the client how many of its invoices are open (M4)."""
    with_invoice(world)
    number = earning.cashback_to_come(partnership(world), payer=world.organisation(BAKERY)).invoices
    amount = f"{to_come(world)}"
    ended = end(world, partnership(world), by=world.actor("bruno", BAKERY), side=Side.CLIENT)
    (to_partner,) = exits.tell(ended, Side.PARTNER)
    (to_client,) = exits.tell(ended, Side.CLIENT)
    assert amount in to_partner
    assert amount not in to_client
    assert to_client.startswith(f"{number} invoice")


def test_the_client_is_not_told_of_what_the_partner_pays(world: World) -> None:
    """M4: the partner's invoices do not exist for the client."""
    hotel = world.partnership(HOTEL, ALPINE)
    make_order(
        world.organisation(HOTEL),
        alpine(world),
        world.partner(ALPINE),
        world.product_type("web-hosting"),
        35,
        ordered_by=Side.CLIENT,
    )
    order = Order.objects.latest("pk")
    assert order.cashback == Decimal("52.08")
    invoice_order(order=order)
    assert earning.cashback_to_come(hotel, payer=world.organisation(HOTEL)).invoices == 0
    assert earning.cashback_to_come(hotel).invoices >= 1
    assert exits.tell(hotel, Side.CLIENT) == []


# ---- Renewals to come ------------------------------------------------------------------------


def coming(world: World, slug: str, today: date) -> upcoming.Upcoming:
    own = world.organisation(slug)
    return upcoming.upcoming(own, today).get(own.currency, upcoming.Upcoming())


def test_the_worked_example_is_what_a_renewal_will_bring(world: World) -> None:
    """M1, M5: 35 hostings that renew on one day are one line: 260.40 − 208.32 = 52.08."""
    hostings = Product.objects.filter(organisation__slug=HOTEL, product_type__slug="web-hosting")
    Product.objects.exclude(pk__in=hostings).update(auto_renewal=False)
    today = timezone.localdate()
    hostings.update(renews_on=today + timedelta(days=80), state="active", auto_renewal=True)
    assert hostings.count() == 35
    found = coming(world, ALPINE, today)
    assert (found.renewals, found.total) == (35, Decimal("52.08"))
    assert found.months[0].discount == Decimal("52.08")  # partner pays
    assert [row.key for row in found.clients] == ["Hôtel Bellevue"]


def test_a_monthly_product_counts_each_time(world: World) -> None:
    today = date(2026, 11, 30)
    last = today + timedelta(days=upcoming.DAYS)
    days = upcoming._days(date(2026, 12, 31), "monthly", last)
    assert days == (date(2026, 12, 31), date(2027, 1, 31), date(2027, 2, 28))


def test_what_ends_or_another_partner_manages_does_not_count(world: World) -> None:
    today = timezone.localdate()
    Product.objects.update(renews_on=today + timedelta(days=10), state="active")
    before = coming(world, ALPINE, today).renewals
    assert before
    Product.objects.filter(organisation__slug=HOTEL).update(auto_renewal=False)
    assert coming(world, ALPINE, today).renewals < before
    Product.objects.update(state="cancelled")
    assert coming(world, ALPINE, today).renewals == 0
    assert coming(world, "garage-nord", today).renewals == 0


def test_no_query_for_each_product(world: World) -> None:
    own, today = alpine(world), timezone.localdate()
    with CaptureQueriesContext(connection) as few:
        upcoming.upcoming(own, today)
    world.add_products(world.organisation(HOTEL), 200)
    with CaptureQueriesContext(connection) as many:
        upcoming.upcoming(own, today)
    assert len(many) <= len(few)


# ---- The minimum (P2) ------------------------------------------------------------------------


def test_the_turnover_is_the_annual_public_price_without_tiers(world: World) -> None:
    hostings = Product.objects.filter(organisation__slug=HOTEL, product_type__slug="web-hosting")
    Product.objects.exclude(pk__in=hostings).update(state="cancelled")
    hostings.update(state="active", period="monthly")
    found = upcoming.turnover(alpine(world), timezone.localdate())
    assert found.amount == Decimal("9.92") * 35 * 12
    assert (found.products, found.reached, found.minimum) == (35, True, Decimal("2000.00"))
    hostings.exclude(pk=hostings.first().pk).update(state="suspended")  # type: ignore[union-attr]
    found = upcoming.turnover(alpine(world), timezone.localdate())
    assert (found.amount, found.reached, found.percent) == (Decimal("119.04"), False, 5)
    assert found.missing == Decimal("1880.96")


def test_all_partners_at_once_come_to_the_same(world: World) -> None:
    today = timezone.localdate()
    every = upcoming.turnovers(today)
    for slug in (ALPINE, RHONE):
        own = world.organisation(slug)
        assert every[own.pk] == upcoming.turnover(own, today)


def test_a_granted_product_counts_for_who_holds_the_grant(world: World) -> None:
    """L7: of the clinic's eight products three are granted to Alpine Web."""
    own = alpine(world)
    clinic = upcoming.managed(own).filter(organisation__slug="clinique-belmont")
    assert clinic.count() == 3
    assert not upcoming.managed(own).filter(organisation__slug="garage-nord").exists()
