"""The staff's pages of invoices and of the bank's files: to look at, and the acts that move money
(M9, T19, T47)."""

from typing import Any

import pytest
from django.contrib import admin
from django.contrib.auth.models import Permission
from django.core.files.uploadedfile import SimpleUploadedFile
from django.test import Client
from django.urls import reverse

from access.letters import write
from access.models import OutgoingMail
from billing.models import BankFile, BankMovement, Entry, Invoice, InvoiceCounter, Order, Payment
from billing.services.bank_import import import_bank_file
from billing.services.requests import new_key
from billing.states import InvoiceKind, InvoiceState, MovementState
from tests.billing.bank_samples import IBAN, QR_IBAN, entry, file_of
from tests.billing.invoiced import balance_of, clear_money, invoice_of, today
from tests.world import World


@pytest.fixture(autouse=True)
def _no_money(request: pytest.FixtureRequest) -> None:
    clear_money(request)


@pytest.fixture(autouse=True)
def _account(settings: Any) -> None:
    settings.VENDOR_IBAN, settings.VENDOR_ACCOUNTS = QR_IBAN, [IBAN]


@pytest.fixture
def staff(world: World) -> Client:
    return world.client("staff")


def change(model: str, row: Any, act: str = "") -> str:
    address = reverse(f"admin:billing_{model}_change", args=[row.pk])
    return address.replace("change/", f"{act}") if act else address


def act_at(name: str, row: Any) -> str:
    return reverse(f"admin:billing_{name}", args=[row.pk])


def movement(world: World) -> BankMovement:
    import_bank_file(data=file_of(entry("10.72", word="X1")), name="x.xml", by=None)
    return BankMovement.objects.get()


def test_rows_are_looked_at_only(world: World, staff: Client) -> None:
    invoice, row = invoice_of(world), movement(world)
    for model, found in (("invoice", invoice), ("bankmovement", row), ("bankfile", row.file)):
        assert staff.get(reverse(f"admin:billing_{model}_changelist")).status_code == 200
        assert staff.get(change(model, found)).status_code == 200
        assert staff.get(reverse(f"admin:billing_{model}_add")).status_code == 403
        delete = reverse(f"admin:billing_{model}_delete", args=[found.pk])
        assert staff.post(delete, {"post": "yes"}).status_code == 403
    assert staff.get(reverse("admin:billing_payment_changelist")).status_code == 200
    assert InvoiceCounter not in admin.site._registry


def transfer(amount: str, **more: Any) -> dict[str, Any]:
    return {"amount": amount, "received_on": today(), "key": new_key()} | more


def test_marked_as_paid(world: World, staff: Client) -> None:
    invoice = invoice_of(world)
    address = act_at("invoice_mark_as_paid", invoice)
    assert "10.72" in staff.get(address).content.decode()
    for amount in ("0", "-1", ""):
        answer = staff.post(address, transfer(amount))
        assert answer.context["form"].errors["amount"]
    assert not Payment.objects.exists()
    staff.post(address, transfer("4", note="Counter"))
    staff.post(address, transfer("7"))
    invoice.refresh_from_db()
    assert invoice.state == InvoiceState.PAID
    assert str(balance_of(invoice.payer).balance) == "0.28"
    assert {payment.created_by.email for payment in Payment.objects.all()} == {
        world.person("staff").email
    }
    again = staff.post(address, transfer("7"), follow=True)
    assert "paid already" in again.content.decode()
    assert Payment.objects.count() == 2


def test_a_form_of_staff_books_once(world: World, staff: Client) -> None:
    """T18: pressed twice on a part; the next form of the page is another one."""
    address = act_at("invoice_mark_as_paid", invoice_of(world))
    part = transfer("4")
    for _twice in range(2):
        assert "is booked" in staff.post(address, part, follow=True).content.decode()
    assert Payment.objects.count() == 1
    shown = [staff.get(address).context["form"]["key"].value() for _twice in range(2)]
    assert len({*shown, part["key"]}) == 3
    page = staff.get(address)
    assert f'name="key" value="{page.context["form"]["key"].value()}"' in page.content.decode()


def test_credited(world: World, staff: Client) -> None:
    invoice = invoice_of(world)
    address = act_at("invoice_credit", invoice)
    line = invoice.lines.get()
    assert staff.get(address).status_code == 200
    answer = staff.post(address, {"lines": [line.pk], "reason": ""})
    assert answer.context["form"].errors["reason"]
    staff.post(address, {"lines": [line.pk], "reason": "Goodwill", "keep_products": "on"})
    note = Invoice.objects.get(kind=InvoiceKind.CREDIT_NOTE)
    assert (note.reason, note.corrects) == ("Goodwill", invoice)
    assert not Entry.objects.exists()
    assert staff.get(change("invoice", note)).status_code == 200


def test_the_customer_reads_one_text_and_staff_the_other(world: World, staff: Client) -> None:
    """M4, M8: the form says who reads which; staff's own words reach nobody else."""
    invoice = invoice_of(world, "hotel-bellevue", partner="alpine-web", partner_pays=True)
    address, order = act_at("invoice_credit", invoice), Order.objects.get()
    page = staff.get(address).content.decode()
    assert "The payer reads it on the credit note" in page
    assert "No customer reads it" in page
    words = {"reason": "Zqgoodwill", "note": "Zqinternal", "lines": [invoice.lines.get().pk]}
    staff.post(address, words)
    note = Invoice.objects.get(kind=InvoiceKind.CREDIT_NOTE)
    assert note.reason == "Zqgoodwill"
    history = staff.get(change("invoice", invoice, "history/")).content.decode()
    assert "Zqinternal" in history
    assert note.number in history
    order.refresh_from_db()
    assert (order.state, order.reason) == ("cancelled", "")
    for person, slug in (("lea", "alpine-web"), ("hugo", "hotel-bellevue")):
        assert "Zqinternal" not in told(world, person, slug, order, note)
    assert "Zqgoodwill" in told(world, "lea", "alpine-web", order, note)
    assert "Zqgoodwill" not in told(world, "hugo", "hotel-bellevue", order, note)


def told(world: World, person: str, slug: str, order: Order, note: Invoice) -> str:
    """All that a person reads of the order and its credit note: pages, log, and mails."""
    browser, text = world.client(person), ""
    paths = {"order": order, "invoice": note, "client_order": order, "log": None, "log_csv": None}
    for name, about in paths.items():
        answer = browser.get(reverse(name, args=[slug, *([about.public_id] if about else [])]))
        if answer.status_code == 200:
            text += b"".join(answer).decode()
    mails = OutgoingMail.objects.filter(address=world.person(person).email)
    return text + "".join(write(mail.kind, mail.context, language="en").text for mail in mails)


@pytest.mark.parametrize(
    ("case", "shown"),
    [
        ("open", {"mark_as_paid", "credit", "print_one_again"}),
        ("paid", {"credit", "print_one_again"}),
        ("credited", {"print_one_again"}),
        ("note", {"print_one_again"}),
    ],
)
def test_only_the_buttons_that_apply(
    world: World, staff: Client, case: str, shown: set[str]
) -> None:
    """And who comes to another one is led back with the reason, and nothing happens."""
    invoice = invoice_of(world)
    if case == "paid":
        staff.post(act_at("invoice_mark_as_paid", invoice), transfer("10.72"))
    if case in ("credited", "note"):
        words = {"lines": [invoice.lines.get().pk], "reason": "No"}
        staff.post(act_at("invoice_credit", invoice), words)
    row = Invoice.objects.get(kind="credit_note") if case == "note" else invoice
    page = staff.get(change("invoice", row)).content.decode()
    acts = {"mark_as_paid", "credit", "print_one_again"}
    assert {act for act in acts if f'"{act_at(f"invoice_{act}", row)}"' in page} == shown
    before = Payment.objects.count(), Invoice.objects.count()
    for act in acts - shown:
        for ask in (staff.get, staff.post):
            answer = ask(act_at(f"invoice_{act}", row), follow=True)
            assert answer.redirect_chain[0][0] == change("invoice", row)
            assert row.number in " ".join(map(str, answer.context["messages"]))
    assert (Payment.objects.count(), Invoice.objects.count()) == before


def test_printed_again(world: World, staff: Client) -> None:
    invoice = invoice_of(world)
    Invoice.objects.filter(pk=invoice.pk).update(pdf_attempts=5, pdf_problem="no font")
    listed = reverse("admin:billing_invoice_changelist")
    assert invoice.number in staff.get(listed + "?printed=failed").content.decode()
    address = act_at("invoice_print_one_again", invoice)
    staff.get(address)
    invoice.refresh_from_db()
    assert invoice.pdf_attempts == 5  # to look changes nothing
    staff.post(address)
    invoice.refresh_from_db()
    assert (invoice.pdf_attempts, invoice.pdf_problem) == (0, "")


def test_a_bank_file_is_uploaded_once(world: World, staff: Client) -> None:
    address = reverse("admin:billing_bankfile_import_file")
    data = file_of(entry("10.72", word="X1"))

    def upload(content: bytes) -> Any:
        file = SimpleUploadedFile("camt.xml", content, content_type="text/xml")
        return staff.post(address, {"file": file}, follow=True)

    assert "To be assigned: 1" in upload(data).content.decode()
    assert "imported on" in str(upload(data).context["form"].errors["file"])
    assert upload(b"nonsense").context["form"].errors["file"]
    assert BankFile.objects.count() == 1


def test_assigned_and_set_aside(world: World, staff: Client) -> None:
    row, invoice = movement(world), invoice_of(world)
    address = act_at("bankmovement_assign_it", row)
    assert staff.get(address).status_code == 200
    answer = staff.post(address, {"number": "2026-999999"})
    assert answer.context["form"].errors["number"]
    staff.post(address, {"number": invoice.number})
    row.refresh_from_db()
    assert (row.state, row.decided_by) == (MovementState.BOOKED, world.person("staff"))
    page = staff.get(change("bankmovement", row)).content.decode()
    for act in ("bankmovement_set_it_aside", "bankmovement_assign_it"):
        assert act_at(act, row) not in page
        late = staff.post(act_at(act, row), {"reason": "Not ours"}, follow=True)
        assert "faster" in late.content.decode()


def test_to_look_is_not_to_book(world: World) -> None:
    """Staff without the right to change invoices see them, and book nothing."""
    invoice, row = invoice_of(world), movement(world)
    person = world.add_person("looker@portal.example")
    person.is_staff = True
    person.save()
    codes = ("view_invoice", "view_bankfile", "view_bankmovement")
    person.user_permissions.set(Permission.objects.filter(codename__in=codes))
    looker = world.client("looker")
    assert looker.get(change("invoice", invoice)).status_code == 200
    for name, found in (
        ("invoice_mark_as_paid", invoice),
        ("invoice_credit", invoice),
        ("bankmovement_assign_it", row),
        ("bankmovement_set_it_aside", row),
    ):
        assert looker.post(act_at(name, found), {"amount": "1"}).status_code == 403
    assert looker.get(reverse("admin:billing_bankfile_import_file")).status_code == 403
    assert not Payment.objects.exists()


def test_tenants_have_no_way_in(world: World) -> None:
    invoice = invoice_of(world)
    for address in (change("invoice", invoice), act_at("invoice_mark_as_paid", invoice)):
        assert world.client("gina").get(address).status_code in (302, 403)
