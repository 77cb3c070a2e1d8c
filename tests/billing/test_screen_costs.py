"""The page of the cost sheet: who opens it, and what it says (section 6, M4, T8, T11)."""

import re

import pytest
from django.urls import reverse

from access.models import Membership
from clients.models import Product
from tests.billing.ordering import ALPINE, BAKERY, CLINIC, GARAGE, HOTEL

pytestmark = pytest.mark.django_db


def page(browser, slug, name="costs", **asked):
    answer = browser.get(reverse(name, args=[slug]), asked)
    assert answer.status_code == 200
    return " ".join(answer.getvalue().decode("utf-8-sig").split())


@pytest.mark.parametrize("name", ["costs", "costs_csv"])
@pytest.mark.parametrize(
    ("person", "slug", "status"),
    [
        ("bruno", BAKERY, 200),
        ("lea", BAKERY, 200),
        ("lea", CLINIC, 200),
        ("colin", CLINIC, 404),
        ("gina", BAKERY, 404),
        ("remi", BAKERY, 404),
    ],
)
def test_who_opens_it(world, name, person, slug, status):
    assert world.client(person).get(reverse(name, args=[slug])).status_code == status


def test_a_collaborator_with_the_accounting_right(world):
    Membership.objects.filter(user=world.person("colin")).update(accounting=True)
    assert "Products" in page(world.client("colin"), CLINIC)


def test_the_client_reads_who_pays_and_no_price(world):
    hugo = world.client("hugo")
    text = page(hugo, HOTEL)
    assert "Alpine Web Sàrl pays what it manages for you." in text
    assert not re.search(r"\bCHF\b", text)
    assert not re.search(r"\bCHF\b", page(hugo, HOTEL, "costs_csv"))
    assert "Alpine Web Sàrl" in page(hugo, HOTEL, "costs_csv")


def test_the_partner_reads_its_price_and_discount(world):
    text = page(world.client("lea"), HOTEL)
    for words in ("208.32", "Your discount a year", "Discount a year", "−25 %"):
        assert words in text
    assert "Alpine Web Sàrl pays what it manages" not in text


def test_the_client_that_pays_reads_no_cashback(world):
    bruno, lea = page(world.client("bruno"), BAKERY), page(world.client("lea"), BAKERY)
    assert "ashback" not in bruno
    assert "Your cashback a year" in lea


def test_search_filter_sort_and_csv(world):
    gina = world.client("gina")
    name = Product.objects.filter(organisation__slug=GARAGE).order_by("name")[0].name
    assert name in page(gina, GARAGE, q=name)
    assert "No product fits" in page(gina, GARAGE, q="nothing like it")
    assert "No product fits" in page(gina, GARAGE, renewal="ending")
    for sort in ("name", "-type", "state", "since", "-renewal", "wrong"):
        page(gina, GARAGE, sort=sort)
    page(gina, GARAGE, category="nowhere", state="active", renewal="renewed")
    rows = gina.get(reverse("costs_csv", args=[GARAGE]), {"q": name}).getvalue().decode()
    assert len(rows.splitlines()) == 2
    Product.objects.filter(organisation__slug=GARAGE).update(state="ended")
    assert "Nothing runs here" in page(gina, GARAGE)


def test_a_hostile_name_is_text(world):
    """T32, T33."""
    Product.objects.filter(organisation__slug=GARAGE).update(name="=1+1<script>")
    gina = world.client("gina")
    assert "<script>" not in page(gina, GARAGE).replace("<script src", "")
    assert "'=1+1" in page(gina, GARAGE, "costs_csv")


@pytest.mark.parametrize(("person", "slug"), [("lea", BAKERY), ("lea", CLINIC), ("hugo", HOTEL)])
def test_the_page_costs_the_same_with_more_products(
    world, person, slug, django_assert_max_num_queries, django_assert_num_queries
):
    browser = world.client(person)
    page(browser, slug)
    with django_assert_max_num_queries(30) as few:
        page(browser, slug)
    world.add_products(world.organisation(slug), 60)
    with django_assert_num_queries(len(few)):
        page(browser, slug)


def test_the_partner_without_this_client_finds_nothing(world):
    """T22: ended means ended."""
    lea = world.client("lea")
    page(lea, BAKERY)
    Membership.objects.filter(user=world.person("lea"), organisation__slug=ALPINE).delete()
    assert lea.get(reverse("costs", args=[BAKERY])).status_code == 404
