"""What remains for a partner, by client and over a period (B12)."""

from django.http import HttpRequest, HttpResponse, StreamingHttpResponse
from django.shortcuts import render

from access.policy import Actor
from access.web.csv import copy_response, export, style_of
from access.web.lists import Listing
from access.web.pages import page
from billing.forms.rebilling import PeriodFilter
from billing.services import rebilling
from billing.views.rebilling.exports import margin_columns

SORTS = {
    "client": ("name",),
    "cost": ("cost",),
    "billed": ("billed",),
    "margin": ("margin",),
    "percent": ("percent",),
    "paid": ("paid",),
    "open": ("open",),
}


def _listing(request: HttpRequest, actor: Actor, period: PeriodFilter) -> Listing:
    rows = rebilling.margins(actor, *period.days())
    return Listing(request, rows, sorts=SORTS, default="-margin", filters=period)


@page("clients.rebill")
def rebill_margin(request: HttpRequest, actor: Actor) -> HttpResponse:
    period = PeriodFilter(request.GET)
    context = {
        "listing": _listing(request, actor, period),
        "totals": rebilling.totals(actor, *period.days()),
    }
    return render(request, "billing/rebill_margin.html", context)


@page("clients.rebill")
@export
def rebill_margin_csv(request: HttpRequest, actor: Actor) -> StreamingHttpResponse:
    rows = _listing(request, actor, PeriodFilter(request.GET)).rows
    columns = margin_columns(actor.organisation.currency)
    return copy_response("margins.csv", columns, rows, style_of(request, actor))
