"""What partners manage in a year against the programme's minimum (P2): set-based for all, equal to
the figure for one and to what was worked out by hand."""

from decimal import Decimal
from typing import Any

import pytest
from django.core.cache import cache
from django.db import connection
from django.test.utils import CaptureQueriesContext
from django.urls import reverse
from django.utils import timezone

from access.models import Organisation
from billing.models import Price
from billing.services import upcoming
from clients.models import Category, Partnership, Product, ProductType
from clients.rules import Offer
from clients.services import accept_invitation, invite_partner
from partners.services import suspend
from tests.portal.admin_pages import address
from tests.world import World

pytestmark = pytest.mark.django_db

ALPINE, RHONE, BAKERY, CLINIC, HOTEL, ATELIER, GARAGE = (
    "alpine-web",
    "rhone-digital",
    "boulangerie-du-lac",
    "clinique-belmont",
    "hotel-bellevue",
    "atelier-vigne",
    "garage-nord",
)
TYPE = "probe"
LIST = address("billing.PartnerTurnover")


def today() -> Any:
    return timezone.localdate()


def only(world: World, numbers: dict[str, int], **fields: Any) -> None:
    """Each organisation has so many active products of one type, and nobody another one."""
    Product.objects.update(state="cancelled")
    for slug, number in numbers.items():
        made = world.add_products(world.organisation(slug), number, type=TYPE)
        Product.objects.filter(pk__in=[each.pk for each in made]).update(**fields)


@pytest.fixture
def prices(world: World) -> None:
    """A product type of which one costs CHF 20.00 a month or 200.00 a year, EUR 18.00 or 180.00."""
    kind = ProductType.objects.create(slug=TYPE, name="Probe", category=Category.objects.all()[0])
    for currency, monthly, yearly in (("CHF", "20.00", "200.00"), ("EUR", "18.00", "180.00")):
        for period, amount in (("monthly", monthly), ("yearly", yearly)):
            Price.objects.create(
                product_type=kind,
                currency=currency,
                period=period,
                amount=Decimal(amount),
                valid_from=today(),
            )


def amounts(world: World) -> dict[str, tuple[str, Decimal, bool]]:
    """By partner, from the question about all of them, which the one about each must equal."""
    every = upcoming.turnovers(today())
    found = {}
    for pk, each in every.items():
        own = Organisation.objects.get(pk=pk)
        assert each == upcoming.turnover(own, today())
        found[own.slug] = (each.currency, each.amount, each.reached)
    return found


def test_by_hand(world: World, prices: None) -> None:
    """Alpine Web manages, in CHF, 3 of the bakery and 6 of the hotel at 20.00 a month:
    9 x 240 = 2,160. Rhône Digital in EUR 8 of Atelier Vigne: 8 x 216 = 1,728, below 1,800.
    Garage Nord has no partner."""
    only(world, {BAKERY: 3, HOTEL: 6, ATELIER: 8, GARAGE: 5}, period="monthly")
    assert amounts(world) == {
        ALPINE: ("CHF", Decimal("2160.00"), True),
        RHONE: ("EUR", Decimal("1728.00"), False),
    }
    below = {each.organisation.slug for each in upcoming.partners_below(today())}
    assert below == {RHONE}


def test_a_year_counts_once(world: World, prices: None) -> None:
    """10 x 200.00 is the minimum itself: reached."""
    only(world, {HOTEL: 10}, period="yearly")
    assert amounts(world) == {ALPINE: ("CHF", Decimal("2000.00"), True)}
    below = {each.organisation.slug for each in upcoming.partners_below(today())}
    assert below == {RHONE}, "a partner without any product is below"


@pytest.mark.parametrize("state", ["ordered", "suspended", "cancelled", "ended"])
def test_only_active_products_count(world: World, prices: None, state: str) -> None:
    only(world, {HOTEL: 10}, period="yearly", state=state)
    assert amounts(world) == {}


def test_a_grant_takes_a_product_from_full_access(world: World, prices: None) -> None:
    """L7: Alpine Web holds the bakery whole, and 3 of its 10 are granted to Rhône Digital, which
    counts them in EUR: 7 x 200.00 and 3 x 180.00."""
    only(world, {BAKERY: 10}, period="yearly")
    products = Product.objects.filter(organisation__slug=BAKERY, state="active").order_by("pk")
    by = world.actor("bruno", BAKERY)
    offer = Offer.limited([product.pk for product in products[:3]])
    asked = invite_partner(partner=world.partner(RHONE), offer=offer, by=by)
    accept_invitation(partnership=asked, version=asked.version, by=world.actor("remi", RHONE))
    assert amounts(world) == {
        ALPINE: ("CHF", Decimal("1400.00"), False),
        RHONE: ("EUR", Decimal("540.00"), False),
    }


def test_at_the_clinic_only_what_is_granted_counts(world: World, prices: None) -> None:
    """L7"""
    only(world, {CLINIC: 4}, period="yearly")
    assert amounts(world) == {}
    granted = Product.objects.filter(partner_grants__partnership__client__slug=CLINIC)
    granted.update(state="active", period="yearly", product_type=world.product_type(TYPE))
    assert granted.count() == 3
    assert amounts(world) == {ALPINE: ("CHF", Decimal("600.00"), False)}


def test_an_ended_partnership_counts_no_more(world: World, prices: None) -> None:
    """L9: by the end date, without a job."""
    only(world, {BAKERY: 1, HOTEL: 10}, period="yearly")
    Partnership.objects.filter(client__slug=HOTEL).update(ends_at=timezone.now())
    assert amounts(world) == {ALPINE: ("CHF", Decimal("200.00"), False)}


def test_a_partner_counts_in_its_own_currency(world: World, prices: None) -> None:
    """A partner in EUR with a client in CHF: at the price in EUR."""
    partner = world.partner(RHONE)
    (partnership,) = world.add_clients(partner, 1)
    assert partnership.client is not None
    assert partnership.client.currency == "CHF"
    only(world, {partnership.client.slug: 10}, period="yearly")
    assert amounts(world) == {RHONE: ("EUR", Decimal("1800.00"), True)}


def test_what_has_no_price_is_told(world: World, prices: None) -> None:
    only(world, {HOTEL: 2}, period="yearly")
    bare = ProductType.objects.create(slug="bare", name="Bare", category=Category.objects.all()[0])
    Product.objects.filter(state="active").update(product_type=bare)
    (found,) = upcoming.turnovers(today()).values()
    assert (found.amount, found.products, found.unpriced) == (Decimal("0.00"), 2, 2)


def test_all_partners_cost_the_same_number_of_questions(world: World, prices: None) -> None:
    with CaptureQueriesContext(connection) as few:
        upcoming.turnovers(today())
    for partner in world.add_partners(5):
        world.add_clients(partner, 2)
    with CaptureQueriesContext(connection) as many:
        assert len(upcoming.turnovers(today())) == 7
    assert len(many) == len(few)


def test_with_many_products_the_figure_is_kept_for_a_while(
    world: World, prices: None, monkeypatch: pytest.MonkeyPatch
) -> None:
    own = world.organisation(ALPINE)
    only(world, {HOTEL: 3}, period="yearly")
    monkeypatch.setattr(upcoming, "MANY", 2)
    cache.clear()
    try:
        first = upcoming.turnover(own, today())
        with CaptureQueriesContext(connection) as asked:
            assert upcoming.turnover(own, today()) == first
        assert not [each for each in asked if "clients_product" in each["sql"]]
    finally:
        cache.clear()


# ---- staff -----------------------------------------------------------------------------------


def csv_lines(response: Any) -> list[list[str]]:
    text = b"".join(response).decode("utf-8-sig")
    return [line.split(";") for line in text.splitlines()]


def test_staff_export_what_the_list_shows(world: World, prices: None) -> None:
    """P2: partner, currency, total, minimum, below or not, since when."""
    only(world, {HOTEL: 11, ATELIER: 1}, period="yearly")
    browser = world.client("staff")
    lines = csv_lines(browser.get(f"{LIST}?format=csv"))
    assert [line[0] for line in lines[1:]] == ["Alpine Web Sàrl", "Rhône Digital SAS"]
    alpine = dict(zip(lines[0], lines[1], strict=True))
    since = timezone.localdate(world.partner(ALPINE).approved_at)
    assert alpine["Currency"] == "CHF"
    assert alpine["Partner since"] == since.isoformat()
    assert alpine["Reached"] == "reached"
    assert [alpine["Minimum"], alpine["Missing"]] == ["2000.00", "0.00"]
    assert "2200.00" in lines[1]
    below = csv_lines(browser.get(f"{LIST}?format=csv&minimum=below"))
    assert [line[0] for line in below[1:]] == ["Rhône Digital SAS"]
    found = csv_lines(browser.get(f"{LIST}?format=csv&q=alpine"))
    assert [line[0] for line in found[1:]] == ["Alpine Web Sàrl"]


def test_the_export_is_for_those_who_see_the_list(world: World) -> None:
    """T47"""
    clerk = world.add_person("clerk@portal.example")
    clerk.is_staff = True
    clerk.save()
    assert world.client("clerk").get(f"{LIST}?format=csv").status_code == 403
    assert world.client("lea").get(f"{LIST}?format=csv").status_code in (302, 403, 404)


def test_the_list_offers_the_export_of_what_it_shows(world: World) -> None:
    page = world.client("staff").get(f"{LIST}?minimum=below")
    assert "minimum=below&amp;format=csv" in page.text


# ---- the partner -----------------------------------------------------------------------------


def test_the_reseller_sees_its_total_at_home(world: World, prices: None) -> None:
    """P2, and T11: a total over all clients is not for who reaches some of them."""
    only(world, {HOTEL: 6}, period="yearly")
    home = reverse("home", args=[ALPINE])
    assert "1,200.00" in world.client("lea").get(home).text
    assert "Minimum of the programme" not in world.client("cora").get(home).text
    assert (
        "Minimum of the programme"
        not in world.client("gina").get(reverse("home", args=[GARAGE])).text
    )
    suspend(partner=world.partner(ALPINE), by=world.person("staff"))
    assert "1,200.00" in world.client("lea").get(home).text
