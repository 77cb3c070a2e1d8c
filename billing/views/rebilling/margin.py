"""What remains for a partner, by client and over a period (B12)."""

from django.http import HttpRequest, HttpResponse, StreamingHttpResponse
from django.shortcuts import render

from access.policy import Actor
from access.web.csv import csv_response
from access.web.lists import Listing
from access.web.pages import page
from billing.forms.rebilling import PeriodFilter
from billing.services import rebilling
from billing.views.rebilling.exports import MARGIN_COLUMNS, margin_rows

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
def rebill_margin_csv(request: HttpRequest, actor: Actor) -> StreamingHttpResponse:
    period = PeriodFilter(request.GET)
    rows = _listing(request, actor, period).rows
    currency = actor.organisation.currency
    return csv_response("margins.csv", MARGIN_COLUMNS, margin_rows(rows, currency))
