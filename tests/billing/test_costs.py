"""The cost sheet: what runs, who pays, and which figures each side reads (M3-M5, T10, T11)."""

from datetime import timedelta
from decimal import Decimal

import pytest
from django.utils import timezone

from billing.services.costs import RUNNING, CostSheet
from clients.models import Product
from partners.models import Partner
from partners.rules import PartnerState
from tests.billing.invoiced import clear_money
from tests.billing.ordering import ALPINE, BAKERY, CLINIC, GARAGE, HOTEL, RHONE, VIGNE, confirmed

pytestmark = pytest.mark.django_db


@pytest.fixture(autouse=True)
def _own_money(request, db):
    clear_money(request)


def sheet_of(world, name, slug):
    actor = world.actor(name, slug)
    products = Product.objects.visible_to(actor).filter(state__in=RUNNING)
    return CostSheet(actor, products, timezone.localdate())


def hostings(sheet):
    return next(total for total in sheet.totals if total.product_type.slug == "web-hosting")


def only_hostings(world, slug, number=35):
    """The organisation runs so many web hostings, and nothing else."""
    Product.objects.filter(organisation__slug=slug).update(state="ended")
    return world.add_products(world.organisation(slug), number, type="web-hosting")


def test_the_worked_example_for_the_partner_that_pays(world):
    """M1, M5: one line of 35, not 35 lines."""
    only_hostings(world, HOTEL)
    total = hostings(sheet_of(world, "lea", HOTEL))
    assert (total.quantity, total.tier_percent) == (35, 25)
    assert (total.net, total.discount, total.cashback) == (
        Decimal("208.32"), Decimal("52.08"), Decimal("0.00"),
    )  # fmt: skip
    assert total.a_year == Decimal("2499.84")
    assert total.gain_a_year == Decimal("624.96")


def test_the_worked_example_in_euro(world):
    only_hostings(world, VIGNE)
    total = hostings(sheet_of(world, "remi", VIGNE))
    assert (total.currency, total.net) == ("EUR", Decimal("120.75"))


@pytest.mark.parametrize(("name", "slug"), [("hugo", HOTEL), ("viola", VIGNE)])
def test_a_client_reads_no_price_of_what_its_partner_pays(world, name, slug):
    """Not even the public one (M3, M4)."""
    sheet = sheet_of(world, name, slug)
    assert (sheet.totals, sheet.sums) == ([], {})
    rows = sheet.rows(sheet.products)
    assert rows
    assert {row.price for row in rows} == {None}
    assert {row.part.payer.slug for row in rows} == {ALPINE if slug == HOTEL else RHONE}
    assert sheet.partner_payer is not None


def test_until_the_partner_confirmed_the_client_pays_and_sees_its_price(world):
    """M10."""
    confirmed(world.partnership(HOTEL, ALPINE), yes=False)
    only_hostings(world, HOTEL)
    mine, partners = sheet_of(world, "hugo", HOTEL), sheet_of(world, "lea", HOTEL)
    assert hostings(mine).net == hostings(partners).net == Decimal("260.40")
    assert mine.partner_payer is None
    assert (hostings(mine).cashback, hostings(partners).cashback) == (0, Decimal("52.08"))


def test_both_sides_where_the_client_pays(world):
    """The public price for both, the cashback for the partner alone."""
    only_hostings(world, BAKERY)
    client, partner = (
        hostings(sheet_of(world, "bruno", BAKERY)),
        hostings(sheet_of(world, "lea", BAKERY)),
    )
    assert client.net == partner.net == Decimal("260.40")
    assert (client.cashback, partner.cashback) == (0, Decimal("52.08"))
    assert not client.part.sees_gain


def test_limited_access_adds_up_what_is_granted(world):
    """T10, T11: 3 of 8."""
    lea, clara = sheet_of(world, "lea", CLINIC), sheet_of(world, "clara", CLINIC)
    assert sum(total.quantity for total in lea.totals) == 3
    assert sum(total.quantity for total in clara.totals) > 3
    assert lea.sums["CHF"][0] < clara.sums["CHF"][0]
    assert {row.product.pk for row in lea.rows(lea.products)} == {
        product.pk for product in Product.objects.visible_to(world.actor("lea", CLINIC))
    }


def test_nobody_manages(world):
    sheet = sheet_of(world, "gina", GARAGE)
    assert {row.part.payer.slug for row in sheet.rows(sheet.products)} == {GARAGE}
    assert all(total.gain_a_year == 0 for total in sheet.totals)


def test_a_suspended_partner_pays_the_public_price_and_gains_nothing(world):
    """P5."""
    only_hostings(world, HOTEL)
    Partner.objects.filter(organisation__slug=ALPINE).update(state=PartnerState.SUSPENDED)
    total = hostings(sheet_of(world, "lea", HOTEL))
    assert (total.net, total.gain_a_year) == (Decimal("260.40"), 0)
    assert sheet_of(world, "hugo", HOTEL).totals == []


def test_what_ends_or_renews_another_day(world):
    """M5: lines are of one day; what ends is in no sum."""
    products = only_hostings(world, GARAGE, 30)
    assert hostings(sheet_of(world, "gina", GARAGE)).net == Decimal("223.20")  # 297.60 − 25 %
    one, two = products[0], products[1]
    Product.objects.filter(pk=one.pk).update(renews_on=timezone.localdate() + timedelta(days=3))
    split = hostings(sheet_of(world, "gina", GARAGE))
    assert (split.quantity, split.net) == (30, Decimal("215.76") + Decimal("7.44"))
    Product.objects.filter(pk=two.pk).update(auto_renewal=False)
    assert hostings(sheet_of(world, "gina", GARAGE)).quantity == 29


def test_no_price_today(world):
    """A type without a price in the payer's currency is named, and adds nothing."""
    kind = world.product_type("chat")
    type(kind).objects.create(slug="new", name="New", category=kind.category)
    world.add_products(world.organisation(GARAGE), 1, type="new")
    total = next(t for t in sheet_of(world, "gina", GARAGE).totals if t.product_type.slug == "new")
    assert (total.price, total.net) == (None, 0)


def test_a_long_sheet_costs_no_query_more(world, django_assert_num_queries):
    def all_of(sheet):
        return sheet.rows(sheet.products), sheet.totals, sheet.sums, sheet.partner_payer

    with django_assert_num_queries(15) as few:
        all_of(sheet_of(world, "lea", BAKERY))
    world.add_products(world.organisation(BAKERY), 40)
    world.add_products(world.organisation(BAKERY), 40, type="vps")
    with django_assert_num_queries(len(few)):
        all_of(sheet_of(world, "lea", BAKERY))
