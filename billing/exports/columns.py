"""The fixed columns of each file; new ones are added at the end (M11, docs/exports.md).

All amounts are in the row's currency and exclude VAT where their header does not say otherwise;
percentages are in percent (20 means 20 %).
"""

from typing import Any

from django.db.models import Case, DecimalField, F, StringAgg, TextField, Value, When
from django.db.models.functions import Cast, Concat
from django.utils.translation import gettext_lazy as _
from django.utils.translation import pgettext_lazy

from access.copying import Column, Kind
from access.policy import Actor
from billing.exports.words import fact, named, why
from billing.rules import Basis, Gain, Rule
from billing.sight import amount_shown, cashback_shown
from billing.states import (
    EntryKind,
    InvoiceKind,
    InvoiceState,
    OrderKind,
    OrderState,
    PaymentMethod,
)
from clients.rules import Access, PaymentMode, Period, Side

type Columns = tuple[Column, ...]
CENTS: Any = DecimalField(max_digits=14, decimal_places=2)


def order_columns(actor: Actor) -> Columns:
    """Of orders that the actor may see; amounts only where `billing.sight` shows them."""
    amount, gain = amount_shown(actor), cashback_shown(actor)
    quantity = Cast("lines__quantity", TextField())
    times = Value(" × ", output_field=TextField())
    product = Concat(quantity, times, named("lines__product_type"), output_field=TextField())
    joint = Value(", ", output_field=TextField())
    by_partner = When(ordered_by=Side.PARTNER, then=F("partner__organisation__name"))
    return (
        Column(_("Ordered on"), "created_at", Kind.DATE),
        Column(_("Key"), "public_id", Kind.KEY),
        Column(_("Kind"), "kind", Kind.LABEL, OrderKind.choices),
        Column(_("State"), "state", Kind.LABEL, OrderState.choices),
        Column(_("Client"), "organisation__name"),
        Column(_("Ordered by"), Case(by_partner, default=F("organisation__name"))),
        Column(_("Paid by"), "payer__name"),
        Column(_("Products"), StringAgg(product, joint, order_by="lines__position")),
        Column(_("Currency"), Case(When(amount, then=F("currency")))),
        Column(_("Total, excluding VAT"), Case(When(amount, then=F("net"))), Kind.MONEY),
        Column(_("Cashback"), Case(When(gain, then=F("cashback"))), Kind.MONEY),
        Column(_("Discount"), Case(When(gain, then=F("discount"))), Kind.MONEY),
    )


def line_columns() -> Columns:
    """Of order lines in which the reader's organisation, a partner, has a part: every figure that
    was frozen into them (M7). Nothing of the client's invoices (M4)."""
    return (
        Column(_("Ordered at"), "order__created_at", Kind.MOMENT),
        Column(_("Order"), "order__public_id", Kind.KEY),
        Column(_("Kind"), "order__kind", Kind.LABEL, OrderKind.choices),
        Column(_("State"), "order__state", Kind.LABEL, OrderState.choices),
        Column(_("Client"), "order__organisation__name"),
        Column(_("Ordered by"), "order__ordered_by", Kind.LABEL, Side.choices),
        Column(_("Paid by"), "order__payer__name"),
        Column(_("Payment"), "order__method", Kind.LABEL, PaymentMethod.choices),
        Column(_("Product type"), named("product_type")),
        Column(_("Name"), "name"),
        Column(_("Period"), "period", Kind.LABEL, Period.choices),
        Column(_("From"), "starts_on", Kind.DATE),
        Column(_("To"), "ends_on", Kind.DATE),
        Column(_("Rates of"), "order__rates_of", Kind.DATE),
        *_figures(),
        Column(pgettext_lazy("an order", "Line"), "public_id", Kind.KEY),
    )


def _figures() -> Columns:
    """The arithmetic of a line, step by step (M1, M2), and its row of M3."""
    return (
        Column(_("Quantity"), "quantity", Kind.NUMBER),
        Column(_("Currency"), "order__currency", Kind.KEY),
        Column(_("Public price of one"), "price", Kind.MONEY),
        Column(_("Price × quantity"), "list_total", Kind.MONEY),
        Column(_("Volume tier from"), "tier_units", Kind.NUMBER),
        Column(_("Volume tier in percent"), "tier_percent", Kind.NUMBER),
        Column(_("Public price after the tier"), "public_total", Kind.MONEY),
        Column(_("Partner rate in percent"), "partner_percent", Kind.NUMBER),
        Column(_("Fixed partner price of one"), "fixed_price", Kind.MONEY),
        Column(_("After the partner rate"), "after_rate", Kind.MONEY),
        Column(_("Partner price"), "partner_total", Kind.MONEY),
        Column(_("Rule"), "rule", Kind.LABEL, Rule.choices),
        Column(_("Charged at"), "basis", Kind.LABEL, Basis.choices),
        Column(_("The partner gets"), "gain", Kind.LABEL, Gain.choices),
        Column(_("Charged, excluding VAT"), "net", Kind.MONEY),
        Column(_("Cashback"), "cashback", Kind.MONEY),
        Column(_("Discount"), "discount", Kind.MONEY),
    )


def invoice_columns() -> Columns:
    """Of the reader's own invoices; what a credit note takes off is negative."""
    credit = _credits("kind")
    rest: Any = F("total") - F("paid") - F("credited")
    still_open = Case(When(state=InvoiceState.OPEN, then=rest), default=0, output_field=CENTS)
    return (
        Column(_("Number"), "number", Kind.KEY),
        Column(_("Kind"), "kind", Kind.LABEL, InvoiceKind.choices),
        Column(_("Date"), "issued_on", Kind.DATE),
        Column(_("Payable until"), "due_on", Kind.DATE),
        Column(_("State"), "state", Kind.LABEL, InvoiceState.choices),
        Column(_("Currency"), "currency", Kind.KEY),
        Column(_("Net"), _signed(credit, "net"), Kind.MONEY),
        Column(_("VAT"), _signed(credit, "vat"), Kind.MONEY),
        Column(_("Total, including VAT"), _signed(credit, "total"), Kind.MONEY),
        Column(pgettext_lazy("sum", "Paid"), "paid", Kind.MONEY),
        Column(pgettext_lazy("sum", "Credited"), "credited", Kind.MONEY),
        Column(_("Still open"), still_open, Kind.MONEY),
        Column(_("Corrects"), "corrects__number", Kind.KEY),
        Column(_("Payment reference"), "reference"),
    )


def invoice_line_columns() -> Columns:
    """Of lines of the reader's own invoices, whoever has the products; credited ones negative."""
    credit = _credits("invoice__kind")
    price = _signed(credit, "unit_price")
    return (
        Column(_("Number"), "invoice__number", Kind.KEY),
        Column(_("Kind"), "invoice__kind", Kind.LABEL, InvoiceKind.choices),
        Column(_("Date"), "invoice__issued_on", Kind.DATE),
        Column(_("State"), "invoice__state", Kind.LABEL, InvoiceState.choices),
        Column(_("Position"), "position", Kind.NUMBER),
        Column(_("Client"), "order_line__order__organisation__name"),
        Column(_("Product type"), named("order_line__product_type")),
        Column(_("Text"), "text"),
        Column(_("Detail"), "detail"),
        Column(_("From"), "order_line__starts_on", Kind.DATE),
        Column(_("To"), "order_line__ends_on", Kind.DATE),
        Column(_("Quantity"), "quantity", Kind.NUMBER),
        Column(_("Currency"), "invoice__currency", Kind.KEY),
        Column(_("Price of one, excluding VAT"), price, Kind.MONEY),
        Column(_("Net"), _signed(credit, "net"), Kind.MONEY),
        Column(_("VAT rate in percent"), "vat_percent", Kind.NUMBER),
        Column(_("Corrects"), "invoice__corrects__number", Kind.KEY),
        Column(_("Order"), "order_line__order__public_id", Kind.KEY),
    )


def entry_columns() -> Columns:
    """Of entries of the reader's own accounts: what comes in is positive (M6)."""
    return (
        Column(_("Number"), "number", Kind.NUMBER),
        Column(_("Booked at"), "created_at", Kind.MOMENT),
        Column(_("Kind"), "kind", Kind.LABEL, EntryKind.choices),
        Column(_("Why"), why()),
        Column(_("Client"), fact("client")),
        Column(_("Product"), fact("product")),
        Column(_("Quantity"), fact("quantity")),
        Column(_("Invoice"), fact("invoice")),
        Column(_("Currency"), "account__currency", Kind.KEY),
        Column(_("Amount"), "amount", Kind.MONEY),
        Column(_("Balance after"), "balance_after", Kind.MONEY),
        Column(_("Order"), "line__order__public_id", Kind.KEY),
        Column(_("Key"), "public_id", Kind.KEY),
    )


def client_columns() -> Columns:
    """Of clients under management; needs `with_numbers`."""
    return (
        Column(_("Client"), "client_name"),
        Column(_("Since"), "started_at", Kind.DATE),
        Column(_("Access"), "access", Kind.LABEL, Access.choices),
        Column(_("Who pays"), "payment_mode", Kind.LABEL, PaymentMode.choices),
        Column(_("Products"), "reached", Kind.NUMBER),
        Column(_("Ends on"), "ends_at", Kind.DATE),
        Column(_("Key"), "public_id", Kind.KEY),
    )


def _credits(kind: str) -> When:
    return When(**{kind: InvoiceKind.CREDIT_NOTE}, then=Value(-1))


def _signed(credit: When, amount: str) -> Any:
    sign: Any = Case(credit, default=Value(1))
    return Cast(sign * F(amount), CENTS)
