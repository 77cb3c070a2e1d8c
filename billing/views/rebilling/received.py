"""A client's page of the bills that its partners wrote to it: never a cost of theirs (B12, M4)."""

from django.contrib import messages
from django.http import HttpRequest, HttpResponse, StreamingHttpResponse
from django.shortcuts import redirect, render
from django.utils.translation import gettext as _

from access.policy import Actor
from access.web.csv import copy_response, export, style_of
from access.web.lists import Listing
from access.web.pages import page
from billing.documents import DocumentError, words
from billing.forms.rebilling import ReceivedFilter
from billing.models import Rebill
from billing.services import rebilling
from billing.views.rebilling import papers
from billing.views.rebilling.exports import RECEIVED_COLUMNS

ours = Rebill.objects.visible_to_client
SORTS = {
    "number": ("number",),
    "partner": ("partner__organisation__name", "-issued_on"),
    "date": ("issued_on", "created_at"),
    "due": ("due_on",),
    "total": ("total",),
}


def _listing(request: HttpRequest, actor: Actor) -> Listing:
    rows = Rebill.objects.visible_to_client(actor)
    filters = ReceivedFilter(request.GET)
    return Listing(
        request, rows, sorts=SORTS, default="-date", filters=filters, search="search_received"
    )


@page("accounting.see")
def partner_bills(request: HttpRequest, actor: Actor) -> HttpResponse:
    return render(request, "billing/rebill_received.html", {"listing": _listing(request, actor)})


@page("accounting.see")
@export
def partner_bills_csv(request: HttpRequest, actor: Actor) -> StreamingHttpResponse:
    rows = _listing(request, actor).rows
    return copy_response("partner-bills.csv", RECEIVED_COLUMNS, rows, style_of(request, actor))


@page("accounting.see", bill=ours)
def partner_bill(request: HttpRequest, actor: Actor, bill: Rebill) -> HttpResponse:
    document = papers.document_of(bill)
    context = {
        "bill": bill,
        "document": document,
        "lines": papers.rows_of(document),
        "iban": words.iban(document.iban) if document.iban else "",
        "reference": words.reference(document.reference),
        "credit": rebilling.credit_of(bill),
    }
    return render(request, "billing/rebill_received_one.html", context)


@page("accounting.see", bill=ours)
def partner_bill_pdf(request: HttpRequest, actor: Actor, bill: Rebill) -> HttpResponse:
    try:
        return papers.pdf_response(papers.pdf_of(bill), bill.number)
    except DocumentError:
        messages.warning(request, _("The PDF could not be made. Please try again in a while."))
    return redirect("partner_bill", actor.organisation.slug, bill.public_id)
