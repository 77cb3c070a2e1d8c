"""The cost sheet: what runs, until when, who pays it, and what it costs who may know (M3, M4)."""

from collections.abc import Iterator
from itertools import batched
from typing import Any

from django.db.models import QuerySet
from django.http import HttpRequest, HttpResponse, StreamingHttpResponse
from django.shortcuts import render
from django.utils import timezone
from django.utils.translation import gettext_lazy as _

from access.policy import Actor
from access.web.csv import csv_response, export, style_of
from access.web.lists import Listing
from access.web.pages import page
from billing.forms.costs import CostFilter
from billing.services.costs import RUNNING, CostSheet
from clients.models import Product

SORTS = {
    "name": ("name",),
    "type": ("product_type__position", "product_type__name", "name"),
    "state": ("state", "name"),
    "since": ("started_on", "name"),
    "renewal": ("renews_on", "name"),
}
CHUNK = 500
COLUMNS = (
    _("Product"),
    _("Product type"),
    _("Category"),
    _("State"),
    _("Since"),
    _("Next renewal"),
    _("Renews automatically"),
    _("Period"),
    _("Paid by"),
    _("Currency"),
    _("Public price of one, excluding VAT"),
)


def _running(actor: Actor) -> QuerySet[Product]:
    return Product.objects.visible_to(actor).filter(state__in=RUNNING)


def _listing(request: HttpRequest, actor: Actor) -> Listing:
    products = _running(actor)
    filters = CostFilter(request.GET, products=products)
    return Listing(request, products, sorts=SORTS, default="renewal", filters=filters)


@page("costs.see")
def costs(request: HttpRequest, actor: Actor) -> HttpResponse:
    listing = _listing(request, actor)
    sheet = CostSheet(actor, listing.rows, timezone.localdate())
    rows = sheet.rows(listing.page)
    totals = sheet.totals
    context = {
        "listing": listing,
        "page": listing.page,
        "rows": rows,
        "totals": totals,
        "sums": [(currency, *sums) for currency, sums in sheet.sums.items()],
        "partner_payer": sheet.partner_payer,
        "shows_gain": any(total.part.sees_gain for total in totals),
        "shows_prices": bool(totals) or any(row.part.sees_amount for row in rows),
    }
    return render(request, "billing/costs.html", context)


@page("costs.see")
@export
def costs_csv(request: HttpRequest, actor: Actor) -> StreamingHttpResponse:
    """What the sheet shows, all pages of it."""
    products = _listing(request, actor).rows
    sheet = CostSheet(actor, products, timezone.localdate())
    name = f"costs-{actor.organisation.slug}.csv"
    return csv_response(name, COLUMNS, _rows(sheet, products), style_of(request, actor))


def _rows(sheet: CostSheet, products: QuerySet[Product]) -> Iterator[tuple[Any, ...]]:
    for some in batched(products.iterator(CHUNK), CHUNK):
        for row in sheet.rows(some):
            product = row.product
            yield (
                product.name,
                product.product_type,
                product.product_type.category,
                product.get_state_display(),
                product.started_on,
                product.renews_on,
                _("yes") if product.auto_renewal else _("no"),
                product.get_period_display(),
                row.part.payer,
                row.currency if row.price is not None else "",
                row.price,
            )
