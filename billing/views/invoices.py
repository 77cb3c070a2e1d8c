"""The invoices of an organisation: for its own people with the accounting right (M4, T12)."""

from decimal import Decimal
from typing import Any

from django.contrib import messages
from django.db.models import QuerySet
from django.http import FileResponse, HttpRequest, HttpResponse
from django.http.response import HttpResponseBase
from django.shortcuts import redirect, render
from django.utils import timezone
from django.utils.translation import gettext as _

from access.errors import Refused
from access.policy import Actor
from access.web.csv import copy_response, export, style_of
from access.web.lists import LongListing
from access.web.pages import FORM, page
from billing import references
from billing.documents import DocumentError
from billing.documents import invoices as paper
from billing.exports.columns import invoice_columns
from billing.forms.invoices import InvoiceFilter, PayForm
from billing.models import Account, Invoice
from billing.rules import ZERO
from billing.services.paying import pay_from_prepaid
from billing.services.reminding import suspends_on
from billing.states import InvoiceKind, InvoiceState

SORTS = {
    "number": ("year", "sequence"),
    "due": ("due_on", "year", "sequence"),
    "total": ("total", "year", "sequence"),
    "state": ("state", "-year", "-sequence"),
}


def _whole(actor: Actor) -> QuerySet[Invoice]:
    return Invoice.objects.visible_to(actor).with_parts()


def _listing(request: HttpRequest, actor: Actor) -> LongListing:
    rows = Invoice.objects.visible_to(actor)
    filters = InvoiceFilter(request.GET, invoices=rows)
    rows = rows.select_related("corrects")
    return LongListing(request, rows, sorts=SORTS, default="-number", filters=filters)


@page("accounting.see")
def invoice_list(request: HttpRequest, actor: Actor) -> HttpResponse:
    listing, seen = _listing(request, actor), Invoice.objects.visible_to(actor)
    context = {
        "listing": listing,
        "page": listing.page,
        "sort": listing.sort,
        "open_amount": seen.open().amount_open(),
        "open_count": seen.open().count(),
        "overdue_amount": seen.overdue(timezone.localdate()).amount_open(),
        "overdue_count": seen.overdue(timezone.localdate()).count(),
        "balance": _balance(actor, actor.organisation.currency),
    }
    return render(request, "billing/invoices.html", context)


@page("accounting.see")
@export
def invoice_csv(request: HttpRequest, actor: Actor) -> HttpResponseBase:
    rows = _listing(request, actor).rows
    name = f"invoices-{actor.organisation.slug}.csv"
    return copy_response(name, invoice_columns(), rows, style_of(request, actor))


def _balance(actor: Actor, currency: str) -> Decimal:
    """What the prepaid account in this currency holds."""
    account = Account.objects.visible_to(actor).filter(currency=currency).first()
    return account.balance if account else ZERO


# ---- One invoice ----------------------------------------------------------------------------


@page("accounting.see", invoice=_whole)
def invoice_page(request: HttpRequest, actor: Actor, invoice: Invoice) -> HttpResponse:
    return render(request, "billing/invoice.html", _facts(actor, invoice))


@page("accounting.top_up", FORM, invoice=_whole)
def invoice_pay(request: HttpRequest, actor: Actor, invoice: Invoice) -> HttpResponse:
    """Pays from the prepaid account; the form stands on the invoice's page."""
    form = PayForm(request.POST or None, invoice=invoice)
    if form.is_valid():
        try:
            pay_from_prepaid(invoice=invoice, by=actor, **form.cleaned_data)
        except Refused as refusal:
            form.add_error("amount" if refusal.field else None, str(refusal))
        else:
            messages.success(request, _("Invoice %s: the payment is booked.") % invoice.number)
            return redirect("invoice", actor.organisation.slug, invoice.public_id)
    if request.method != "POST":
        return redirect("invoice", actor.organisation.slug, invoice.public_id)
    return render(request, "billing/invoice.html", _facts(actor, invoice) | {"form": form})


def _facts(actor: Actor, invoice: Any) -> dict[str, Any]:
    """What the page of an invoice shows."""
    is_open = invoice.state == InvoiceState.OPEN
    balance = _balance(actor, invoice.currency)
    iban = invoice.seller.get("iban", "")
    return {
        "invoice": invoice,
        "is_note": invoice.kind == InvoiceKind.CREDIT_NOTE,
        "is_open": is_open,
        "vat_totals": list(paper.vat_totals(invoice, invoice.shown_lines)),
        "balance": balance,
        "may_pay": is_open and actor.may("accounting.top_up"),
        "form": PayForm(invoice=invoice, balance=balance) if is_open else None,
        "iban": " ".join(iban[i : i + 4] for i in range(0, len(iban), 4)),
        "reference": references.printed(invoice.reference) if invoice.reference else "",
        "suspends_on": suspends_on(invoice) if is_open and not invoice.suspended_at else None,
        "has_code": is_open and bool(invoice.reference) and iban[:2] in ("CH", "LI"),
        "gave_up": not invoice.pdf and invoice.pdf_attempts >= paper.MOST_ATTEMPTS,
    }


@page("accounting.see", invoice=Invoice.objects.visible_to)
def invoice_pdf(request: HttpRequest, actor: Actor, invoice: Invoice) -> Any:
    """The PDF, which the job keeps and this page does not. It has no other address (T43)."""
    try:
        pdf = paper.open_pdf(invoice)
    except DocumentError:
        messages.warning(request, _("The PDF is being made. Try again in a minute."))
        return redirect("invoice", actor.organisation.slug, invoice.public_id)
    name = f"{actor.organisation.slug}-{invoice.number}.pdf"
    file = FileResponse(pdf, filename=name, content_type="application/pdf")
    return _private(file)


@page("accounting.see", invoice=Invoice.objects.visible_to)
def invoice_code(request: HttpRequest, actor: Actor, invoice: Invoice) -> HttpResponse:
    """The QR code to pay what is open by transfer, as a picture."""
    try:
        code = paper.code_for(invoice)
    except DocumentError:
        code = b""
    if not code:
        return _private(HttpResponse(status=404))
    return _private(HttpResponse(code, content_type="image/png"))


def _private(response: Any) -> Any:
    response.headers["Cache-Control"] = "private, no-store"
    return response
