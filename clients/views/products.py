"""The products of an organisation, as far as the reader may see them (C3)."""

from django.contrib import messages
from django.http import HttpRequest, HttpResponse, StreamingHttpResponse
from django.shortcuts import redirect, render
from django.utils.translation import gettext as _

from access import grants
from access.errors import Refused
from access.policy import Actor
from access.web.csv import csv_response
from access.web.lists import Listing
from access.web.pages import FORM, page
from clients import exports
from clients.forms.products import ProductFilter, ProductSettingsForm
from clients.models import Product
from clients.services import change_settings

SORTS = {
    "name": ("name",),
    "type": ("product_type__category__position", "product_type__name", "name"),
    "state": ("state", "name"),
    "renewal": ("renews_on", "name"),
}


def _listing(request: HttpRequest, actor: Actor) -> Listing:
    visible = Product.objects.visible_to(actor)
    filters = ProductFilter(request.GET, products=visible)
    return Listing(request, visible, sorts=SORTS, default="name", filters=filters)


@page("product.see")
def product_list(request: HttpRequest, actor: Actor) -> HttpResponse:
    listing = _listing(request, actor)
    managers = grants.managers(listing.page) if actor.partner is None else {}
    rows = [(product, managers.get(product.pk)) for product in listing.page]
    context = {
        "listing": listing,
        "page": listing.page,
        "sort": listing.sort,
        "rows": rows,
        "shows_manager": actor.partner is None,
    }
    return render(request, "clients/products.html", context)


@page("product.see")
def product_csv(request: HttpRequest, actor: Actor) -> StreamingHttpResponse:
    rows = exports.product_rows(_listing(request, actor).rows)
    return csv_response(f"products-{actor.organisation.slug}.csv", exports.PRODUCT_COLUMNS, rows)


@page("product.see", product=Product.objects.visible_to)
def product_page(request: HttpRequest, actor: Actor, product: Product) -> HttpResponse:
    manager = grants.managers([product]).get(product.pk)
    if actor.partner is not None and manager != actor.partnership:
        manager = None
    context = {
        "product": product,
        "manager": manager,
        "may_see_partners": actor.may("partners.see"),
        "may_change": actor.may("product.change_settings"),
        "may_explain": actor.may("access.explain"),
    }
    return render(request, "clients/product.html", context)


@page("product.change_settings", FORM, product=Product.objects.visible_to)
def product_settings(request: HttpRequest, actor: Actor, product: Product) -> HttpResponse:
    form = ProductSettingsForm(request.POST or None, instance=product)
    if form.is_valid():
        try:
            change_settings(product=product, by=actor, **form.cleaned_data)
        except Refused as refusal:
            form.add_error(None, str(refusal))
        else:
            messages.success(request, _("The settings of %s are saved.") % product.name)
            return redirect("product", actor.organisation.slug, product.public_id)
    # The form writes what was typed on its product; the page names the product as it is.
    name = form.initial["name"]
    return render(
        request, "clients/product_settings.html", {"product": product, "name": name, "form": form}
    )
