"""The prices that a partner gets, and the calculator; the suspended see them too (C2, P5)."""

from django.http import HttpRequest, HttpResponse, StreamingHttpResponse
from django.shortcuts import render
from django.utils import timezone
from django.utils.translation import gettext as _

from access.errors import Refused
from access.policy import Actor
from access.web.csv import csv_response, export, style_of
from access.web.lists import Listing
from access.web.pages import page
from billing.forms.prices import CalculatorForm, PriceFilter
from billing.models import Price
from billing.services import price_list

SORTS = {
    "catalogue": ("product_type__category__position", "product_type__position", "period"),
    "name": ("shown_name", "period"),
    "price": ("amount", "shown_name"),
}


def _listing(request: HttpRequest, actor: Actor) -> Listing:
    visible = Price.objects.visible_to(actor)
    filters = PriceFilter(request.GET, prices=visible)
    return Listing(request, visible, sorts=SORTS, default="catalogue", filters=filters)


@page("clients.prices")
def prices(request: HttpRequest, actor: Actor) -> HttpResponse:
    listing = _listing(request, actor)
    owner = actor.organisation
    context = {
        "listing": listing,
        "page": listing.page,
        "lines": price_list.price_lines(listing.page, owner.currency, timezone.localdate()),
        "currency": owner.currency,
        "partner": owner.partner,
    }
    return render(request, "billing/prices.html", context)


@page("clients.prices")
@export
def prices_csv(request: HttpRequest, actor: Actor) -> StreamingHttpResponse:
    owner = actor.organisation
    lines = price_list.price_lines(
        _listing(request, actor).rows, owner.currency, timezone.localdate()
    )
    header = [
        _("Product"), _("Category"), _("Period"), _("Currency"),
        _("Public price, excluding VAT"), _("Partner price, excluding VAT"),
        _("Percent off in all"), _("Volume tiers"), _("Public price since"),
    ]  # fmt: skip
    style = style_of(request, actor)
    rows = price_list.csv_rows(lines, style.decimal)
    return csv_response(f"prices-{owner.slug}.csv", header, rows, style)


@page("clients.prices")
def price_calculator(request: HttpRequest, actor: Actor) -> HttpResponse:
    owner = actor.organisation
    visible = Price.objects.visible_to(actor)
    asked = "quantity" in request.GET
    form = CalculatorForm(request.GET if asked else None, prices=visible, initial={"quantity": 1})
    result = None
    if form.is_valid():
        data = dict(form.cleaned_data)
        paid = data.pop("units_paid")
        try:
            result = price_list.calculate(**data, payer=owner, day=timezone.localdate(), paid=paid)
        except Refused as refusal:
            form.add_error(refusal.field, str(refusal))
    context = {
        "form": form, "result": result, "currency": owner.currency, "partner": owner.partner,
    }  # fmt: skip
    return render(request, "billing/prices_calculator.html", context)
