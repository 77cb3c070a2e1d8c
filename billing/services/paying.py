"""Paying invoices: from the prepaid account, or by transfer (M6, M9).

All amounts include VAT and are in the invoice's currency. Locks are taken in one order: order,
invoice, its suspended products, accounts by primary key. What is settled brings the partners their
cashback, each line once (T15), and gets suspended products back.
"""

from datetime import date
from decimal import Decimal

from django.db import transaction
from django.db.models import Exists, OuterRef, QuerySet
from django.utils import timezone
from django.utils.translation import gettext as _

from access import log
from access.models import User
from access.policy import Actor
from billing.errors import AlreadySettled, AmountWrong, NotEnoughBalance
from billing.models import Account, Entry, Invoice, InvoiceLine, OrderLine, Payment
from billing.rules import CENT
from billing.services import suspending
from billing.services.invoice_mails import tell
from billing.services.ledger import account_of, book
from billing.states import EntryKind, InvoiceKind, InvoiceState, OrderKind, PaymentMethod

LARGEST = Decimal("999999999999.99")


# ---- Locks ----------------------------------------------------------------------------------


def lock_invoice(invoice: Invoice) -> Invoice:
    """The invoice as it is now, locked until the transaction ends."""
    rows = Invoice.objects.select_for_update(of=("self",), no_key=True).select_related("payer")
    return rows.get(pk=invoice.pk)


def lock_accounts(*accounts: Account) -> None:
    """Locks them in the one order in which everybody does."""
    keys = sorted({account.pk for account in accounts})
    list(Account.objects.select_for_update(no_key=True).filter(pk__in=keys).order_by("pk"))


def lines_with_cashback(invoice: Invoice) -> QuerySet[OrderLine]:
    """The lines of the invoice that bring a partner cashback and are not credited (M6)."""
    own = InvoiceLine.objects.filter(order_line=OuterRef("pk"))
    return (
        OrderLine.objects.filter(
            Exists(own.filter(invoice=invoice, credits=False)),
            ~Exists(own.filter(credits=True)),
            cashback__gt=0,
            order__partner__isnull=False,
        )
        .select_related("order__partner__organisation", "order__organisation", "product_type")
        .order_by("pk")
    )


def _lock_all(invoice: Invoice) -> Account:
    """The payer's account, locked with those that get cashback once the invoice is settled."""
    suspending.lock_suspended(invoice)
    own = account_of(invoice.payer, invoice.currency)
    lock_accounts(own, *_cashback_accounts(lines_with_cashback(invoice)).values())
    return own


def _cashback_accounts(lines: QuerySet[OrderLine]) -> dict[tuple[int, str], Account]:
    found: dict[tuple[int, str], Account] = {}
    for line in lines:
        partner, currency = line.order.partner, line.order.currency
        assert partner is not None  # noqa: S101 - asked for in the query
        if (partner.pk, currency) not in found:
            found[partner.pk, currency] = account_of(partner.organisation, currency)
    return found


# ---- Paying ---------------------------------------------------------------------------------


@transaction.atomic
def pay_from_prepaid(
    *, invoice: Invoice, amount: Decimal, by: "Actor | User | None", key: str
) -> Payment:
    """Pays the whole or a part from the payer's account (M6, M9).

    The same `key` twice answers with the first payment and books nothing. Raises AmountWrong,
    NotEnoughBalance, or AlreadySettled (the key has paid another amount, too); nothing is booked
    then (T18). An actor has to be one of the payer's own people who may pay.
    """
    if isinstance(by, Actor):
        _require_payer(by, invoice)
    invoice = lock_invoice(invoice)
    if first := _paid_by(invoice, key):
        _check_same(first, amount)
        return first
    check_open(invoice)
    check_amount(amount, most=invoice.open_amount)
    account = _lock_all(invoice)
    person = by.person if isinstance(by, Actor) else by
    payment = _take(invoice, account, amount, by=person, key=key)
    log.write(
        organisation=invoice.payer,
        act="invoice.pay",
        by=by,
        about=invoice,
        after={"amount": f"{invoice.currency} {amount}"},
    )
    if not invoice.open_amount:
        _settled(invoice)
    return payment


def pay_at_issue(invoice: Invoice, *, by: User | None) -> None:
    """Pays a new invoice whole, inside the transaction that issues it: the caller has locked the
    accounts before the counter. The mail about the invoice says that it is paid."""
    if invoice.total:
        _take(invoice, account_of(invoice.payer, invoice.currency), invoice.total, by=by)
    _settled(invoice, tells=False)


def _require_payer(by: Actor, invoice: Invoice) -> None:
    by.require("accounting.top_up")
    if not by.is_member or by.organisation.pk != invoice.payer_id:
        raise AlreadySettled(_("This invoice is not your organisation's to pay."))


def _paid_by(invoice: Invoice, key: str) -> Payment | None:
    """What the form with this key has paid already; a key of "" is none."""
    return Payment.objects.filter(invoice=invoice, key=key).first() if key else None


def _check_same(first: Payment, amount: Decimal) -> None:
    """Raises AlreadySettled when a form that has paid comes again with another amount: who went
    back and typed a new one is not told that it is booked."""
    if first.amount != amount:
        raise AlreadySettled(
            _("This form has paid %(amount)s already. Open the invoice again to pay more of it.")
            % {"amount": f"{first.invoice.currency} {first.amount}"}
        )


def _take(
    invoice: Invoice, account: Account, amount: Decimal, *, by: User | None, key: str = ""
) -> Payment:
    """A payment from an account that is locked."""
    try:
        entry = book(
            account=account,
            kind=EntryKind.PAYMENT,
            amount=-amount,
            reason="invoice_paid",
            facts={"invoice": invoice.number},
            invoice=invoice,
            by=by,
        )
    except NotEnoughBalance as refusal:
        raise NotEnoughBalance(refusal.message, field="amount") from refusal
    return _add(invoice, amount, method=PaymentMethod.PREPAID, entry=entry, by=by, key=key)


def _add(
    invoice: Invoice,
    amount: Decimal,
    *,
    method: PaymentMethod,
    by: User | None,
    entry: Entry | None = None,
    received_on: date | None = None,
    note: str = "",
    key: str = "",
) -> Payment:
    payment = Payment.objects.create(
        invoice=invoice,
        method=method,
        amount=amount,
        received_on=received_on or timezone.localdate(),
        entry=entry,
        note=note,
        key=key,
        created_by=by,
    )
    invoice.paid += amount
    invoice.save(update_fields=["paid"])
    return payment


@transaction.atomic
def record_transfer(
    *,
    invoice: Invoice,
    amount: Decimal,
    received_on: date,
    by: User | None,
    note: str = "",
    key: str = "",
) -> Payment:
    """A payment that came by bank (M9). What is more than the open amount is kept on the payer's
    account as a top-up. A form's `key` twice answers with the first payment and books nothing.
    Raises AmountWrong, or AlreadySettled when nothing is open."""
    invoice = lock_invoice(invoice)
    if first := _paid_by(invoice, key):
        return first
    check_open(invoice)
    check_amount(amount, most=LARGEST)
    check_day(received_on)
    account = _lock_all(invoice)
    part = min(amount, invoice.open_amount)
    payment = _add(
        invoice,
        part,
        method=PaymentMethod.TRANSFER,
        by=by,
        received_on=received_on,
        note=note[:200],
        key=key,
    )
    if amount > part:
        _keep(invoice, account, amount - part, by=by)
    _log_received(invoice, amount)
    if not invoice.open_amount:
        _settled(invoice)
    return payment


@transaction.atomic
def keep_transfer(*, invoice: Invoice, amount: Decimal, by: User | None) -> Entry:
    """A transfer for an invoice of which nothing is open any more: it is kept on the payer's
    account, all of it."""
    check_amount(amount, most=LARGEST)
    invoice = lock_invoice(invoice)
    _log_received(invoice, amount)
    return _keep(invoice, account_of(invoice.payer, invoice.currency), amount, by=by)


def _log_received(invoice: Invoice, amount: Decimal) -> None:
    """A client does not read which of the vendor's staff booked it."""
    log.write(
        organisation=invoice.payer,
        act="invoice.received",
        by=None,
        about=invoice,
        after={"amount": f"{invoice.currency} {amount}"},
    )


def _keep(invoice: Invoice, account: Account, amount: Decimal, *, by: User | None) -> Entry:
    return book(
        account=account,
        kind=EntryKind.TOP_UP,
        amount=amount,
        reason="overpaid",
        facts={"invoice": invoice.number},
        invoice=invoice,
        by=by,
    )


# ---- What is checked ------------------------------------------------------------------------


def check_open(invoice: Invoice) -> None:
    """Raises AlreadySettled unless something is to be paid on the invoice."""
    if invoice.kind != InvoiceKind.INVOICE:
        raise AlreadySettled(_("%s is a credit note: there is nothing to pay.") % invoice.number)
    if invoice.state == InvoiceState.PAID:
        raise AlreadySettled(_("Invoice %s is paid already.") % invoice.number)
    if invoice.state != InvoiceState.OPEN:
        raise AlreadySettled(_("Invoice %s was credited: nothing is open.") % invoice.number)


def check_amount(amount: Decimal, *, most: Decimal) -> None:
    """Raises AmountWrong unless it is a number of cents above zero, and at most `most`."""
    if not amount.is_finite() or amount <= 0:
        raise AmountWrong(_("Enter an amount above zero."), field="amount")
    if amount != amount.quantize(CENT):
        raise AmountWrong(_("Enter an amount with at most two decimals."), field="amount")
    if amount > most:
        raise AmountWrong(
            _("This is more than the %(most)s that are open.") % {"most": most}, field="amount"
        )


def check_day(day: date) -> None:
    if day > timezone.localdate():
        raise AmountWrong(_("Money cannot have come in on a day to come."), field="received_on")


# ---- Settled --------------------------------------------------------------------------------


def _settled(invoice: Invoice, *, tells: bool = True) -> None:
    """Nothing is open any more: the cashback of each line is booked, what was suspended for it
    runs again, and the payer is told. Called once: the state moves under the invoice's lock."""
    invoice.state = InvoiceState.PAID
    invoice.paid_at = timezone.now()
    invoice.next_reminder_on = None
    invoice.save(update_fields=["state", "paid_at", "next_reminder_on"])
    lines = lines_with_cashback(invoice)
    accounts = _cashback_accounts(lines)
    booked = set(
        Entry.objects.filter(
            line__in=lines, kind=EntryKind.CASHBACK, reverses__isnull=True
        ).values_list("line", flat=True)
    )
    for line in lines:
        if line.pk not in booked:
            book_cashback(line, accounts[line.order.partner_id, line.order.currency])  # type: ignore[index]
    suspending.resume_paid(invoice)
    if tells:
        tell("invoice_paid", invoice)


def settle_if_nothing_is_open(invoice: Invoice) -> None:
    """After a credit note: what remains may have been paid already."""
    if invoice.state == InvoiceState.OPEN and not invoice.open_amount:
        _settled(invoice)


def book_cashback(line: OrderLine, account: Account) -> Entry:
    """The cashback of one line on its partner's account (M6). The database lets it in once. The
    entry holds no invoice: that one is the payer's alone (M4)."""
    renewal = line.order.kind == OrderKind.RENEWAL
    return book(
        account=account,
        kind=EntryKind.CASHBACK,
        amount=line.cashback,
        reason="cashback_renewal" if renewal else "cashback_order",
        facts={
            "quantity": line.quantity,
            "product": line.product_type.name,
            "client": line.order.organisation.name,
        },
        line=line,
    )
