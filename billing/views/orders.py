"""The orders of an organisation, for its own people and its partner's (M4, M7)."""

from collections.abc import Iterable, Iterator
from typing import Any

from django.contrib import messages
from django.db.models import QuerySet
from django.http import HttpRequest, HttpResponse, StreamingHttpResponse
from django.shortcuts import redirect, render
from django.utils import timezone
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from access.errors import Refused
from access.policy import Actor
from access.web.csv import csv_response
from access.web.lists import LongListing
from access.web.pages import ACTION, page
from billing.explaining import steps
from billing.forms.orders import OrderFilter
from billing.models import Order
from billing.services.approving import withdraw_order
from billing.services.reading import lines_in, lines_of
from billing.sight import may_see_amount, may_see_cashback
from billing.states import OrderState
from clients.rules import Side

SORTS = {"day": ("created_at",), "state": ("state", "-created_at"), "payer": ("payer__name",)}
CLIENT_SORTS = SORTS | {"client": ("organisation__name", "-created_at")}
CHUNK = 500

COLUMNS = (
    gettext_lazy("Ordered on"),
    gettext_lazy("Key"),
    gettext_lazy("Kind"),
    gettext_lazy("State"),
    gettext_lazy("Client"),
    gettext_lazy("Ordered by"),
    gettext_lazy("Paid by"),
    gettext_lazy("Products"),
    gettext_lazy("Currency"),
    gettext_lazy("Total, excluding VAT"),
    gettext_lazy("Cashback"),
    gettext_lazy("Discount"),
)


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


def csv_rows(actor: Actor, orders: QuerySet[Order]) -> Iterator[tuple[Any, ...]]:
    """One row for each order, under `COLUMNS`; amounts only where the actor may see them."""
    for order in with_lines(orders).iterator(CHUNK):
        amount, gain = may_see_amount(actor, order), may_see_cashback(actor, order)
        yield (
            timezone.localdate(order.created_at),
            order.public_id,
            order.get_kind_display(),
            order.get_state_display(),
            order.organisation,
            order.partner if order.ordered_by == Side.PARTNER else order.organisation,
            order.payer,
            ", ".join(f"{line.quantity} × {line.product_type}" for line in lines_in(order)),
            order.currency if amount else "",
            order.net if amount else "",
            order.cashback if gain else "",
            order.discount if gain else "",
        )


@page("orders.see")
def order_list(request: HttpRequest, actor: Actor) -> HttpResponse:
    listing = listing_of(request, with_lines(Order.objects.visible_to(actor)))
    context = {
        "listing": listing,
        "rows": rows_of(actor, listing.page),
        "shows_gain": actor.partner is not None,
    }
    return render(request, "billing/orders.html", context)


@page("orders.see")
def order_csv(request: HttpRequest, actor: Actor) -> StreamingHttpResponse:
    rows = csv_rows(actor, listing_of(request, Order.objects.visible_to(actor)).rows)
    return csv_response(f"orders-{actor.organisation.slug}.csv", COLUMNS, rows)


@page("orders.see", order=Order.objects.visible_to)
def order_page(request: HttpRequest, actor: Actor, order: Order) -> HttpResponse:
    """One order: what, for whom, who pays, and the arithmetic of each line (M7)."""
    context = details_of(actor, order) | {
        "links_products": True,
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


def details_of(actor: Actor, order: Order) -> dict[str, Any]:
    """The context of an order's page, on either side."""
    sees, partners = may_see_amount(actor, order), may_see_cashback(actor, order)
    return {
        "order": order,
        "late": order.expires_at is not None
        and order.state == OrderState.WAITING
        and order.expires_at <= timezone.now(),
        "sees_amount": sees,
        "sees_gain": partners,
        "by_partner": order.ordered_by == Side.PARTNER,
        "lines": [
            {
                "line": line,
                "products": products,
                "more": more,
                "steps": steps(line, partners=partners) if sees else [],
            }
            for line, products, more in lines_of(order)
        ],
    }
