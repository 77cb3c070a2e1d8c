"""The pages of orders: several lines without JavaScript, nothing typed lost, no surprise (T13,
T15, T28, T39, T43), and the lists at the price of few queries."""

import re
from typing import Any

import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext
from django.urls import reverse

from billing.models import Order, OrderLimit
from clients.models import Product
from clients.rules import Offer, Side
from clients.services import keep_product
from partners import services as programme
from tests.billing.ordering import ALPINE, BAKERY, CLINIC, GARAGE, HOTEL, confirmed, hostings, order
from tests.journey import change, end
from tests.world import World


def line(number: int = 0, **typed: Any) -> dict[str, Any]:
    values = {"product_type": "web-hosting", "quantity": 2, "period": "monthly", "names": ""}
    return {f"line{number}-{name}": value for name, value in (values | typed).items()}


def form(*lines: dict[str, Any], **more: Any) -> dict[str, Any]:
    found: dict[str, Any] = {"key": "a" * 32, "lines": len(lines) or 1}
    for one in lines or (line(),):
        found |= one
    return found | more


def value(page: str, name: str) -> str:
    found = re.search(rf'name="{name}"[^>]* value="([^"]*)"', page)
    return found[1] if found else ""


def new(slug: str) -> str:
    return reverse("order_new", args=[slug])


def check(world: World, name: str, slug: str, *lines: dict[str, Any]) -> tuple[Any, dict[str, Any]]:
    """The browser, and what the confirmation page's form would send."""
    browser = world.client(name)
    page = browser.post(new(slug), form(*lines, go="check")).content.decode()
    read = {key: value(page, key) for key in ("version", "digest", "key", "lines")}
    return browser, form(*lines) | read | {"go": "place", "method": "transfer"}


# ---- The lines -------------------------------------------------------------------------------


def test_lines_are_added_and_removed_and_keep_what_was_typed(world: World) -> None:
    browser = world.client("gina")
    typed = line(names="one, two", quantity="not a number")
    page = browser.post(new(GARAGE), form(typed, go="add")).content.decode()
    assert value(page, "lines") == "2"
    assert value(page, "line0-names") == "one, two"
    assert value(page, "line0-quantity") == "not a number"
    assert "errorlist" not in page  # not judged before it is wanted
    answer = browser.post(new(GARAGE), form(typed, line(1, names="x"), go="remove0"))
    assert value(answer.content.decode(), "line0-names") == "x"
    assert not Order.objects.exists()


def test_blank_lines_are_passed_over(world: World) -> None:
    blank = line(1, product_type="", quantity=1)
    browser, read = check(world, "gina", GARAGE, line(), blank)
    browser.post(new(GARAGE), read)
    assert Order.objects.get().lines.count() == 1


@pytest.mark.parametrize(
    ("typed", "words"),
    [
        ({"quantity": 0}, "At least 1"),
        ({"quantity": -3}, "At least 1"),
        ({"quantity": 1_000_000}, "At most 10000"),
        ({"quantity": "many"}, "A whole number"),
        ({"product_type": "gold"}, "valid choice"),
        ({"product_type": ""}, "required"),
        ({"period": "hourly"}, "valid choice"),
        ({"quantity": 3, "names": "a, b"}, "2 names for 3 products"),
        ({"names": "x" * 90}, "80 characters"),
    ],
)
def test_what_cannot_be_ordered_is_said(world: World, typed: Any, words: str) -> None:
    browser = world.client("gina")
    for go in ("check", "place"):
        answer = browser.post(new(GARAGE), form(line(**typed), go=go))
        assert answer.status_code == 200
        assert re.search(words, answer.content.decode())
    assert not Order.objects.exists()


def test_a_type_that_is_no_longer_offered(world: World) -> None:
    kind = world.product_type("web-hosting")
    kind.is_offered = False
    kind.save()
    answer = world.client("gina").post(new(GARAGE), form(go="place"))
    assert "valid choice" in answer.content.decode()


def test_strange_forms_change_nothing(world: World) -> None:
    """T39: a price, a payer, a state in the form are nothing to us."""
    browser, read = check(world, "gina", GARAGE)
    hostile = {"net": "0.01", "payer": ALPINE, "state": "placed", "line0-price": "0.01"}
    browser.post(new(GARAGE), read | hostile)
    placed = Order.objects.get()
    assert (placed.payer.slug, str(placed.net)) == (GARAGE, "19.84")
    for go in ("", "remove99", "removeX", "edit", "nonsense"):
        assert browser.post(new(GARAGE), form(go=go)).status_code == 200
    for lines in ("-1", "9999999999", "x"):
        assert browser.post(new(GARAGE), form() | {"lines": lines}).status_code == 200


# ---- Confirming ------------------------------------------------------------------------------


def test_the_button_twice_is_one_order(world: World) -> None:
    """T15"""
    browser, read = check(world, "gina", GARAGE)
    first, second = browser.post(new(GARAGE), read), browser.post(new(GARAGE), read)
    assert first.url == second.url
    assert Order.objects.count() == 1


def test_another_payer_meanwhile_is_shown_first(world: World) -> None:
    """T13: 409, a fresh quote, nothing typed lost, and the new button orders that."""
    browser, read = check(world, "bruno", BAKERY, line(names="shop"))
    change(world, world.partnership(BAKERY, ALPINE), Offer.full("partner"))
    answer = browser.post(new(BAKERY), read)
    page = answer.content.decode()
    assert answer.status_code == 409
    assert "changed since you saw them" in page
    assert "has to approve this order first" in page
    assert value(page, "line0-names") == "shop"
    assert not Order.objects.exists()
    fresh = {key: value(page, key) for key in ("version", "digest")}
    assert browser.post(new(BAKERY), read | fresh).status_code == 302
    assert Order.objects.get().state == "waiting"


@pytest.mark.parametrize("missing", ["version", "digest"])
def test_what_was_not_read_is_not_ordered(world: World, missing: str) -> None:
    browser, read = check(world, "bruno", BAKERY)
    answer = browser.post(new(BAKERY), read | {missing: ""})
    assert answer.status_code == 409
    assert not Order.objects.exists()


def test_a_balance_that_is_too_small(world: World) -> None:
    browser, read = check(world, "gina", GARAGE)
    answer = browser.post(new(GARAGE), read | {"method": "prepaid"})
    assert "prepaid account holds" in answer.content.decode()
    assert not Order.objects.exists()


def test_nobody_pays_with_anothers_balance(world: World) -> None:
    """A partner's person is offered no prepaid account of its client, and gets none."""
    browser, read = check(world, "lea", BAKERY)
    page = browser.post(new(BAKERY), read | {"go": "check"}).content.decode()
    assert "Prepaid account" not in page
    answer = browser.post(new(BAKERY), read | {"method": "prepaid"})
    assert answer.status_code == 200
    assert not Order.objects.exists()


def test_who_may_order_nothing(world: World) -> None:
    """Section 6: limited partners are told why, strangers nothing; a suspended one is told too."""
    assert world.client("lea").get(new(CLINIC)).status_code == 403
    assert world.client("remi").get(new(CLINIC)).status_code == 404
    assert world.client("colin").get(new(CLINIC)).status_code == 403
    assert world.client("lea").post(new(CLINIC), form(go="place")).status_code == 403
    programme.suspend(partner=world.partner(ALPINE), by=None)
    refused = world.client("lea").get(new(BAKERY))
    assert refused.status_code == 403
    assert b"not an approved partner" in refused.content


# ---- Approving -------------------------------------------------------------------------------


def test_the_partner_reads_and_answers(world: World) -> None:
    waiting = order(world.actor("hugo", HOTEL), hostings(world, 3))
    lea = world.client("lea")
    assert (
        b"1 order waits for your approval"
        in lea.get(reverse("client_orders", args=[ALPINE])).content
    )
    page = reverse("client_order", args=[ALPINE, waiting.public_id])
    assert b"Approve and pay" in lea.get(page).content
    refused = lea.post(reverse("client_order_refuse", args=[ALPINE, waiting.public_id]))
    assert b"required" in refused.content
    answer = {"reason": "Let us talk first."}
    lea.post(reverse("client_order_refuse", args=[ALPINE, waiting.public_id]), answer)
    told = world.client("hugo").get(reverse("order", args=[HOTEL, waiting.public_id]))
    assert b"Let us talk first." in told.content
    late = lea.post(
        reverse("client_order_approve", args=[ALPINE, waiting.public_id]), {"method": "transfer"}
    )
    assert late.status_code == 302
    waiting.refresh_from_db()
    assert waiting.state == "refused"


def test_who_may_not_approve(world: World) -> None:
    """A collaborator sees the client that is theirs, if any; a stranger nothing (T43)."""
    waiting = order(world.actor("hugo", HOTEL), hostings(world, 3))
    for name, slug in (("remi", "rhone-digital"), ("hugo", HOTEL), ("cora", ALPINE)):
        address = reverse("client_order_approve", args=[slug, waiting.public_id])
        answer = world.client(name).post(address, {"method": "transfer"})
        assert answer.status_code in (403, 404)
    waiting.refresh_from_db()
    assert waiting.state == "waiting"


def test_the_client_withdraws(world: World) -> None:
    waiting = order(world.actor("hugo", HOTEL), hostings(world, 3))
    address = reverse("order_withdraw", args=[HOTEL, waiting.public_id])
    assert world.client("hugo").get(address).status_code == 405
    world.client("hugo").post(address)
    waiting.refresh_from_db()
    assert waiting.state == "withdrawn"


def test_the_limit_is_set_on_the_clients_page(world: World) -> None:
    partnership = confirmed(world.partnership(HOTEL, ALPINE))
    address = reverse("client_limit", args=[ALPINE, partnership.public_id])
    lea = world.client("lea")
    assert b"greater than or equal to 0" in lea.post(address, {"amount": "-1"}).content
    lea.post(address, {"amount": "120.50"})
    assert str(OrderLimit.objects.get().amount) == "120.50"
    shown = lea.get(reverse("client", args=[ALPINE, partnership.public_id])).content
    assert b"120.50" in shown
    other = world.partnership(BAKERY, ALPINE)  # it pays itself: no limit
    assert lea.get(reverse("client_limit", args=[ALPINE, other.public_id])).status_code == 302
    assert world.client("remi").get(address.replace(ALPINE, "rhone-digital")).status_code == 404


# ---- What the page tells whom ----------------------------------------------------------------


def test_a_partner_that_has_left_reads_what_was_ordered_only(world: World) -> None:
    """L6: the order stays readable for both sides, what became of the products does not."""
    placed = order(world.actor("lea", BAKERY), hostings(world, 1, names=("old-name",)))
    partnership = world.partnership(BAKERY, ALPINE)
    end(world, partnership, by=world.actor("bruno", BAKERY), side=Side.CLIENT)
    Product.objects.filter(name="old-name").update(name="new-name")
    lea = world.client("lea")
    assert lea.get(reverse("order", args=[BAKERY, placed.public_id])).status_code == 404
    page = lea.get(reverse("client_order", args=[ALPINE, placed.public_id])).content
    assert b"old-name" in page
    assert b"new-name" not in page


def test_who_keeps_the_accounts_is_led_to_no_page_that_is_not_theirs(world: World) -> None:
    """O2: the accounting right shows orders, not products."""
    placed = order(world.actor("gina", GARAGE), hostings(world, 1, names=("shop",)))
    world.add_member(GARAGE, "anna", accounting=True)
    page = world.client("anna").get(reverse("order", args=[GARAGE, placed.public_id])).content
    assert b"shop" in page
    assert b"/products/" not in page.partition(b"What was ordered")[2]
    world.add_member(GARAGE, "noah")
    address = reverse("order", args=[GARAGE, placed.public_id])
    assert world.client("noah").get(address).status_code == 404


# ---- Lists -----------------------------------------------------------------------------------


def test_lists_cost_the_same_with_many_orders(world: World) -> None:
    """No query for each row, on neither side."""
    lea = world.client("lea")
    pages = [
        reverse("orders", args=[HOTEL]),
        reverse("orders_csv", args=[HOTEL]),
        reverse("client_orders", args=[ALPINE]),
        reverse("client_orders_csv", args=[ALPINE]),
    ]

    def costs() -> list[int]:
        found = []
        for page in pages:
            with CaptureQueriesContext(
                connection,
            ) as queries:
                lea.get(page).getvalue()
            found.append(len(queries))
        return found

    by = world.actor("lea", HOTEL)
    order(by, hostings(world, 1), hostings(world, 2))
    order(world.actor("hugo", HOTEL), hostings(world, 1))
    few = costs()
    for _time in range(5):
        order(by, hostings(world, 1), hostings(world, 2))
        order(world.actor("hugo", HOTEL), hostings(world, 1))
    assert costs() == few


def test_a_list_is_searched_and_filtered(world: World) -> None:
    by = world.actor("gina", GARAGE)
    order(by, hostings(world, 1))
    gina = world.client("gina")
    for asked, found in (
        ("q=web", True),
        ("q=radio", False),
        ("state=placed", True),
        ("state=waiting", False),
        ("kind=renewal", False),
        ("sort=net&state=nonsense&page=-1", True),
    ):
        page = gina.get(reverse("orders", args=[GARAGE]) + f"?{asked}").content.decode()
        assert ("1 × Web hosting" in page) is found, asked


# ---- Cancelling ------------------------------------------------------------------------------


def test_cancelled_at_the_end_of_the_term(world: World) -> None:
    product = world.products(BAKERY)[0]
    address = reverse("product_cancel", args=[BAKERY, product.public_id])
    lea = world.client("lea")
    assert b"Nothing is refunded" in lea.get(address).content
    lea.post(address)
    product.refresh_from_db()
    assert (product.auto_renewal, product.state) == (False, "active")
    lea.post(address, {"keep": "yes"})
    product.refresh_from_db()
    assert product.auto_renewal
    assert keep_product(product=product, by=world.actor("bruno", BAKERY)) == product


def test_who_may_not_cancel(world: World) -> None:
    product = world.products(CLINIC)[0]
    address = reverse("product_cancel", args=[CLINIC, product.public_id])
    for name in ("lea", "colin"):
        assert world.client(name).post(address).status_code in (403, 404)
    product.refresh_from_db()
    assert product.auto_renewal


def test_a_number_of_thousands_of_digits_removes_no_line(world: World) -> None:
    """Python refuses to read it: no answer is a 500."""
    answer = world.client("gina").post(new(GARAGE), form(line(), go="remove" + "9" * 5000))
    assert answer.status_code == 200
    assert value(answer.content.decode(), "lines") == "1"
