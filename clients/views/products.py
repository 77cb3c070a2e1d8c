"""The products of an organisation, as far as the reader may see them (C3)."""

from django.contrib import messages
from django.db.models import QuerySet
from django.http import HttpRequest, HttpResponse, StreamingHttpResponse
from django.shortcuts import redirect, render
from django.utils.formats import date_format
from django.utils.translation import gettext as _

from access import grants, together
from access.errors import Refused
from access.policy import Actor
from access.rules import Answer
from access.web.csv import csv_response, export
from access.web.lists import TogetherListing
from access.web.pages import FORM, page
from clients import exports
from clients.forms.products import ProductFilter, ProductSettingsForm
from clients.models import ConsoleUnit, Product
from clients.services import cancel_at_term, change_settings, keep_product
from clients.services.products import RUNNING
from clients.views import cells

SORTS = {
    "name": ("name",),
    "type": ("product_type__category__position", "product_type__name", "name"),
    "state": ("state", "name"),
    "renewal": ("renews_on", "name"),
}


MANY = 1_000
"""Of more than so many granted or assigned, one row after the other is read until a page is
full."""


def _listing(request: HttpRequest, actor: Actor) -> TogetherListing:
    visible = Product.objects.visible_to(actor)
    filters = ProductFilter(request.GET, products=visible)
    columns = (*cells.PRODUCT, "holder") if actor.partner is None else cells.PRODUCT
    return TogetherListing(
        request,
        _with_holder(actor, visible),
        sorts=SORTS,
        default="name",
        filters=filters,
        columns=columns,
    )


def _with_holder(actor: Actor, rows: QuerySet[Product]) -> QuerySet[Product]:
    """Who was granted each product is told to its owners, not to partners."""
    return rows.annotate(holder=grants.holder_key()) if actor.partner is None else rows


@page("product.see")
def product_list(request: HttpRequest, actor: Actor) -> HttpResponse:
    listing = _listing(request, actor)
    rows = listing.rows if listing.narrowed else grants.counting(actor, listing.offered)
    asked = {"rows": together.number(rows)}
    asked["categories"] = together.listed(listing.filters.categories)
    if actor.partner is None:
        asked["managers"] = together.listed(grants.managers_at(actor.organisation))
    answers = together.ask(**asked)
    if answers["rows"] > MANY and actor.answer("product.see") is not Answer.ALL:
        listing.read_as(_with_holder(actor, Product.objects.walked(actor)))
    listing.counted(answers["rows"])
    listing.filters.offer(answers["categories"])
    managers = {row["pk"]: row["partner_name"] for row in answers.get("managers", ())}
    whole = next((row["partner_name"] for row in answers.get("managers", ()) if row["whole"]), None)
    context = {
        "listing": listing,
        "page": listing.page,
        "sort": listing.sort,
        "rows": [
            cells.own_product(row, managers.get(getattr(row, "holder", None), whole))
            for row in listing.page
        ],
        "shows_manager": actor.partner is None,
    }
    return render(request, "clients/products.html", context)


@page("product.see")
@export
def product_csv(request: HttpRequest, actor: Actor) -> StreamingHttpResponse:
    rows = exports.product_rows(_listing(request, actor).rows)
    return csv_response(f"products-{actor.organisation.slug}.csv", exports.PRODUCT_COLUMNS, rows)


@page("product.see", product=Product.objects.one_visible_to)
def product_page(request: HttpRequest, actor: Actor, product: Product) -> HttpResponse:
    manager = grants.managers([product]).get(product.pk)
    if actor.partner is not None and manager != actor.partnership:
        manager = None
    console = _console(actor, product)
    context = {
        "product": product,
        "manager": manager,
        "may_see_partners": actor.may("partners.see"),
        "may_change": actor.may("product.change_settings"),
        "console": console,
        "console_elsewhere": product.console_unit_id is not None and console is None,
        "may_cancel": actor.may("product.cancel") and product.state in RUNNING,
        "may_explain": actor.may("access.explain"),
    }
    return render(request, "clients/product.html", context)


def _console(actor: Actor, product: Product) -> ConsoleUnit | None:
    """Where a backup sits (C4): told to the client, and to the partner whose account it is."""
    unit = product.console_unit
    if unit is None or (actor.partner and unit.account.organisation_id != actor.partner.pk):
        return None
    return unit


@page("product.change_settings", FORM, product=Product.objects.one_visible_to)
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


@page("product.cancel", FORM, product=Product.objects.one_visible_to)
def product_cancel(request: HttpRequest, actor: Actor, product: Product) -> HttpResponse:
    """Asks, then cancels at the end of the term; the same address keeps it again until then."""
    details = redirect("product", actor.organisation.slug, product.public_id)
    if request.method == "POST":
        keep = request.POST.get("keep") == "yes"
        try:
            (keep_product if keep else cancel_at_term)(product=product, by=actor)
        except Refused as refusal:
            messages.warning(request, str(refusal))
        else:
            told = _("%s renews again.") if keep else _("%s is cancelled at the end of its term.")
            messages.success(request, told % product.name)
        return details
    if product.state not in RUNNING or not product.auto_renewal:
        return details
    day = product.renews_on and date_format(product.renews_on, "DATE_FORMAT")
    names = {"product": product.name, "day": day or "–"}
    consequences = [
        _("%(product)s runs until %(day)s, which is paid, and is not renewed.") % names,
        _("Nothing is refunded, and nothing is deleted before that day."),
        _("Until then you can take the cancellation back on its page."),
    ]
    context = {"product": product, "consequences": consequences}
    return render(request, "clients/product_cancel.html", context)
