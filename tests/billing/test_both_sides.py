"""Neither side reads the other's figures, on whatever page (issue 4.9, M4, T11, T12).

Each row of M3 is lived with a price that stands nowhere else. Then every page and file of an
organisation that its person may open is read, the log and the mails too, and searched for the
figures that are not theirs. What they may see is found the same way, so that the search is known
to find.
"""

import re
from decimal import Decimal

import pytest
from django.urls import get_resolver, reverse
from django.utils import timezone

from billing.exports.files import OF_CLIENTS, OWN
from billing.models import Entry, Invoice
from billing.services import prices
from billing.services.paying import record_transfer
from clients.models import Product
from tests.billing.invoiced import clear_money
from tests.billing.ordering import ALPINE, GARAGE
from tests.billing.test_m3 import CASES, live, mails_to

pytestmark = pytest.mark.django_db
PRICE = Decimal("7919.31")
FILES = {"exports_file": OF_CLIENTS, "billing_exports_file": OWN}


@pytest.fixture(autouse=True)
def _own_money(request, db):
    clear_money(request)


def everywhere() -> list[str]:
    """The names of all pages and files that need nothing but an organisation."""
    found = get_resolver().reverse_dict
    names = {name for name in found if isinstance(name, str)}
    return sorted(
        name
        for name in names
        for possibility, _pattern, _defaults, _converters in found.getlist(name)
        if any(parameters == ["organisation"] for _address, parameters in possibility)
    )


def read(browser, slug, order, *, others=()):
    """All that a person reads in an organisation, with figures as plain as 1234.50."""
    addresses = [reverse(name, args=[slug]) for name in everywhere()]
    for name, files in FILES.items():
        addresses += [f"{reverse(name, args=[slug])}?file={file}" for file in files]
    product = Product.objects.filter(line_products__line__order=order)[0]
    keys = {"order": order, "client_order": order, "product": product, "product_settings": product}
    addresses += [reverse(name, args=[slug, row.public_id]) for name, row in keys.items()]
    for name in ("orders", "invoices", "client_orders"):
        addresses.append(reverse(name, args=[slug]) + "?q=web&page=1")
    texts, opened = [], 0
    for address in (*addresses, *others):
        answer = browser.get(address)
        if answer.status_code == 200:
            opened += 1
            texts.append(answer.getvalue().decode(errors="replace"))
    assert opened > 10
    return plain("".join(texts))


def plain(text):
    text = re.sub(r"(?<=\d)(?:[  \s'’]|&#x27;|&nbsp;|,(?=\d{3}))(?=\d{3})", "", text)
    return re.sub(r"(?<=\d),(?=\d\d\b)", ".", text)


def theirs(figures, text):
    return {name for name, figure in figures.items() if figure in text}


@pytest.fixture
def lived(request, world, monkeypatch):
    """The row, lived and paid: the order and its figures by what they are."""
    monkeypatch.setattr("access.web.csv.EXPORTS", 1000)
    prices.set_price(
        product_type=world.product_type("web-hosting"), currency="CHF", period="monthly",
        amount=PRICE, valid_from=timezone.localdate(), by=None,
    )  # fmt: skip
    case = request.param
    order, _page = live(world, case)
    invoice = Invoice.objects.get()
    today = timezone.localdate()
    record_transfer(invoice=invoice, amount=invoice.total, received_on=today, by=None)
    line = order.lines.get()
    others = Product.objects.filter(product_type=line.product_type)  # whose figures are the same
    others.exclude(line_products__line=line).update(state="ended")
    public = {"price": line.price, "list": line.list_total, "public": line.public_total}
    gain = {
        "after the rate": line.after_rate, "partner price": line.partner_total,
        "gain": line.public_total - line.partner_total,
    }  # fmt: skip
    paper = {"invoice": invoice.number, "with VAT": invoice.total, "VAT": invoice.vat}
    return case, order, *({k: str(v) for k, v in each.items()} for each in (public, gain, paper))


every_row = pytest.mark.parametrize(
    "lived", CASES, ids=[case.rule.value for case in CASES], indirect=True
)


@every_row
def test_the_client_reads_only_its_own_figures(world, lived):
    case, order, public, gain, paper = lived
    text = read(world.client(case.own), case.client, order) + plain(mails_to(case.own, ""))
    pays = case.payer == case.client
    assert theirs(gain, text) == set()
    assert theirs(public, text) == (set(public) if pays else set())
    assert theirs(paper, text) == (set(paper) if pays else set())


@every_row
def test_the_partner_reads_only_its_own_figures(world, lived):
    case, order, public, gain, paper = lived
    lea = world.client("lea")
    text = read(lea, ALPINE, order) + plain(mails_to("lea", ""))
    if case.client == GARAGE:
        assert theirs({"list": public["list"], **gain, **paper}, text) == set()
        assert lea.get(reverse("costs", args=[GARAGE])).status_code == 404
        return
    text += read(lea, case.client, order) if case.rule != "limited-client" else ""
    pays = case.payer == ALPINE
    assert theirs(paper, text) == (set(paper) if pays else set())
    assert "gain" in theirs(gain, text)
    assert "public" in theirs(public, text)


def test_the_search_finds_what_is_there(world):
    """The control: figures in every writing are one."""
    for written in ("7919.31", "7’919.31", "7 919,31", "7,919.31", "7\u202f919,31", "7919,31"):
        assert theirs({"price": "7919.31"}, plain(f"CHF {written};")) == {"price"}, written
    assert len(everywhere()) > 30
    assert not Entry.objects.exists()
