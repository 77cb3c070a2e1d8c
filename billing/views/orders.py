"""The orders of an organisation, for its own people and its partner's (M4, M7)."""

from collections.abc import Iterable
from typing import Any

from django.contrib import messages
from django.db.models import QuerySet
from django.http import HttpRequest, HttpResponse
from django.http.response import HttpResponseBase
from django.shortcuts import redirect, render
from django.utils import timezone
from django.utils.translation import gettext as _

from access.errors import Refused
from access.policy import Actor
from access.web.csv import copy_response, export, style_of
from access.web.lists import LongListing
from access.web.pages import ACTION, page
from billing.explaining import steps
from billing.exports.columns import order_columns
from billing.forms.orders import OrderFilter
from billing.models import Invoice, Order
from billing.services.approving import withdraw_order
from billing.services.reading import lines_in, lines_of
from billing.sight import may_see_amount, may_see_cashback
from billing.states import OrderState
from clients.models import Product
from clients.rules import Side

SORTS = {"day": ("created_at",), "state": ("state", "-created_at"), "payer": ("payer__name",)}
CLIENT_SORTS = SORTS | {"client": ("organisation__name", "-created_at")}


def with_lines(orders: QuerySet[Order]) -> QuerySet[Order]:
    return orders.prefetch_related("lines__product_type")


def listing_of(request: HttpRequest, orders: QuerySet[Order], sorts: Any = SORTS) -> LongListing:
    filters = OrderFilter(request.GET)
    return LongListing(request, orders, sorts=sorts, default="-day", filters=filters)


def rows_of(actor: Actor, orders: Iterable[Order]) -> list[dict[str, Any]]:
    """Each order with what the actor may see of it."""
    return [
        {
            "order": order,
            "lines": lines_in(order),
            "net": order.net if may_see_amount(actor, order) else None,
            "cashback": order.cashback if may_see_cashback(actor, order) else None,
            "discount": order.discount if may_see_cashback(actor, order) else None,
        }
        for order in orders
    ]


@page("orders.see")
def order_list(request: HttpRequest, actor: Actor) -> HttpResponse:
    listing = listing_of(request, with_lines(Order.objects.visible_to(actor)))
    rows = rows_of(actor, listing.page)
    context = {
        "listing": listing,
        "rows": rows,
        "shows_total": any(row["net"] is not None for row in rows),
        "shows_gain": actor.partner is not None,
    }
    return render(request, "billing/orders.html", context)


@page("orders.see")
@export
def order_csv(request: HttpRequest, actor: Actor) -> HttpResponseBase:
    rows = listing_of(request, Order.objects.visible_to(actor)).rows
    name = f"orders-{actor.organisation.slug}.csv"
    return copy_response(name, order_columns(actor), rows, style_of(request, actor))


@page("orders.see", order=Order.objects.visible_to)
def order_page(request: HttpRequest, actor: Actor, order: Order) -> HttpResponse:
    """One order: what, for whom, who pays, and the arithmetic of each line (M7)."""
    details = details_of(actor, order, with_products=True)
    shown = [product.pk for row in details["lines"] for product in row["products"]]
    visible = Product.objects.visible_to(actor).filter(pk__in=shown)
    context = details | {
        "linked": set(visible.values_list("pk", flat=True)),
        "may_withdraw": order.state == OrderState.WAITING
        and actor.is_member
        and actor.may("product.order"),
    }
    return render(request, "billing/order.html", context)


@page("product.order", ACTION, order=Order.objects.visible_to)
def order_withdraw(request: HttpRequest, actor: Actor, order: Order) -> HttpResponse:
    """The client takes back what waits for its partner."""
    try:
        withdraw_order(order=order, by=actor)
    except Refused as refusal:
        messages.warning(request, str(refusal))
    else:
        messages.success(request, _("The order is withdrawn. %s was told.") % order.payer)
    return redirect("order", actor.organisation.slug, order.public_id)


def details_of(actor: Actor, order: Order, *, with_products: bool = False) -> dict[str, Any]:
    """The context of an order's page, on either side. What became of the products, and how they
    are called now, is for who is in the client's organisation: a partner may have left it."""
    sees, partners = may_see_amount(actor, order), may_see_cashback(actor, order)
    return {
        "order": order,
        "late": order.expires_at is not None
        and order.state == OrderState.WAITING
        and order.expires_at <= timezone.now(),
        "sees_amount": sees,
        "sees_gain": partners,
        "by_partner": order.ordered_by == Side.PARTNER,
        "invoice": Invoice.objects.visible_to(actor).of_order(order),
        "lines": [
            {
                "line": line,
                "products": products if with_products else [],
                "more": more,
                "steps": steps(line, partners=partners) if sees else [],
            }
            for line, products, more in lines_of(order)
        ],
    }
