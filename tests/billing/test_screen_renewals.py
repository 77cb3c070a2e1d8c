"""Renewing by hand from the product's page: who pays, how much, and nothing twice (M3, M5, T13)."""

import re
from datetime import timedelta
from decimal import Decimal
from typing import Any

import pytest
from django.utils import timezone

from billing.errors import AlreadySettled, NothingToRenew
from billing.models import Invoice, LineProduct, Order, OrderLimit
from billing.services.approving import approve_order
from billing.services.renewing import renew_due
from clients.models import Product
from clients.rules import term_after
from tests.world import World

HOTEL, BAKERY, CLINIC, GARAGE = (
    *("hotel-bellevue", "boulangerie-du-lac", "clinique-belmont", "garage-nord"),
)


def first(slug: str, **which: Any) -> Product:
    product = Product.objects.filter(organisation__slug=slug, state="active", **which).first()
    assert product is not None
    return product


def address(slug: str, product: Product) -> str:
    return f"/o/{slug}/products/{product.public_id}/renew/"


def hidden(page: str) -> dict[str, str]:
    """What the confirmation carries."""
    found = {}
    for name in ("key", "version", "digest"):
        value = re.search(rf'name="{name}" value="([^"]*)"', page)
        assert value, name
        found[name] = value[1]
    return found


def press(world: World, person: str, slug: str, product: Product, **more: Any) -> Any:
    browser = world.client(person)
    page = browser.get(address(slug, product)).content.decode()
    return browser.post(address(slug, product), hidden(page) | {"go": "place"} | more)


def test_the_client_renews_and_pays(world: World) -> None:
    product = first(GARAGE)
    before = product.renews_on
    assert before is not None
    page = world.client("gina").get(address(GARAGE, product)).content.decode()
    assert "Renew for CHF" in page
    answer = press(world, "gina", GARAGE, product)
    order = Order.objects.get(kind="renewal")
    assert answer.status_code == 302
    assert answer["Location"].endswith(f"/orders/{order.public_id}/")
    product.refresh_from_db()
    assert product.renews_on is not None
    assert product.renews_on > before
    assert product.renews_on <= term_after(before, product.period, anchor=31)
    assert (order.payer, order.ordered_by) == (world.organisation(GARAGE), "client")
    assert LineProduct.objects.filter(product=product, starts_on=before).count() == 1
    assert Invoice.objects.filter(lines__order_line__order=order).exists()


def test_twice_pressed_is_once_renewed(world: World) -> None:
    """T15: the same form twice is one order."""
    product = first(GARAGE)
    browser = world.client("gina")
    page = hidden(browser.get(address(GARAGE, product)).content.decode())
    for _ in range(2):
        browser.post(address(GARAGE, product), page | {"go": "place"})
    assert Order.objects.filter(kind="renewal").count() == 1


def test_the_partner_renews_for_a_client_that_pays(world: World) -> None:
    """M3, second row: public price, cashback for the partner."""
    product = first(BAKERY)
    page = world.client("lea").get(address(BAKERY, product)).content.decode()
    assert "Cashback for Alpine Web" in page
    press(world, "lea", BAKERY, product)
    order = Order.objects.get(kind="renewal")
    assert order.payer == world.organisation(BAKERY)
    assert order.ordered_by == "partner"
    assert order.cashback > 0
    assert order.lines.get().rule == "full-client-partner"


def test_the_partner_that_pays_gets_its_discount(world: World) -> None:
    """M3, third row; several at once are one line with its tier (M2)."""
    products = list(
        Product.objects.filter(
            organisation__slug=HOTEL, state="active", product_type__slug="web-hosting"
        )
    )
    Product.objects.filter(pk__in=[one.pk for one in products]).update(
        renews_on=timezone.localdate() + timedelta(days=9), started_on=None
    )
    browser = world.client("lea")
    also = [one.public_id for one in products[1:]]
    page = browser.post(address(HOTEL, products[0]), {"go": "check", "also": also}).content.decode()
    assert "208.32" in page
    browser.post(address(HOTEL, products[0]), hidden(page) | {"go": "place", "also": also})
    line = Order.objects.get(kind="renewal").lines.get()
    assert (line.quantity, line.net) == (35, Decimal("208.32"))


def test_the_client_of_a_partner_that_pays_waits(world: World) -> None:
    """M3, fourth row, M10: above the limit it waits; approved, its term follows the old one; the
    client reads no amount (M4)."""
    product = first(HOTEL)
    before = product.renews_on
    page = world.client("hugo").get(address(HOTEL, product)).content.decode()
    assert "has to approve this renewal first" in page
    assert not re.search(r"\bCHF\b", page[page.index("<form") :])
    press(world, "hugo", HOTEL, product)
    order = Order.objects.get(kind="renewal")
    product.refresh_from_db()
    assert (order.state, product.renews_on) == ("waiting", before)
    approve_order(order=order, method="transfer", by=world.actor("lea", "alpine-web"))
    order.refresh_from_db()
    product.refresh_from_db()
    assert order.state == "placed"
    assert order.lines.get().starts_on == before
    assert product.renews_on == order.lines.get().ends_on
    assert (
        order.organisation.products.count()
        == Product.objects.filter(organisation=order.organisation).count()
    )


def test_within_the_limit_it_does_not_wait(world: World) -> None:
    OrderLimit.objects.update_or_create(
        partnership=world.partnership(HOTEL, "alpine-web"), defaults={"amount": 10_000}
    )
    press(world, "hugo", HOTEL, first(HOTEL))
    assert Order.objects.get(kind="renewal").state == "placed"


def test_renewed_by_night_before_the_approval(world: World) -> None:
    """T15: an order that waited too long renews nothing a second time."""
    product = first(HOTEL)
    press(world, "hugo", HOTEL, product)
    order = Order.objects.get(kind="renewal")
    Product.objects.update(auto_renewal=False)
    Product.objects.filter(pk=product.pk).update(auto_renewal=True)
    day = product.renews_on
    assert day is not None
    Product.objects.filter(pk=product.pk).update(renews_on=timezone.localdate())
    renew_due()
    with pytest.raises(AlreadySettled):
        approve_order(order=order, method="transfer", by=world.actor("lea", "alpine-web"))


def test_changed_meanwhile(world: World) -> None:
    """T13: another quote than the one shown is refused with the new one."""
    product = first(BAKERY)
    browser = world.client("bruno")
    page = hidden(browser.get(address(BAKERY, product)).content.decode())
    answer = browser.post(address(BAKERY, product), page | {"go": "place", "digest": "0" * 32})
    assert answer.status_code == 409
    assert not Order.objects.filter(kind="renewal").exists()


@pytest.mark.parametrize(("person", "status"), [("colin", 404), ("remi", 404)])
def test_strangers(world: World, person: str, status: int) -> None:
    answer = world.client(person).get(address(GARAGE, first(GARAGE)))
    assert answer.status_code == status


def test_limited_partner_may_not(world: World) -> None:
    """M3: limited partners do not renew; the page says so."""
    partnership = world.partnership(CLINIC, "alpine-web")
    granted = Product.objects.filter(partner_grants__partnership=partnership).first()
    assert granted is not None
    assert world.client("lea").get(address(CLINIC, granted)).status_code == 403


def test_what_has_ended_is_not_renewed(world: World) -> None:
    from billing.services.renewing_by_hand import quote_renewal

    product = first(GARAGE)
    product.state = "ended"
    with pytest.raises(NothingToRenew):
        quote_renewal(by=world.actor("gina", GARAGE), products=[product])


def test_the_product_page_leads_there(world: World) -> None:
    product = first(GARAGE)
    page = world.client("gina").get(f"/o/{GARAGE}/products/{product.public_id}/")
    assert address(GARAGE, product) in page.content.decode()
