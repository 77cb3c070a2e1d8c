"""Every row of M3 in the running portal, for both sides: what is charged and to whom, which entry
is booked, and who sees which figure by list, page, file, search and mail (M3, M4, M6, T12, T17).

The expected figures are written here, not taken from the code: 35 web hostings at CHF 9.92 are
347.20, for the public 260.40, for the partner 208.32, and the difference is 52.08 (M1, M2).
"""

import re
from collections.abc import Callable
from dataclasses import dataclass, field
from datetime import timedelta
from decimal import Decimal

import pytest
from django.test import Client
from django.urls import reverse
from django.utils import timezone

from access import grants, letters
from access.models import OutgoingMail
from billing.models import Entry, Invoice, Order
from billing.rules import M3, Rule
from billing.services.paying import record_transfer
from billing.services.renewing import renew_due
from clients.models import Product
from tests.billing.ordering import ALPINE, BAKERY, CLINIC, GARAGE, HOTEL
from tests.world import World

PUBLIC, PARTNER, DIFFERENCE = "260.40", "208.32", "52.08"
FIGURES = {PUBLIC, PARTNER, DIFFERENCE, "347.20", "277.76", "9.92"}
CLIENTS = {"boulangerie-du-lac": "bruno", "hotel-bellevue": "hugo", "clinique-belmont": "clara"}


@dataclass(frozen=True)
class Case:
    """A row as it is lived: who orders where, and what comes of it."""

    rule: Rule
    client: str
    orderer: str
    payer: str
    net: str
    cashback: str = "0.00"
    discount: str = "0.00"
    client_sees: set[str] = field(default_factory=set)
    partner_sees: set[str] = field(default_factory=set)

    @property
    def own(self) -> str:
        return CLIENTS.get(self.client, "gina")


PAYS = {PUBLIC, "347.20", "9.92"}
# fmt: off
CASES = [
    Case(Rule.FULL_CLIENT_CLIENT, BAKERY, "bruno", BAKERY, PUBLIC, cashback=DIFFERENCE,
         client_sees=PAYS, partner_sees=FIGURES),
    Case(Rule.FULL_CLIENT_PARTNER, BAKERY, "lea", BAKERY, PUBLIC, cashback=DIFFERENCE,
         client_sees=PAYS, partner_sees=FIGURES),
    Case(Rule.FULL_PARTNER_PARTNER, HOTEL, "lea", ALPINE, PARTNER, discount=DIFFERENCE,
         partner_sees=FIGURES),
    Case(Rule.FULL_PARTNER_CLIENT, HOTEL, "hugo", ALPINE, PUBLIC, cashback=DIFFERENCE,
         partner_sees=FIGURES),
    Case(Rule.LIMITED_CLIENT, CLINIC, "clara", CLINIC, PUBLIC, cashback=DIFFERENCE,
         client_sees=PAYS, partner_sees=FIGURES),
    Case(Rule.NONE_CLIENT, GARAGE, "gina", GARAGE, PUBLIC, client_sees=PAYS),
]
# fmt: on
every_row = pytest.mark.parametrize("case", CASES, ids=[case.rule.value for case in CASES])


def test_every_row_has_its_case() -> None:
    assert [case.rule for case in CASES] == [row.rule for row in M3]


def hidden(browser: Client, page: str, name: str) -> str:
    found = re.search(rf'name="{name}" value="([^"]*)"', page)
    assert found, f"{name} is not on the page"
    return found[1]


def order_by_pages(world: World, case: Case) -> str:
    """Orders as a person does: the lines, the confirmation, the button. Answers the page that
    they confirmed."""
    browser = world.client(case.orderer)
    address = reverse("order_new", args=[case.client])
    first = browser.get(address).content.decode()
    lines = {
        "key": hidden(browser, first, "key"),
        "lines": "1",
        "line0-product_type": "web-hosting",
        "line0-quantity": "35",
        "line0-period": "monthly",
        "line0-names": "",
    }
    check = browser.post(address, lines | {"go": "check"}).content.decode()
    read = {name: hidden(browser, check, name) for name in ("version", "digest", "key")}
    placed = browser.post(address, lines | read | {"go": "place", "method": "transfer"})
    assert placed.status_code == 302, placed.content.decode()[:2000]
    return check


def renew_by_night(world: World, case: Case) -> str:
    """A limited partner orders nothing new: what it manages is renewed (M5)."""
    clinic = world.organisation(case.client)
    products = world.add_products(clinic, 35)
    today = timezone.localdate()
    Product.objects.exclude(pk__in=[product.pk for product in products]).update(
        renews_on=today + timedelta(days=90)
    )
    Product.objects.filter(pk__in=[product.pk for product in products]).update(renews_on=today)
    partnership = world.partnership(case.client, ALPINE)
    grants.grant_products(partnership, products, by=world.person("clara"))
    renew_due()
    return ""


def live(world: World, case: Case) -> tuple[Order, str]:
    """The row from the order to the payment; answers it and the page that was confirmed."""
    act: Callable[[World, Case], str] = order_by_pages
    if case.rule == Rule.LIMITED_CLIENT:
        act = renew_by_night
    check = act(world, case)
    order = Order.objects.get(lines__product_type__slug="web-hosting")
    if case.rule == Rule.FULL_PARTNER_CLIENT:
        assert order.state == "waiting"
        assert not Invoice.objects.exists()
        address = reverse("client_order_approve", args=[ALPINE, order.public_id])
        assert world.client("lea").post(address, {"method": "transfer"}).status_code == 302
        order.refresh_from_db()
    assert order.state == "placed"
    return order, check


@every_row
def test_what_is_charged_to_whom_and_what_is_booked(world: World, case: Case) -> None:
    order, _check = live(world, case)
    line = order.lines.get()
    assert (line.rule, order.organisation.slug, order.payer.slug) == (
        case.rule,
        case.client,
        case.payer,
    )
    assert (str(order.net), str(order.cashback), str(order.discount)) == (
        case.net,
        case.cashback,
        case.discount,
    )
    invoice = Invoice.objects.get()
    assert (invoice.payer.slug, invoice.net) == (case.payer, Decimal(case.net))
    assert not Entry.objects.filter(kind="cashback").exists()  # M6: only once it is paid
    record_transfer(
        invoice=invoice, amount=invoice.total, received_on=timezone.localdate(), by=None
    )
    booked = [
        (entry.account.organisation.slug, str(entry.amount), entry.account.currency)
        for entry in Entry.objects.filter(kind="cashback")
    ]
    assert booked == ([(ALPINE, case.cashback, "CHF")] if case.cashback != "0.00" else [])
    products = Product.objects.filter(line_products__line=line)
    assert {product.organisation.slug for product in products} == {case.client}  # C3


def pages(world: World, name: str, slug: str, order: Order) -> str:
    """All that somebody reads of the order inside an organisation, by every way to it."""
    browser = world.client(name)
    product = Product.objects.filter(line_products__line__order=order)[0]
    found = ""
    for address in (
        reverse("order", args=[slug, order.public_id]),
        reverse("orders", args=[slug]),
        reverse("orders", args=[slug]) + "?q=web&sort=payer",
        reverse("orders_csv", args=[slug]) + "?format=point",
        reverse("product", args=[slug, product.public_id]),
        reverse("home", args=[slug]),
    ):
        answer = browser.get(address)
        assert answer.status_code == 200, address
        found += answer.getvalue().decode()
    return found


def seen(text: str) -> set[str]:
    return {figure for figure in FIGURES if re.search(rf"(?<![\d.]){re.escape(figure)}", text)}


def mails_to(name: str, kinds: str = "billing.") -> str:
    rows = OutgoingMail.objects.filter(address__startswith=f"{name}@", kind__startswith=kinds)
    written = [letters.write(mail.kind, mail.context, language="en") for mail in rows]
    return "".join(letter.text + letter.html for letter in written if letter)


@every_row
def test_the_client_sees_what_it_pays_and_nothing_else(world: World, case: Case) -> None:
    """M4: nothing of what its partner pays, nor of what its partner gains."""
    order, check = live(world, case)
    assert seen(pages(world, case.own, case.client, order)) == case.client_sees
    assert seen(mails_to(case.own)) <= case.client_sees
    if check and case.orderer == case.own:
        assert seen(check) == case.client_sees


@every_row
def test_the_partner_sees_what_it_gains_or_pays(world: World, case: Case) -> None:
    order, check = live(world, case)
    lea = world.client("lea")
    found = lea.get(reverse("client_order", args=[ALPINE, order.public_id]))
    listed = lea.get(reverse("client_orders", args=[ALPINE])).content.decode()
    if not case.partner_sees:
        assert found.status_code == 404
        assert order.public_id not in listed
        return
    assert seen(found.content.decode()) == case.partner_sees
    assert order.public_id in listed
    csv = reverse("client_orders_csv", args=[ALPINE]) + "?format=point"
    exported = lea.get(csv).getvalue().decode()
    assert {case.net, DIFFERENCE} <= seen(listed) & seen(exported)
    if case.orderer == "lea":
        assert case.partner_sees == seen(check)
        assert seen(mails_to("lea", "billing.order")) == {case.net, DIFFERENCE}
    inside = lea.get(reverse("order", args=[case.client, order.public_id]))
    limited = case.rule == Rule.LIMITED_CLIENT  # section 6: it sees no orders inside
    assert inside.status_code == (404 if limited else 200)


@every_row
def test_the_invoice_is_the_payers(world: World, case: Case) -> None:
    """M4: to the other side it does not exist, by list, page, PDF, file or search."""
    live(world, case)
    invoice = Invoice.objects.get()
    for name, slug in ((case.own, case.client), ("lea", ALPINE)):
        browser, pays = world.client(name), slug == case.payer
        listed = browser.get(reverse("invoices", args=[slug])).content.decode()
        assert (invoice.number in listed) is pays
        found = browser.get(reverse("invoices", args=[slug]) + f"?q={invoice.number}")
        assert (f"/{invoice.public_id}/" in found.content.decode()) is pays
        exported = browser.get(reverse("invoices_csv", args=[slug])).getvalue().decode()
        assert (invoice.number in exported) is pays
        for page in ("invoice", "invoice_pdf"):
            answer = browser.get(reverse(page, args=[slug, invoice.public_id]))
            b"".join(answer)  # a file is closed once it was read
            assert (answer.status_code == 404) is not pays, page
    if case.client != GARAGE:  # T8: nor from inside the client's organisation
        inside = reverse("invoices", args=[case.client])
        assert world.client("lea").get(inside).status_code == 404
    kinds = ("billing.renewed", "billing.invoice_issued")  # one mail about both, when renewed
    told = OutgoingMail.objects.filter(kind__in=kinds)
    people = {address.partition("@")[0] for address in told.values_list("address", flat=True)}
    assert people == ({"lea", "adam"} if case.payer == ALPINE else {case.own})


@every_row
def test_others_see_nothing(world: World, case: Case) -> None:
    """T43: a stranger gets what they get for an order that does not exist."""
    order, _check = live(world, case)
    remi = world.client("remi")
    for slug in (case.client, "rhone-digital"):
        address = reverse("order", args=[slug, order.public_id])
        assert remi.get(address).status_code == 404
    address = reverse("client_order", args=["rhone-digital", order.public_id])
    assert remi.get(address).status_code == 404
