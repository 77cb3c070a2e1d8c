"""Bank files pay invoices and top-ups by their payment reference (M9).

A file is stored whole or not at all, once (its digest), and a movement once however many files
report it (its key). Then each movement is booked in a transaction of its own: a stop in between
leaves rows that the next run books. What does not match is left to staff, with the reason.
"""

import hashlib

from django.conf import settings
from django.db import transaction
from django.utils import timezone
from django.utils.formats import date_format
from django.utils.translation import gettext as _

from access import log
from access.models import User
from billing import bank_files
from billing.bank_files import BankCredit
from billing.errors import AlreadyImported, NotMatched
from billing.models import BankFile, BankMovement, Invoice, MoneyRequest
from billing.services import paying
from billing.services.ledger import book
from billing.services.requests import close_by
from billing.states import (
    EntryKind,
    InvoiceKind,
    InvoiceState,
    Mismatch,
    MovementState,
    RequestState,
)


def import_bank_file(*, data: bytes, name: str, by: User | None) -> BankFile:
    """Stores a camt.053 or camt.054 file and books what its references pay.

    Raises BankFileRefused, or AlreadyImported for the same file again: nothing is booked then.
    """
    file = store_bank_file(data=data, name=name, by=by)
    book_new(file=file)
    return file


@transaction.atomic
def store_bank_file(*, data: bytes, name: str, by: User | None) -> BankFile:
    """The file and those of its payments that no earlier file reported, not booked yet."""
    ours = [iban for iban in (settings.VENDOR_IBAN, *settings.VENDOR_ACCOUNTS) if iban]
    read = bank_files.read_bank_file(data, ours)
    credits = [each for each in read.entries if each.credit or each.reversal]
    file, is_new = BankFile.objects.get_or_create(
        digest=hashlib.sha256(data).hexdigest(),
        defaults={
            "name": name.replace("\x00", "")[:150] or "camt.xml",
            "kind": read.kind,
            "message_id": read.message_id[:35],
            "accounts": read.account[:300],
            "made_at": read.created_at,
            "entries": len(read.entries),
            "known": 0,
            "pending": read.pending,
            "imported_by": by,
        },
    )
    if not is_new:
        raise AlreadyImported(
            _("This file was imported on %(day)s already, as “%(name)s”. Nothing was booked again.")
            % {
                "day": date_format(timezone.localtime(file.imported_at), "SHORT_DATETIME_FORMAT"),
                "name": file.name,
            },
            field="file",
        )
    rows = [_movement(file, credit) for credit in credits]
    BankMovement.objects.bulk_create(rows, batch_size=1000, ignore_conflicts=True)
    file.known = len(rows) - BankMovement.objects.filter(file=file).count()
    file.save(update_fields=["known"])
    return file


def _movement(file: BankFile, credit: BankCredit) -> BankMovement:
    return BankMovement(
        file=file,
        key=credit.key,
        account=credit.account,
        booked_on=credit.booked_on,
        amount=credit.amount,
        currency=credit.currency,
        reference=credit.reference,
        payer_name=credit.payer[:140],
        text=credit.text,
        bank_reference=credit.bank_reference[:64],
        mismatch=_trouble(credit),
    )


def _trouble(credit: BankCredit) -> str:
    """Why a movement cannot be booked whatever its reference is."""
    if credit.reversal:
        return Mismatch.REVERSAL
    return Mismatch.BUNDLE if credit.bundle > 1 else ""


# ---- Booking --------------------------------------------------------------------------------


def book_new(*, file: BankFile | None = None) -> int:
    """Books or lists what is stored and not looked at yet; answers how many. Safe to run at once:
    a row is locked from the look to the mark."""
    rows = BankMovement.objects.filter(state=MovementState.NEW)
    if file is not None:
        rows = rows.filter(file=file)
    keys = list(rows.order_by("pk").values_list("pk", flat=True))
    return sum(match(movement=key) for key in keys)


@transaction.atomic
def match(*, movement: int) -> bool:
    """Books one new movement (primary key) on what its reference names, or lists it for staff."""
    rows = BankMovement.objects.select_for_update(skip_locked=True, of=("self",))
    row = rows.filter(pk=movement, state=MovementState.NEW).select_related("file").first()
    if row is None:
        return False
    why = row.mismatch or _match(row, by=row.file.imported_by)
    if why:
        row.state, row.mismatch = MovementState.UNMATCHED, why
        row.save(update_fields=["state", "mismatch"])
    return True


def _match(row: BankMovement, *, by: User | None) -> str:
    """Books by the reference; answers why not, or ""."""
    if not row.reference:
        return Mismatch.NO_REFERENCE
    invoice = Invoice.objects.filter(
        reference=row.reference, kind=InvoiceKind.INVOICE
    ).first()  # fmt: skip
    if invoice is not None:
        if invoice.currency != row.currency:
            return Mismatch.CURRENCY
        _pay(row, invoice, by=by)
        return ""
    asked = MoneyRequest.objects.filter(reference=row.reference, kind=EntryKind.TOP_UP).first()
    if asked is None:
        return Mismatch.UNKNOWN_REFERENCE
    return _top_up(row, asked.pk, by=by)


def _pay(row: BankMovement, invoice: Invoice, *, by: User | None) -> None:
    """Books the movement on an invoice: less leaves it open, more goes to the payer's account, and
    so does all of it when nothing is open."""
    invoice = paying.lock_invoice(invoice)
    row.invoice = invoice
    if invoice.state == InvoiceState.OPEN:
        row.payment = paying.record_transfer(
            invoice=invoice,
            amount=row.amount,
            received_on=min(row.booked_on, timezone.localdate()),
            by=by,
            note=_note(row),
        )
    else:
        row.entry = paying.keep_transfer(invoice=invoice, amount=row.amount, by=by)
    _booked(row)


def _top_up(row: BankMovement, key: int, *, by: User | None) -> str:
    """Books what came, be it less or more than was announced: the request is settled by it."""
    rows = MoneyRequest.objects.select_for_update(of=("self",), no_key=True)
    asked = rows.select_related("account__organisation").get(pk=key)
    if asked.account.currency != row.currency:
        return Mismatch.CURRENCY
    if asked.state != RequestState.WAITING:
        return Mismatch.REQUEST_CLOSED
    entry = book(
        account=asked.account,
        kind=EntryKind.TOP_UP,
        amount=row.amount,
        reason="top_up_transfer",
        facts={"reference": row.reference},
        by=by,
    )
    close_by(asked=asked, entry=entry, by=by)
    row.asked, row.entry = asked, entry
    _booked(row)
    return ""


def _booked(row: BankMovement) -> None:
    row.state, row.mismatch = MovementState.BOOKED, ""
    row.save(update_fields=["state", "mismatch", "invoice", "asked", "payment", "entry"])


def _note(row: BankMovement) -> str:
    return f"{row.file.name}: {row.bank_reference or row.key}"[:200]


# ---- By hand --------------------------------------------------------------------------------


@transaction.atomic
def assign(*, movement: BankMovement, number: str, by: User) -> BankMovement:
    """Books an unmatched movement on the invoice that staff name (its number or reference).

    Raises NotMatched when there is none, when its currency is another, or when somebody was
    faster.
    """
    row = _undecided(movement)
    check_pays(row)
    asked = "".join(number.split()).upper()
    found = Invoice.objects.filter(kind=InvoiceKind.INVOICE)
    one = (found.filter(number=asked) | found.filter(reference=asked)).first() if asked else None
    if one is None:
        raise NotMatched(_("There is no invoice with this number."), field="number")
    if one.currency != row.currency:
        raise NotMatched(
            _("Invoice %(number)s is in %(currency)s, and this came in %(other)s. Set it aside, "
              "and have it sent back or exchanged.")
            % {"number": one.number, "currency": one.currency, "other": row.currency},
            field="number",
        )  # fmt: skip
    _pay(row, one, by=by)
    _decide(row, by, note=_("assigned by hand"))
    log.write(
        organisation=one.payer,
        act="invoice.assign",
        by=None,
        about=one,
        after={"amount": f"{row.currency} {row.amount}"},
    )
    return row


@transaction.atomic
def set_aside(*, movement: BankMovement, reason: str, by: User) -> BankMovement:
    """Takes an unmatched movement off the list, with the reason: it is no payment of ours, was
    sent back, or was booked elsewhere. Nothing is booked."""
    row = _undecided(movement)
    if not reason.strip():
        raise NotMatched(_("Say why."), field="reason")
    row.state = MovementState.SET_ASIDE
    _decide(row, by, note=reason.strip())
    return row


def _undecided(movement: BankMovement) -> BankMovement:
    rows = BankMovement.objects.select_for_update(of=("self",)).select_related("file")
    row = rows.get(pk=movement.pk)
    check_undecided(row)
    return row


def check_undecided(row: BankMovement) -> None:
    """Raises NotMatched unless somebody has to decide about the movement."""
    if row.state != MovementState.UNMATCHED:
        raise NotMatched(_("Somebody was faster: this does not wait any more."))


def check_pays(row: BankMovement) -> None:
    """Raises NotMatched when the movement takes money back."""
    if row.mismatch == Mismatch.REVERSAL:
        raise NotMatched(_("This takes a payment back: it pays nothing. Set it aside."))


def _decide(row: BankMovement, by: User, *, note: str) -> None:
    row.decided_by, row.decided_at, row.note = by, timezone.now(), note[:200]
    row.save(update_fields=["state", "decided_by", "decided_at", "note"])
