"""The files of money: their columns, their rows, and who gets which (M11, T22, T32, T42)."""

import csv
from datetime import timedelta
from decimal import Decimal
from io import StringIO

import pytest
from django.urls import reverse
from django.utils import timezone, translation

from access.copying import Kind
from access.models import Membership, Organisation
from billing.entries import SENTENCES, sentence
from billing.exports import columns
from billing.exports.files import OF_CLIENTS, OWN
from billing.models import Entry, Order
from billing.services.crediting import credit_order
from billing.services.ledger import account_of, book
from billing.services.paying import record_transfer
from billing.states import EntryKind
from clients import services
from clients.rules import Side
from tests.access.copied import cells
from tests.billing.invoiced import clear_money, invoice_of, order_of
from tests.billing.ordering import ALPINE, BAKERY, CLINIC, GARAGE, HOTEL, RHONE, VIGNE

pytestmark = pytest.mark.django_db


def fetched(browser, file, slug=ALPINE, name="exports_file", **asked):
    """The rows of a file, each as a mapping from header to cell."""
    answer = browser.get(reverse(name, args=[slug]), {"file": file, **asked})
    assert answer.status_code == 200, answer.content
    text = answer.getvalue().decode("utf-8-sig")
    separator = ";" if asked.get("format") in ("comma", "point") else ","
    return list(csv.DictReader(StringIO(text, newline=""), delimiter=separator))


def own(browser, file, slug, **asked):
    return fetched(browser, file, slug, "billing_exports_file", **asked)


def paid(invoice):
    record_transfer(
        invoice=invoice, amount=invoice.total, received_on=timezone.localdate(), by=None
    )


@pytest.fixture(autouse=True)
def _own_money(request, db):
    clear_money(request)


@pytest.fixture
def lea(world):
    return world.client("lea")


@pytest.fixture
def sold(world):
    """35 web hostings at Bellevue, which Alpine Web pays, and at the bakery, which pays itself."""
    mine = invoice_of(world, HOTEL, partner=ALPINE, partner_pays=True, quantity=35)
    theirs = invoice_of(world, BAKERY, partner=ALPINE, quantity=35)
    paid(mine)
    paid(theirs)
    return mine, theirs


# ---- of clients ------------------------------------------------------------------------------


def test_the_clients_under_management(lea):
    rows = fetched(lea, "clients")
    assert [row["Client"] for row in rows] == [
        "Boulangerie du Lac", "Clinique Belmont", "Hôtel Bellevue",
    ]  # fmt: skip
    clinic = rows[1]
    assert (clinic["Access"], clinic["Who pays"]) == ("Limited access", "Client pays")
    assert clinic["Products"] == "3"  # T11: of the 8 it counts those granted
    assert [row["Client"] for row in fetched(lea, "clients", client=HOTEL)] == ["Hôtel Bellevue"]


def test_every_figure_of_the_worked_example(lea, sold):
    """M1, M2, M7: to the cent, with the row of M3."""
    rows = {row["Client"]: row for row in fetched(lea, "order-lines")}
    for row in rows.values():
        figures = ("Price × quantity", "After the partner rate", "Partner price")
        assert [row[name] for name in figures] == ["347.20", "277.76", "208.32"]
        assert row["Public price after the tier"] == "260.40"
        assert (row["Quantity"], row["Volume tier in percent"]) == ("35", "25.00")
    hotel, bakery = rows["Hôtel Bellevue"], rows["Boulangerie du Lac"]
    assert (hotel["Charged, excluding VAT"], hotel["Discount"]) == ("208.32", "52.08")
    assert (bakery["Charged, excluding VAT"], bakery["Cashback"]) == ("260.40", "52.08")
    assert (hotel["Paid by"], bakery["Paid by"]) == ("Alpine Web Sàrl", "Boulangerie du Lac")
    assert hotel["Rule"] == "Full access, partner pays, the partner orders"


def test_cashback_and_its_counter_entry(world, lea, sold):
    (row,) = fetched(lea, "cashback")
    assert (row["Client"], row["Amount"]) == ("Boulangerie du Lac", "52.08")
    assert row["Why"] == "Cashback: 35 × Web hosting at Boulangerie du Lac"
    order = Order.objects.get(organisation__slug=BAKERY, net=Decimal("260.40"))
    credit_order(order=order, reason="wrong", by=None)
    rows = fetched(lea, "cashback")
    assert sum(Decimal(row["Amount"]) for row in rows) == 0
    assert fetched(lea, "cashback", client=HOTEL) == []


def test_the_invoices_that_the_partner_paid_and_never_the_clients(lea, sold):
    """M4, T12."""
    mine, theirs = sold
    (row,) = fetched(lea, "paid-invoices")
    assert (row["Number"], row["Client"], row["Net"]) == (mine.number, "Hôtel Bellevue", "208.32")
    for file in OF_CLIENTS:
        answer = lea.get(reverse("exports_file", args=[ALPINE]), {"file": file})
        assert theirs.number not in answer.getvalue().decode()


def test_one_client_one_period(world, lea, sold):
    assert len(fetched(lea, "order-lines")) == 2
    assert len(fetched(lea, "order-lines", client=HOTEL)) == 1
    today = timezone.localdate()
    assert len(fetched(lea, "order-lines", since=today, until=today)) == 2
    assert fetched(lea, "order-lines", until=today - timedelta(days=1)) == []
    assert fetched(lea, "order-lines", since=today + timedelta(days=1)) == []
    assert fetched(lea, "paid-invoices", until=today - timedelta(days=1)) == []


@pytest.mark.parametrize("file", OF_CLIENTS)
def test_another_partners_clients_are_in_no_file(world, sold, file):
    remi = world.client("remi")
    text = remi.get(reverse("exports_file", args=[RHONE]), {"file": file}).getvalue().decode()
    assert "Bellevue" not in text
    assert "Boulangerie" not in text


def test_a_collaborator_gets_the_clients_assigned(world, sold):
    """O5: Cora has the accounting right and the bakery."""
    cora = world.client("cora")
    Membership.objects.filter(user=world.person("cora")).update(accounting=False)
    assert cora.get(reverse("exports", args=[ALPINE])).status_code == 404
    Membership.objects.filter(user=world.person("cora")).update(accounting=True)
    seen = {row["Client"] for row in fetched(cora, "clients")}
    assert len(seen) == 1
    for file in ("order-lines", "cashback", "paid-invoices"):
        assert {row["Client"] for row in fetched(cora, file)} <= seen
    hidden = BAKERY if seen == {"Clinique Belmont"} else CLINIC
    answer = cora.get(reverse("exports_file", args=[ALPINE]), {"file": "clients", "client": hidden})
    assert answer.status_code == 400


def test_a_right_lost_acts_at_the_next_fetch(world, sold):
    """T22, T42: the same address, a moment later."""
    adam, address = world.client("adam"), reverse("exports_file", args=[ALPINE])
    assert adam.get(address, {"file": "order-lines"}).status_code == 200
    world.membership("adam", ALPINE).delete()
    assert adam.get(address, {"file": "order-lines"}).status_code == 404


def test_an_ended_partnership_keeps_what_was_earned_but_is_no_client_any_more(world, lea, sold):
    partnership = world.partnership(BAKERY, ALPINE)
    lea_acts = world.actor("lea", ALPINE)
    services.end_partnership(partnership=partnership, side=Side.PARTNER, by=lea_acts)
    assert "Boulangerie du Lac" not in [row["Client"] for row in fetched(lea, "clients")]
    assert [row["Client"] for row in fetched(lea, "cashback")] == ["Boulangerie du Lac"]


# ---- of an organisation itself ---------------------------------------------------------------


def test_own_invoices_lines_and_entries(world, sold):
    """M4: what Bellevue's partner pays is in none of its files."""
    mine, theirs = sold
    bruno, hugo = world.client("bruno"), world.client("hugo")
    (row,) = own(bruno, "invoices", BAKERY)
    assert (row["Number"], row["Net"]) == (theirs.number, "260.40")
    (line,) = own(bruno, "invoice-lines", BAKERY)
    assert (line["Number"], line["Quantity"], line["Net"]) == (theirs.number, "35", "260.40")
    for file in OWN:
        assert own(hugo, file, HOTEL) == []
    lea = world.client("lea")
    assert [row["Number"] for row in own(lea, "invoices", ALPINE)] == [mine.number]


def test_credit_notes_are_below_zero(world):
    invoice = invoice_of(world)
    credit_order(
        order=Order.objects.get(lines__invoice_lines__invoice=invoice), reason="x", by=None
    )
    gina = world.client("gina")
    rows = own(gina, "invoices", GARAGE)
    assert [row["Net"] for row in rows] == ["9.92", "-9.92"]
    assert rows[1]["Corrects"] == invoice.number
    assert [row["Net"] for row in own(gina, "invoice-lines", GARAGE)] == ["9.92", "-9.92"]


def test_entries_say_why_as_the_page_does(world):
    """M6: the database writes the very sentence, for every reason there is."""
    facts = {
        "invoice": "2026-00001", "credit": "2026-00002", "quantity": 35, "product": "100 % Web",
        "client": "=HYPERLINK(1)", "iban": "CH93", "reason": "agreed", "reference": "RF1",
    }  # fmt: skip
    account = account_of(world.organisation(GARAGE))
    for reason in SENTENCES:
        book(account=account, kind=EntryKind.TOP_UP, amount=Decimal(1), reason=reason, facts=facts)
    book(account=account, kind=EntryKind.TOP_UP, amount=Decimal(1), reason="nowhere", facts={})
    entries = Entry.objects.filter(account=account).order_by("number")
    for language in ("en", "fr"):
        with translation.override(language):
            why = next(column for column in columns.entry_columns() if column.header == _why())
            found = [row[0] for row in cells([why], entries)[1:]]
            assert found == [sentence(entry.reason, entry.facts) for entry in entries]


def test_files_name_a_product_in_the_readers_language(world, sold):
    """The account's page does, too."""
    partner = world.organisation(ALPINE)
    entries = Entry.objects.filter(account__organisation=partner, kind="cashback")
    with translation.override("fr"):
        header, row = cells(list(columns.entry_columns()), entries)
    named = dict(zip(header, row, strict=True))
    assert "Hébergement web" in named.values()
    assert any("35 × Hébergement web" in value for value in named.values())


def _why():
    return columns.entry_columns()[3].header


def test_cells_of_entries_are_text_and_hostile_names_are_held(world):
    """T32, and no quotes of JSON around what the facts hold."""
    account = account_of(world.organisation(GARAGE))
    facts = {"client": "=1+1", "product": 'A "b"', "invoice": "2026-1", "quantity": 3}
    book(account=account, kind=EntryKind.TOP_UP, amount=Decimal(5), reason="x", facts=facts)
    book(account=account, kind=EntryKind.PAYMENT, amount=Decimal(-2), reason="x")
    first, second = own(world.client("gina"), "entries", GARAGE)
    names = ("Client", "Product", "Invoice", "Quantity", "Amount", "Balance after")
    assert [first[name] for name in names] == ["'=1+1", 'A "b"', "2026-1", "3", "5.00", "5.00"]
    assert [second[name] for name in names] == ["", "", "", "", "-2.00", "3.00"]


# ---- the shape of files ----------------------------------------------------------------------


@pytest.mark.parametrize(
    ("files", "name"), [(OF_CLIENTS, "exports_file"), (OWN, "billing_exports_file")]
)
def test_every_file_in_the_readers_style(world, sold, files, name):
    for file in files:
        text = world.client("lea").get(
            reverse(name, args=[ALPINE]), {"file": file, "format": "comma"}
        ).getvalue().decode()  # fmt: skip
        assert text.startswith("\ufeff")
        assert ";" in text.splitlines()[0]
        assert "208.32" not in text


def test_hostile_clients_stay_text(world, lea, sold):
    """T32."""
    Organisation.objects.filter(slug=HOTEL).update(name='=HYPERLINK("x")')
    for file in ("order-lines", "paid-invoices"):
        assert '\'=HYPERLINK("x")' in {row["Client"] for row in fetched(lea, file)}


def test_headers_are_unique_and_fixed():
    """M11: a program finds a column by its name."""
    for file in (*OF_CLIENTS.values(), *OWN.values()):
        headers = [str(column.header) for column in file.columns()]
        assert len(headers) == len(set(headers)), file.key


def test_the_euro_example(world):
    """M1 in EUR: 201.25, 161.00, 120.75."""
    order_of(world, VIGNE, partner=RHONE, partner_pays=True, quantity=35)
    (row,) = fetched(world.client("remi"), "order-lines", RHONE)
    figures = ("Price × quantity", "After the partner rate", "Charged, excluding VAT")
    assert [row[name] for name in figures] == ["201.25", "161.00", "120.75"]
    assert row["Currency"] == "EUR"


def test_only_what_the_portal_makes_is_written_as_it_is():
    """T32: a column that is not neutralised holds nothing that anybody types."""
    made = ("public_id", "number", "currency")
    for file in (*OF_CLIENTS.values(), *OWN.values()):
        for column in file.columns():
            if column.kind is Kind.KEY:
                assert str(column.expression).rpartition("__")[2] in made, column.header
