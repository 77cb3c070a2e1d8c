"""Assigning products and a partner's clients to one of the organisation's people (O2, O5, T8)."""

import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext
from django.urls import reverse

from access import assigning
from tests.journey import ALPINE, GARAGE, RHONE, seen
from tests.world import World

pytestmark = pytest.mark.django_db

CLINIC, BAKERY = "clinique-belmont", "boulangerie-du-lac"


def page(name: str, slug: str, *args: str) -> str:
    return reverse(name, args=[slug, *args])


def of(world: World, name: str, slug: str, url: str) -> str:
    return page(url, slug, world.membership(name, slug).public_id)


# ---- products ------------------------------------------------------------------------------


def test_assigning_products(world: World) -> None:
    browser, url = world.client("clara"), of(world, "colin", CLINIC, "member_products")
    one = world.products(CLINIC)[0]
    category = world.product_type("vps").category
    browser.post(url, {"products": [one.public_id], "categories": [category.slug]})
    held = {p.name for p in world.products(CLINIC) if p.product_type.category == category}
    assert seen(world, "colin", CLINIC) == held | {one.name}
    groups = {g["category"].slug: g for g in browser.get(url).context["form"].groups}
    assert groups[category.slug]["whole"]
    browser.post(url, {"every_product": "on"})
    assert len(seen(world, "colin", CLINIC)) == 8
    assert "All products" in browser.get(page("people", CLINIC)).text


@pytest.mark.parametrize("key", ["nothing-like-it", "\x00", "1"])
def test_a_foreign_product_is_refused_beside_the_field(world: World, key: str) -> None:
    """T28"""
    browser, url = world.client("clara"), of(world, "colin", CLINIC, "member_products")
    before = seen(world, "colin", CLINIC)
    for value in (key, world.products(GARAGE)[0].public_id):
        response = browser.post(url, {"products": [value]})
        assert list(response.context["form"].errors) == ["products"]
        assert "left the organisation meanwhile" in response.text
    assert list(browser.post(url, {"categories": [key]}).context["form"].errors) == ["categories"]
    assert seen(world, "colin", CLINIC) == before


def test_five_hundred_products(world: World) -> None:
    world.add_products(world.organisation(CLINIC), 492)
    browser, url = world.client("clara"), of(world, "colin", CLINIC, "member_products")
    with CaptureQueriesContext(connection) as few:
        response = browser.get(url)
    assert len(response.context["form"].by_id) == 500
    assert len(few) < 15
    chosen = [product.public_id for product in world.products(CLINIC)]
    with CaptureQueriesContext(connection) as few:
        browser.post(url, {"products": chosen})
    assert len(few) < 40
    assert len(seen(world, "colin", CLINIC)) == 500


def test_nothing_to_assign_to_who_represents(world: World) -> None:
    response = world.client("lea").get(of(world, "adam", ALPINE, "member_clients"), follow=True)
    assert "nothing can be assigned" in response.text


# ---- clients -------------------------------------------------------------------------------


def keys(*partnerships) -> list[str]:
    return [partnership.public_id for partnership in partnerships]


def test_assigning_clients_one_by_one_and_ticked(world: World) -> None:
    """O5, T8"""
    browser, url = world.client("adam"), of(world, "cora", ALPINE, "member_clients")
    cora = world.membership("cora", ALPINE)
    clinic, hotel = (world.partnership(slug, ALPINE) for slug in (CLINIC, "hotel-bellevue"))
    response = browser.post(f"{url}?q=cl", {"give": clinic.public_id})
    assert response.url == f"{url}?q=cl"
    assert {client.slug for client in assigning.clients(cora)} == {BAKERY, CLINIC}
    browser.post(url, {"take": "ticked", "clients": keys(clinic, hotel)})
    browser.post(url, {"give": "ticked", "clients": keys(hotel)})
    assert {client.slug for client in assigning.clients(cora)} == {BAKERY, "hotel-bellevue"}
    shown = browser.get(url, {"assigned": "yes"}).context["page"]
    assert [row.client_name for row in shown] == ["Boulangerie du Lac", "Hôtel Bellevue"]


@pytest.mark.parametrize(
    "typed", [{}, {"give": "ticked"}, {"give": "x"}, {"give": "ticked", "clients": ["\x00"]}]
)
def test_nothing_ticked_is_said(world: World, typed: dict) -> None:
    browser, url = world.client("lea"), of(world, "cora", ALPINE, "member_clients")
    assert "Tick at least one client" in browser.post(url, typed, follow=True).text


def test_a_foreign_client_is_not_assigned(world: World) -> None:
    """T28, T43: another partner's partnership, and one that only waits."""
    browser, url = world.client("lea"), of(world, "cora", ALPINE, "member_clients")
    foreign = keys(
        world.partnership("atelier-vigne", RHONE), world.partnership("musee-du-jura", ALPINE)
    )
    for key in foreign:
        assert "Tick at least one" in browser.post(url, {"give": key}, follow=True).text
    assert assigning.clients(world.membership("cora", ALPINE)).count() == 1


def test_many_clients_come_in_pages(world: World) -> None:
    world.add_clients(world.partner(ALPINE), 120)
    browser, url = world.client("lea"), of(world, "cora", ALPINE, "member_clients")
    response = browser.get(url)
    assert len(response.context["page"].object_list) == 50
    assert response.text.count('name="clients"') == 50
    assert len(browser.get(url, {"q": "Belmont"}).context["page"].object_list) == 1


def test_who_is_no_partner_has_no_clients_to_assign(world: World) -> None:
    url = of(world, "colin", CLINIC, "member_clients")
    assert world.client("clara").get(url).status_code == 404
    assert "Assign clients" not in world.client("clara").get(page("people", CLINIC)).text
