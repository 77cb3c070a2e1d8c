"""Bank files: each file and each movement once, matched by reference, the rest listed (M9, T15)."""

from decimal import Decimal
from typing import Any

import pytest

from access.models import Act
from billing.bank_files import BankFileRefused
from billing.errors import AlreadyImported, NotMatched
from billing.models import BankFile, BankMovement, Entry, Invoice, MoneyRequest, Payment
from billing.services import bank_import
from billing.services.bank_import import assign, import_bank_file, set_aside
from billing.services.ledger import account_of
from billing.states import EntryKind, InvoiceState, Mismatch, MovementState, RequestState
from tests.billing.bank_samples import IBAN, QR_IBAN, entry, file_of, part
from tests.billing.invoiced import balance_of, clear_money, invoice_of
from tests.racing import at_once
from tests.world import World


@pytest.fixture(autouse=True)
def _no_money(request: pytest.FixtureRequest) -> None:
    clear_money(request)


@pytest.fixture(autouse=True)
def _account(settings: Any) -> None:
    settings.VENDOR_IBAN, settings.VENDOR_ACCOUNTS = QR_IBAN, [IBAN]


def paid(reference: str, amount: str, word: str, **options: str) -> str:
    details = part(amount, word=f"T{word}", reference=reference, **options)
    return entry(amount, word=word, details=details)


def imported(*entries: str, name: str = "camt.xml", **options: str) -> BankFile:
    return import_bank_file(data=file_of(*entries, **options), name=name, by=None)


def only() -> BankMovement:
    return BankMovement.objects.get()


def test_a_reference_pays_its_invoice(world: World) -> None:
    invoice = invoice_of(world)
    file = imported(paid(invoice.reference, "10.72", "A1"))
    invoice.refresh_from_db()
    assert invoice.state == InvoiceState.PAID
    row = only()
    assert (row.state, row.invoice, row.file) == (MovementState.BOOKED, invoice, file)
    assert row.payment is not None
    assert "camt.xml" in row.payment.note
    assert str(row.payment.received_on) == "2026-11-18"


def test_less_and_more(world: World) -> None:
    less, more = invoice_of(world), invoice_of(world)
    imported(paid(less.reference, "10.00", "A1"), paid(more.reference, "11.00", "A2"))
    less.refresh_from_db()
    more.refresh_from_db()
    assert (less.state, less.open_amount) == (InvoiceState.OPEN, Decimal("0.72"))
    assert (more.state, more.paid) == (InvoiceState.PAID, Decimal("10.72"))
    assert balance_of(more.payer).balance == Decimal("0.28")


def test_paid_twice_is_kept_on_the_account(world: World) -> None:
    invoice = invoice_of(world)
    imported(paid(invoice.reference, "10.72", "A1"), paid(invoice.reference, "10.72", "A2"))
    assert BankMovement.objects.filter(state=MovementState.BOOKED).count() == 2
    assert Payment.objects.count() == 1
    assert balance_of(invoice.payer).balance == Decimal("10.72")


def test_the_same_file_twice_books_nothing(world: World) -> None:
    """T15: whatever it is called."""
    invoice = invoice_of(world)
    imported(paid(invoice.reference, "4.00", "A1"))
    with pytest.raises(AlreadyImported) as refusal:
        imported(paid(invoice.reference, "4.00", "A1"), name="again.xml")
    assert "camt.xml" in str(refusal.value)
    assert Payment.objects.count() == 1


def test_the_same_movement_in_another_file_is_known(world: World) -> None:
    invoice = invoice_of(world)
    imported(paid(invoice.reference, "4.00", "A1"))
    file = imported(paid(invoice.reference, "4.00", "A1"), paid(invoice.reference, "2.00", "A2"))
    assert file.known == 1
    assert sorted(Payment.objects.values_list("amount", flat=True)) == [2, 4]


def test_a_top_up_is_settled_by_what_came(world: World) -> None:
    garage = world.organisation("garage-nord")
    reference = "000000000000022026000000013"
    request = MoneyRequest.objects.create(
        account=account_of(garage), kind=EntryKind.TOP_UP, amount=100, reference=reference, key="k"
    )
    imported(paid(reference, "80.00", "A1"))
    request.refresh_from_db()
    assert request.state == RequestState.SETTLED
    assert balance_of(garage).balance == 80
    file = imported(paid(reference, "80.00", "A2"))
    row = BankMovement.objects.get(file=file)
    assert (row.state, row.mismatch) == (MovementState.UNMATCHED, Mismatch.REQUEST_CLOSED)
    assert balance_of(garage).balance == 80


@pytest.mark.parametrize(
    ("made", "why"),
    [
        (entry("5.00", word="X1"), Mismatch.NO_REFERENCE),
        (paid("000000000000012026000000424", "5.00", "X1"), Mismatch.UNKNOWN_REFERENCE),
        (entry("5.00", word="X1", more="<RvslInd>true</RvslInd>"
               "<BookgDt><Dt>2026-11-18</Dt></BookgDt>"), Mismatch.REVERSAL),
        (entry("5.00", word="X1", details="<Btch><NbOfTxs>3</NbOfTxs></Btch>"), Mismatch.BUNDLE),
    ],
)  # fmt: skip
def test_what_does_not_match_is_listed(world: World, made: str, why: Mismatch) -> None:
    imported(made)
    row = only()
    assert (row.state, row.mismatch) == (MovementState.UNMATCHED, why)
    assert not Payment.objects.exists()
    assert not Entry.objects.exists()


def test_another_currency_is_listed(world: World) -> None:
    invoice = invoice_of(
        world, "atelier-vigne", partner="rhone-digital", partner_pays=True, quantity=35
    )
    imported(paid(invoice.reference, "120.75", "A1"))
    row = only()
    assert (row.state, row.mismatch) == (MovementState.UNMATCHED, Mismatch.CURRENCY)
    with pytest.raises(NotMatched):
        assign(movement=row, number=invoice.number, by=world.person("staff"))
    assert not Payment.objects.exists()


def test_what_we_paid_is_no_business_of_it(world: World) -> None:
    imported(entry("5.00", word="X1", sign="DBIT"))
    assert not BankMovement.objects.exists()


@pytest.mark.parametrize("data", [b"", b"<x", b"PK\x03\x04", b"<Document/>"])
def test_a_wrong_file_stores_nothing(world: World, data: bytes) -> None:
    with pytest.raises(BankFileRefused):
        import_bank_file(data=data, name="x.xml", by=None)
    assert not BankFile.objects.exists()


# ---- By hand --------------------------------------------------------------------------------


@pytest.fixture
def unmatched(world: World) -> BankMovement:
    imported(entry("10.72", word="X1"))
    return only()


def test_staff_assign_by_number(world: World, unmatched: BankMovement) -> None:
    invoice, staff = invoice_of(world), world.person("staff")
    assign(movement=unmatched, number=f" {invoice.number} ", by=staff)
    invoice.refresh_from_db()
    unmatched.refresh_from_db()
    assert invoice.state == InvoiceState.PAID
    assert (unmatched.state, unmatched.decided_by) == (MovementState.BOOKED, staff)
    assert Act.objects.filter(act="invoice.assign", organisation=invoice.payer).count() == 1
    with pytest.raises(NotMatched):
        assign(movement=unmatched, number=invoice.number, by=staff)
    assert Payment.objects.count() == 1


@pytest.mark.parametrize("number", ["2026-999999", "", "%"])
def test_an_unknown_number_books_nothing(
    world: World, unmatched: BankMovement, number: str
) -> None:
    invoice_of(world)
    with pytest.raises(NotMatched):
        assign(movement=unmatched, number=number, by=world.person("staff"))
    assert not Payment.objects.exists()


def test_staff_set_aside_with_a_reason(world: World, unmatched: BankMovement) -> None:
    staff = world.person("staff")
    with pytest.raises(NotMatched):
        set_aside(movement=unmatched, reason="  ", by=staff)
    set_aside(movement=unmatched, reason="Sent back on 20 November", by=staff)
    unmatched.refresh_from_db()
    assert unmatched.state == MovementState.SET_ASIDE
    with pytest.raises(NotMatched):
        assign(movement=unmatched, number="2026-000001", by=staff)


# ---- Stopped half-way, and at once ----------------------------------------------------------


def test_a_stopped_import_is_finished_by_the_job(
    world: World, monkeypatch: pytest.MonkeyPatch
) -> None:
    invoice = invoice_of(world)
    monkeypatch.setattr(bank_import, "book_new", lambda **options: 0)
    imported(paid(invoice.reference, "10.72", "A1"))
    assert only().state == MovementState.NEW
    monkeypatch.undo()
    assert bank_import.book_new() == 1
    assert bank_import.book_new() == 0
    assert Payment.objects.count() == 1


@pytest.mark.django_db(transaction=True)
def test_one_file_by_four_at_once(live_world: World) -> None:
    invoice = invoice_of(live_world)
    data = file_of(paid(invoice.reference, "10.72", "A1"))
    results = at_once(*[lambda: import_bank_file(data=data, name="x.xml", by=None)] * 4)
    assert results == {"done": 1, "AlreadyImported": 3}
    assert Payment.objects.count() == 1


@pytest.mark.django_db(transaction=True)
def test_one_movement_in_two_files_at_once(live_world: World) -> None:
    invoice = invoice_of(live_world)
    files = [
        file_of(paid(invoice.reference, "4.00", "A1"), paid(invoice.reference, "1.00", word))
        for word in ("B1", "B2", "B3")
    ]
    at_once(
        *[lambda data=data: import_bank_file(data=data, name="x.xml", by=None) for data in files]
    )
    assert bank_import.book_new() == 0
    assert sorted(Payment.objects.values_list("amount", flat=True)) == [1, 1, 1, 4]
    assert Invoice.objects.get().open_amount == Decimal("3.72")
