"""Money in a real browser: an order with its cashback, and one that waits for who pays (M1-M6)."""

import re

import pytest
from django.utils import timezone
from playwright.sync_api import expect

from billing.models import Invoice, Order
from billing.services.paying import record_transfer

pytestmark = pytest.mark.django_db(transaction=True)

BAKERY, HOTEL = "boulangerie-du-lac", "hotel-bellevue"
LEA, BRUNO, HUGO = (
    "lea@alpineweb.example",
    "bruno@boulangerie-du-lac.example",
    "hugo@hotel-bellevue.example",
)


def fill_in(visitor, product, quantity):
    page = visitor.page
    page.locator("select[name$=product_type]").first.select_option(label=product)
    page.locator("input[name$=quantity]").first.fill(str(quantity))
    visitor.press("See what it costs")


def button_like(visitor, pattern):
    found = visitor.page.locator("main").get_by_role("button", name=re.compile(pattern))
    visitor.follow(found.first)


def test_a_partner_orders_its_client_pays_and_the_cashback_comes(visitor, live_world, mailbox):
    """35 web hostings: 347.20, 277.76, 208.32, and cashback 52.08, explained (M1, M2, M6, M7)."""
    lea = visitor("lea")
    assert lea.go(f"/o/{BAKERY}/orders/new/") == 200
    fill_in(lea, "Web hosting", 35)
    for shown in ("Boulangerie du Lac pays", "347.20", "260.40", "52.08", "Cashback"):
        assert shown in lea.text()
    button_like(lea, "^Order")
    order = Order.objects.get(organisation__slug=BAKERY)
    assert lea.page.url.endswith(f"/orders/{order.public_id}/")
    assert "Boulangerie du Lac" in lea.text()

    bruno = visitor("bruno", width=390)
    bruno.go(f"/o/{BAKERY}/billing/invoices/")
    invoice = Invoice.objects.get()
    assert "281.49" in bruno.text()  # 260.40 and 8.1 % of it
    assert lea.go(f"/o/{BAKERY}/billing/invoices/{invoice.public_id}/") == 404
    assert "Alpine Web" in mailbox.newest_to(BRUNO).body

    record_transfer(
        invoice=invoice,
        amount=invoice.total,
        received_on=timezone.localdate(),
        by=live_world.person("staff"),
    )
    bruno.page.reload()
    assert "Paid" in bruno.text()

    lea.go("/o/alpine-web/billing/account/")
    assert "+52.08" in lea.text()
    lea.follow(lea.page.locator("tbody th a").first)
    for step in ("347.20", "277.76", "208.32", "260.40", "52.08"):
        assert step in lea.text()


def test_a_clients_order_waits_for_the_partner_that_pays(visitor, live_world, mailbox):
    """M3, M10, T14: the client sees no amount, the partner decides, the product is there then."""
    hugo = visitor("hugo")
    hugo.go(f"/o/{HOTEL}/orders/new/")
    fill_in(hugo, "Virtual server", 1)
    assert "Alpine Web Sàrl has to approve" in hugo.text()
    assert "29.00" not in hugo.text()
    button_like(hugo, "^Ask Alpine Web")
    assert "Waits for approval" in hugo.text()
    assert "Virtual server" in mailbox.newest_to(LEA).body

    lea = visitor("lea", width=390)
    lea.go("/o/alpine-web/")
    lea.press("Read and answer")
    lea.follow(lea.page.locator("main a", has_text="Virtual server").first)
    assert "29.00" in lea.text()
    button_like(lea, "^Approve and pay CHF 29.00")
    assert "Approved" in lea.text()
    assert "Alpine Web" in mailbox.newest_to(HUGO).body

    hugo.page.reload()
    assert "Waits for approval" not in hugo.text()
    hugo.go(f"/o/{HOTEL}/products/")
    expect(hugo.page.locator("tbody th", has_text="Virtual server")).to_have_count(1)
    assert hugo.go(f"/o/{HOTEL}/billing/invoices/") == 200
    assert "29.00" not in hugo.text()
