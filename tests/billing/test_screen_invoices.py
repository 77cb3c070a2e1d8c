"""Pages of invoices: only the payer's people with the accounting right, on every way (M4, T12,
T43)."""

import re
from decimal import Decimal
from itertools import product
from pathlib import Path
from typing import Any

import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext
from django.urls import reverse

from access.rules import Role
from billing.documents import DocumentError, invoices
from billing.documents.invoices import document_of, print_again, print_due
from billing.models import BillingProfile, Invoice, Payment
from billing.services.crediting import credit_lines
from billing.services.invoicing import invoice_order, issue_collective
from billing.services.paying import record_transfer
from tests.billing.invoiced import clear_money, fill, invoice_of, order_of, overdue, today
from tests.matrix.asking import writing_only
from tests.world import World


@pytest.fixture(autouse=True)
def _no_money(request: pytest.FixtureRequest) -> None:
    clear_money(request)


PDF = b"%PDF-1.7 a canary"


@pytest.fixture(autouse=True)
def _media(settings: Any, tmp_path: Any, monkeypatch: pytest.MonkeyPatch) -> None:
    settings.MEDIA_ROOT = tmp_path
    monkeypatch.setattr(invoices, "render", lambda document: PDF)


def at(name: str, slug: str, invoice: Invoice | None = None) -> str:
    return reverse(name, args=[slug, invoice.public_id] if invoice else [slug])


WAYS = ("invoice", "invoice_pdf", "invoice_code")


# ---- Who sees what --------------------------------------------------------------------------


@pytest.mark.parametrize("partner_pays", [True, False])
def test_the_other_side_gets_404_on_every_way(world: World, partner_pays: bool) -> None:
    """T12: the rows of M3; also after the payment mode has changed, as the payer is frozen."""
    invoice = invoice_of(
        world, "hotel-bellevue", partner="alpine-web", partner_pays=partner_pays, quantity=35
    )
    own, other = (
        (("lea", "alpine-web"), ("hugo", "hotel-bellevue"))
        if partner_pays
        else (("hugo", "hotel-bellevue"), ("lea", "alpine-web"))
    )
    print_due()
    for name in WAYS:
        assert _status(world, own[0], at(name, own[1], invoice)) == 200
        assert _status(world, other[0], at(name, other[1], invoice)) == 404
        assert _status(world, other[0], at(name, own[1], invoice)) == 404
        assert _status(world, "gina", at(name, "garage-nord", invoice)) == 404
    total = str(invoice.total)
    for name, query in product(("invoices", "invoices_csv"), ("", invoice.number, total, "web")):
        mine = _body(world.client(own[0]).get(at(name, own[1]), {"q": query}))
        theirs = _body(world.client(other[0]).get(at(name, other[1]), {"q": query}))
        assert invoice.number in mine
        assert {invoice.number, total, invoice.public_id} & set(re.split(r"[^\w.-]+", theirs)) <= {
            query
        }
    paid = world.client(other[0]).post(at("invoice_pay", other[1], invoice), {"amount": "1"})
    assert paid.status_code == 404
    assert not Payment.objects.exists()


def _status(world: World, name: str, address: str) -> int:
    answer = world.client(name).get(address)
    _body(answer)  # a file is closed once it is read
    return answer.status_code


def _body(response: Any) -> str:
    content = getattr(response, "streaming_content", None)
    data = b"".join(content) if content is not None else response.content
    return data.decode(errors="replace")


def test_a_partner_s_person_inside_the_client_sees_none(world: World) -> None:
    invoice = invoice_of(world, "boulangerie-du-lac", partner="alpine-web")
    lea = world.client("lea")
    for name in ("invoices", "invoices_csv", "billing_settings"):
        assert lea.get(at(name, "boulangerie-du-lac")).status_code == 404
    for name in WAYS:
        assert lea.get(at(name, "boulangerie-du-lac", invoice)).status_code == 404


def test_collaborators_need_the_accounting_right(world: World) -> None:
    invoice = invoice_of(world)
    world.add_member("garage-nord", "max")
    world.add_member("garage-nord", "ann", accounting=True)
    world.add_member("garage-nord", "eve", Role.EXTERNAL_USER, accounting=True)
    for name, expected in (("max", 404), ("ann", 200), ("eve", 200)):
        assert world.client(name).get(at("invoice", "garage-nord", invoice)).status_code == expected
        assert world.client(name).get(at("invoices", "garage-nord")).status_code == expected
    assert world.client("ann").get(at("billing_settings", "garage-nord")).status_code == 403
    assert world.client().get(at("invoice", "garage-nord", invoice)).status_code == 302


def test_unknown_is_as_foreign(world: World) -> None:
    """T43: and numbers lead nowhere."""
    invoice = invoice_of(world)
    for key in ("nowhere", invoice.number, str(invoice.pk)):
        address = reverse("invoice", args=["garage-nord", key])
        assert world.client("gina").get(address).status_code == 404


# ---- The list -------------------------------------------------------------------------------


def test_search_filters_and_totals(world: World) -> None:
    one, two = invoice_of(world), invoice_of(world, quantity=2)
    record_transfer(invoice=two, amount=two.total, received_on=today(), by=None)
    gina = world.client("gina")

    def numbers(query: str) -> list[str]:
        page = gina.get(at("invoices", "garage-nord") + query)
        return [invoice.number for invoice in page.context["listing"].page]

    both = [two.number, one.number]
    assert numbers("") == both
    assert numbers("?sort=number") == both[::-1]
    assert numbers("?state=open") == [one.number]
    assert numbers("?state=paid") == [two.number]
    assert numbers("?state=overdue") == []
    assert numbers("?state=nonsense") == both
    assert numbers(f"?year={one.year}") == both
    assert numbers("?year=1999") == both
    assert numbers("?q=21.45") == numbers("?q=21,45") == [two.number]
    assert numbers("?q=Web") == both
    assert numbers(f"?q={one.reference}") == [one.number]
    assert numbers("?q=nothing") == []
    page = gina.get(at("invoices", "garage-nord"))
    assert (page.context["open_amount"], page.context["open_count"]) == (Decimal("10.72"), 1)


def test_csv_has_credit_notes_below_zero(world: World) -> None:
    invoice = invoice_of(world)
    credit_lines(invoice=invoice, lines=list(invoice.lines.all()), reason="=1+1", by=None)
    rows = _body(world.client("gina").get(at("invoices_csv", "garage-nord"))).splitlines()
    assert len(rows) == 3
    assert "-10.72" in rows[1]
    assert invoice.number in rows[1]


def test_a_long_list_costs_no_query_more(world: World, django_assert_max_num_queries: Any) -> None:
    gina, address = world.client("gina"), at("invoices", "garage-nord")
    for _number in range(2):
        invoice_of(world)
    with CaptureQueriesContext(connection) as few:
        gina.get(address)
    for _number in range(10):
        invoice_of(world)
    with django_assert_max_num_queries(len(few)):
        gina.get(address)


# ---- The page -------------------------------------------------------------------------------


def test_the_page_says_how_to_pay(world: World) -> None:
    invoice = invoice_of(world)
    page = _body(world.client("gina").get(at("invoice", "garage-nord", invoice)))
    assert "CH44 3199 9123 0008 8901 2" in page
    assert "by bank transfer" in page.lower()
    assert at("invoice_code", "garage-nord", invoice) in page


def test_paying_on_the_page(world: World) -> None:
    invoice = invoice_of(world)
    fill(invoice.payer, "50")
    gina = world.client("gina")
    part = {"amount": "4.00", "key": shown_key(gina, invoice)}
    answer = gina.post(at("invoice_pay", "garage-nord", invoice), part, follow=True)
    assert "6.72" in _body(answer)
    rest = {"amount": "6.72", "key": shown_key(gina, invoice)}
    gina.post(at("invoice_pay", "garage-nord", invoice), rest)
    page = gina.get(at("invoice", "garage-nord", invoice))
    assert page.context["form"] is None
    assert Payment.objects.count() == 2


def shown_key(browser: Any, invoice: Invoice) -> str:
    """The key in the form on the invoice's page."""
    page = _body(browser.get(at("invoice", "garage-nord", invoice)))
    found = re.search(r'name="key" value="(\w+)"', page)
    assert found is not None
    return found[1]


def test_a_part_pressed_twice_is_paid_once(world: World) -> None:
    """T18: the page's form carries a key, a new one each time."""
    invoice = invoice_of(world)
    fill(invoice.payer, "50")
    gina, pay = world.client("gina"), at("invoice_pay", "garage-nord", invoice)
    part = {"amount": "4.00", "key": shown_key(gina, invoice)}
    for _twice in range(2):
        assert "is booked" in _body(gina.post(pay, part, follow=True))
    assert Payment.objects.count() == 1
    gina.post(pay, part | {"key": shown_key(gina, invoice)})
    assert Payment.objects.count() == 2


def test_without_its_key_nothing_is_paid(world: World) -> None:
    invoice = invoice_of(world)
    fill(invoice.payer, "50")
    gina = world.client("gina")
    assert gina.post(at("invoice_pay", "garage-nord", invoice), {"amount": "4"}).status_code == 200
    assert not Payment.objects.exists()


@pytest.mark.parametrize(
    ("amount", "words"),
    [
        ("0", "above zero"),
        ("-3", "above zero"),
        ("10.73", "more than"),
        ("1.001", "decimal"),
        ("", "required"),
        ("ten", "number"),
        ("9", "holds"),
    ],
)
def test_a_wrong_amount_is_told_beside_the_field(world: World, amount: str, words: str) -> None:
    invoice = invoice_of(world)
    fill(invoice.payer, "5")
    answer = world.client("gina").post(
        at("invoice_pay", "garage-nord", invoice), {"amount": amount, "key": "k" * 32}
    )
    assert answer.status_code == 200
    assert words in str(answer.context["form"].errors["amount"])
    assert not Payment.objects.exists()


def test_all_states_have_a_page(world: World) -> None:
    from billing.services.reminding import remind_due

    invoice = invoice_of(world, quantity=2, with_products=True)
    gina = world.client("gina")
    for days in (1, 10, 20, 30):
        remind_due(day=overdue(invoice, days))
        assert gina.get(at("invoice", "garage-nord", invoice)).status_code == 200
    assert "suspended" in _body(gina.get(at("invoice", "garage-nord", invoice)))
    line = invoice.lines.get()
    note = credit_lines(invoice=invoice, lines=[line], reason="Goodwill", by=None)
    page = _body(gina.get(at("invoice", "garage-nord", note)))
    assert invoice.number in page
    assert "Goodwill" in page
    assert gina.get(at("invoice_code", "garage-nord", note)).status_code == 404


def test_what_people_wrote_is_text(world: World) -> None:
    """T33."""
    garage = world.organisation("garage-nord")
    garage.name = "<script>alert(1)</script>"
    garage.save()
    invoice = invoice_of(world, name="<b>bold</b>")
    page = _body(world.client("gina").get(at("invoice", "garage-nord", invoice)))
    assert "<script>alert" not in page
    assert "&lt;b&gt;bold" in page


# ---- PDF ------------------------------------------------------------------------------------


def test_the_pdf_is_printed_by_the_job_and_served_by_the_page(world: World) -> None:
    invoice = invoice_of(world)
    assert print_due() == 1
    assert print_due() == 0
    answer = world.client("gina").get(at("invoice_pdf", "garage-nord", invoice))
    assert _body(answer).encode() == PDF
    assert answer["Content-Type"] == "application/pdf"
    assert answer["Cache-Control"] == "private, no-store"
    invoice.refresh_from_db()
    assert world.client("gina").get(f"/media/{invoice.pdf.name}").status_code == 404


def test_before_the_job_it_is_laid_out_and_nothing_is_written(world: World, settings: Any) -> None:
    """Architecture 2: GET never writes, neither a row nor a file."""
    invoice, gina = invoice_of(world), world.client("gina")
    with writing_only():
        answer = gina.get(at("invoice_pdf", "garage-nord", invoice))
        assert _body(answer).encode() == PDF
    invoice.refresh_from_db()
    assert not invoice.pdf
    assert [path for path in Path(settings.MEDIA_ROOT).rglob("*") if path.is_file()] == []


def test_a_failure_before_the_job_is_told_and_not_counted(
    world: World, monkeypatch: pytest.MonkeyPatch
) -> None:
    def broken(document: Any) -> bytes:
        raise DocumentError("no font")

    monkeypatch.setattr(invoices, "render", broken)
    invoice, gina = invoice_of(world), world.client("gina")
    with writing_only():
        page = gina.get(at("invoice_pdf", "garage-nord", invoice), follow=True)
    assert "is being made" in _body(page)
    invoice.refresh_from_db()
    assert invoice.pdf_attempts == 0


def test_a_lost_file_is_laid_out_again(world: World) -> None:
    invoice = invoice_of(world)
    assert print_due() == 1
    invoice.refresh_from_db()
    invoice.pdf.storage.delete(invoice.pdf.name)
    answer = world.client("gina").get(at("invoice_pdf", "garage-nord", invoice))
    assert _body(answer).encode() == PDF


def test_what_fails_is_given_up_and_tried_again_by_staff(
    world: World, monkeypatch: pytest.MonkeyPatch
) -> None:
    invoice = invoice_of(world)

    def broken(document: Any) -> bytes:
        raise DocumentError("no font")

    monkeypatch.setattr(invoices, "render", broken)
    for _attempt in range(7):
        print_due()
    invoice.refresh_from_db()
    assert (invoice.pdf_attempts, invoice.pdf_problem) == (5, "no font")
    page = world.client("gina").get(at("invoice_pdf", "garage-nord", invoice), follow=True)
    assert "could not be made" in _body(page)
    monkeypatch.setattr(invoices, "render", lambda document: PDF)
    assert print_due() == 0
    assert print_again([invoice]) == 1
    assert print_due() == 1


def test_every_kind_makes_a_document(world: World) -> None:
    """Its sums are checked by the document itself."""
    BillingProfile.objects.create(organisation=world.organisation("garage-nord"), collective=True)
    for quantity in (1, 35):
        invoice_order(order=order_of(world, quantity=quantity, placed_on=today().replace(day=1)))
    month = issue_collective(
        payer=world.organisation("garage-nord"), month_first_day=today().replace(day=1)
    )
    assert month is not None
    first, second = month.lines.all()
    notes = [
        credit_lines(invoice=month, lines=[line], reason="One", by=None) for line in (first, second)
    ]
    document = document_of(month)
    assert document.payable == month.total
    assert document.intro
    assert [document_of(note).corrects for note in notes] == [month.number] * 2
    vigne = invoice_of(
        world, "atelier-vigne", partner="rhone-digital", partner_pays=True, quantity=35
    )
    assert document_of(vigne).currency == "EUR"


# ---- Settings -------------------------------------------------------------------------------


def test_how_invoices_come(world: World) -> None:
    gina = world.client("gina")
    gina.post(
        at("billing_settings", "garage-nord"),
        {"collective": "on", "email": "bills@garage-nord.example", "language": "de"},
    )
    profile = BillingProfile.objects.get(organisation__slug="garage-nord")
    assert (profile.collective, profile.prepaid_first, profile.language) == (True, False, "de")
    answer = gina.post(at("billing_settings", "garage-nord"), {"email": "nonsense"})
    assert answer.context["form"].errors["email"]
