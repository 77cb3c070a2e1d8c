"""The partner's price list and its calculator (C2, M1, M2, P5)."""

import re
from datetime import timedelta
from decimal import Decimal

import pytest
from django.urls import reverse
from django.utils import timezone

from billing.rules import Terms, Tier
from billing.services import prices
from billing.services.price_list import off_in_all
from clients.models import Category, ProductType
from partners.models import Partner
from partners.rules import PartnerState

pytestmark = pytest.mark.django_db

ALPINE, RHONE = "alpine-web", "rhone-digital"


@pytest.fixture
def lea(world):
    return world.client("lea")


def text_of(browser, name="prices", slug=ALPINE, **query):
    page = browser.get(reverse(name, args=[slug]), query)
    assert page.status_code == 200
    return " ".join(page.content.decode().split())


def calculated(browser, slug=ALPINE, **query):
    query = {"product_type": "web-hosting", "period": "monthly", "quantity": "35"} | query
    return text_of(browser, "price_calculator", slug, **query)


def result_of(browser, slug=ALPINE, **query):
    query = {"product_type": "web-hosting", "period": "monthly", "quantity": "35"} | query
    return browser.get(reverse("price_calculator", args=[slug]), query).context["result"]


# ---- the list --------------------------------------------------------------------------------


def test_the_partner_price_stands_beside_the_public_one(lea):
    text = text_of(lea, q="Web hosting")
    assert "CHF 9.92" in text
    assert "<strong>CHF 7.94</strong>" in text
    assert "20 %" in text
    assert "30 units: −25 %, in all 40 %" in text
    assert "exclude VAT" in text


def test_each_partner_reads_its_own_currency(world):
    text = text_of(world.client("remi"), slug=RHONE, q="Web hosting")
    assert "EUR 5.75" in text
    assert not re.search(r"\bCHF\b", text)


def test_a_fixed_price_is_called_one(world, lea):
    day = timezone.localdate() + timedelta(days=0)
    prices.set_price(
        product_type=world.product_type("chat"), currency="CHF", period="yearly",
        amount=Decimal(20), valid_from=day, by=None,
    )  # fmt: skip
    prices.set_fixed_price(
        product_type=world.product_type("chat"), currency="CHF", period="yearly",
        amount=Decimal(15), valid_from=day, by=None,
    )  # fmt: skip
    text = text_of(lea, q="Team chat", period="yearly")
    assert "CHF 15.00" in text
    assert "Fixed price" in text
    assert "25 %" in text


def test_search_and_filters(lea):
    assert "Web hosting" not in text_of(lea, q="Virtual")
    assert "Virtual server" in text_of(lea, q="cloud comp")
    narrowed = text_of(lea, category="streaming")
    assert "Radio streaming" in narrowed
    assert "Web hosting" not in narrowed
    assert "No price fits" in text_of(lea, q="nothing like it")
    for sort in ("name", "-name", "price", "-price", "catalogue", "wrong"):
        text_of(lea, sort=sort)


def test_names_are_in_the_readers_language(world):
    browser = world.client("lea")
    browser.cookies["django_language"] = "de"
    page = browser.get(reverse("prices", args=[ALPINE]), {"q": "Webhost"})
    assert "Webhosting" in page.content.decode()


def test_only_what_can_be_ordered_and_counts_today(world, lea):
    hosting = world.product_type("web-hosting")
    prices.set_price(
        product_type=hosting, currency="CHF", period="monthly", amount=Decimal("88.88"),
        valid_from=timezone.localdate() + timedelta(days=1), by=None,
    )  # fmt: skip
    assert "88.88" not in text_of(lea)
    ProductType.objects.filter(slug="web-hosting").update(is_offered=False)
    assert "Web hosting" not in text_of(lea)


def test_the_list_costs_the_same_with_more_products(
    world, lea, django_assert_max_num_queries, django_assert_num_queries
):
    text_of(lea)
    with django_assert_max_num_queries(25) as few:
        text_of(lea)
    category = Category.objects.first()
    for number in range(12):
        made = ProductType.objects.create(
            slug=f"more-{number}", name=f"More {number}", category=category
        )
        day = timezone.localdate() - timedelta(days=9)
        prices.set_price(
            product_type=made, currency="CHF", period="monthly", amount=Decimal(10),
            valid_from=day, by=None,
        )  # fmt: skip
        prices.set_tiers(product_type=made, tiers=[Tier(5, Decimal(5))], valid_from=day, by=None)
    with django_assert_num_queries(len(few)):
        assert "More 11" in text_of(lea)


def test_the_csv_holds_the_same(lea):
    page = lea.get(reverse("prices_csv", args=[ALPINE]), {"q": "web hosting", "period": "monthly"})
    head, line = b"".join(page).decode("utf-8-sig").splitlines()
    assert head.startswith("Product,Category,Period,Currency,")
    assert line.startswith("Web hosting,Web & domains,Monthly,CHF,9.92,7.94,20.00,")
    assert "30+: 25.00" in line


def test_the_csv_has_the_readers_decimal_sign(world):
    browser = world.client("remi")
    browser.cookies["django_language"] = "fr"
    page = browser.get(reverse("prices_csv", args=[RHONE]), {"q": "web hosting"})
    assert "5,75" in b"".join(page).decode()


# ---- the calculator --------------------------------------------------------------------------


def test_the_worked_example_step_by_step(lea):
    """M1, M2: 347.20, 277.76, 208.32; public 260.40; cashback 52.08."""
    text = calculated(lea, units_paid="0")
    for step in ("35 × CHF 9.92", "347.20", "277.76", "208.32", "260.40", "52.08", "in all −40 %"):
        assert step in text
    assert text.index("347.20") < text.index("277.76") < text.index("208.32")


def test_the_worked_example_in_euro(world):
    text = calculated(world.client("remi"), RHONE, units_paid="0")
    for step in ("201.25", "161.00", "120.75"):
        assert step in text


def test_units_that_are_paid_already_count(lea):
    assert result_of(lea, quantity="1", units_paid="0").sums.tier.units == 0
    reached = result_of(lea, quantity="1", units_paid="29")
    assert (reached.sums.units, reached.sums.tier.percent) == (30, 25)
    assert result_of(lea, quantity="10", units_paid="0").next_tier == Tier(30, Decimal(25))


def test_without_a_number_those_count_that_the_partner_pays_now(lea):
    """Alpine Web pays Hôtel Bellevue's 35 web hostings."""
    result = result_of(lea, quantity="1")
    assert (result.paid, result.sums.units) == (35, 36)


@pytest.mark.parametrize(
    ("query", "words"),
    [
        ({"quantity": "0"}, "Order at least one."),
        ({"quantity": "-3"}, "Order at least one."),
        ({"quantity": "1000000"}, "One order holds 100000 of a product at most."),
        ({"quantity": "many"}, "whole number"),
        ({"quantity": ""}, "required"),
        ({"product_type": "unknown"}, "valid choice"),
        ({"period": "weekly"}, "valid choice"),
        ({"units_paid": "-1"}, "greater than or equal to 0"),
    ],
)
def test_clear_words_about_what_cannot_be(lea, query, words):
    text = calculated(lea, **query)
    assert words in text
    assert "Your advantage" not in text


def test_a_period_without_a_price(lea):
    text = calculated(lea, product_type="domain-name", period="monthly")
    assert "has no price in CHF for this period" in text


def test_the_form_waits_for_a_choice(lea):
    assert "Choose a product and a quantity" in text_of(lea, "price_calculator")


def test_what_is_taken_off_in_all():
    assert off_in_all(Terms(Decimal("9.92"), Decimal(20)), Decimal(25)) == 40
    assert off_in_all(Terms(Decimal(20), Decimal(35), fixed=Decimal(15))) == 25
    assert off_in_all(Terms(Decimal(20))) == 0


# ---- who may see it --------------------------------------------------------------------------


def test_a_suspended_partner_sees_them_with_a_notice(world, lea):
    """P5, T45."""
    Partner.objects.filter(organisation__slug=ALPINE).update(state=PartnerState.SUSPENDED)
    for name in ("prices", "price_calculator"):
        assert "is not an approved partner at present" in text_of(lea, name)
    text = calculated(lea)
    assert "208.32" in text
    assert "You get" not in text


@pytest.mark.parametrize("name", ["prices", "prices_csv", "price_calculator"])
@pytest.mark.parametrize(
    ("person", "slug", "status"),
    [
        ("cora", ALPINE, 200),
        ("adam", ALPINE, 200),
        ("bruno", "boulangerie-du-lac", 404),
        ("lea", "boulangerie-du-lac", 404),
        ("gina", ALPINE, 404),
    ],
)
def test_who_sees_partner_prices(world, name, person, slug, status):
    """Partners' people only, and nobody in a client's organisation (M4)."""
    browser = world.client(person)
    assert browser.get(reverse(name, args=[slug])).status_code == status
