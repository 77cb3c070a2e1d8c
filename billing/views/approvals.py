"""The reseller space: the orders of all clients, and those that wait for the partner that would
pay them (M3, M10)."""

from typing import Any

from django.contrib import messages
from django.http import HttpRequest, HttpResponse
from django.http.response import HttpResponseBase
from django.shortcuts import redirect, render
from django.utils.translation import gettext as _

from access.errors import Refused
from access.policy import Actor
from access.web.csv import copy_response, export, style_of
from access.web.pages import ACTION, FORM, page
from billing.errors import NotEnoughBalance
from billing.exports.columns import order_columns
from billing.forms.orders import DecisionForm, LimitForm, RefusalForm
from billing.models import Order
from billing.services.approving import approve_order, refuse_order, set_limit
from billing.services.quoting import limit_of, methods_for
from billing.services.reading import prepaid_of
from billing.states import OrderState
from billing.views.orders import (
    CLIENT_SORTS,
    details_of,
    listing_of,
    rows_of,
    with_lines,
)
from clients.models import Partnership
from clients.rules import Access, PaymentMode
from clients.views.reseller import state_now

FIRST = 20


@page("clients.see")
def client_orders(request: HttpRequest, actor: Actor) -> HttpResponse:
    """All orders at clients in which the partner has a part, those that wait for it on top."""
    listing = listing_of(request, with_lines(Order.objects.of_clients(actor)), CLIENT_SORTS)
    waiting = with_lines(Order.objects.waiting_for(actor)).order_by("created_at", "pk")
    context = {
        "listing": listing,
        "rows": rows_of(actor, listing.page),
        "waiting": rows_of(actor, waiting[:FIRST]),
        "may_approve": actor.may("clients.approve_orders"),
    }
    return render(request, "billing/client_orders.html", context)


@page("clients.see")
@export
def client_orders_csv(request: HttpRequest, actor: Actor) -> HttpResponseBase:
    rows = listing_of(request, Order.objects.of_clients(actor), CLIENT_SORTS).rows
    name = f"client-orders-{actor.organisation.slug}.csv"
    return copy_response(name, order_columns(actor), rows, style_of(request, actor))


@page("clients.see", order=Order.objects.of_clients)
def client_order(request: HttpRequest, actor: Actor, order: Order) -> HttpResponse:
    return _page(request, actor, order)


@page("clients.approve_orders", ACTION, order=Order.objects.of_clients)
def client_order_approve(request: HttpRequest, actor: Actor, order: Order) -> HttpResponse:
    """Approves and pays; what cannot be is said beside the button."""
    form = DecisionForm(request.POST, methods=methods_for(actor, order.payer))
    if not form.is_valid():
        return _page(request, actor, order, approval=form)
    try:
        approve_order(order=order, method=form.cleaned_data["method"], by=actor)
    except NotEnoughBalance as refusal:
        form.add_error("method", str(refusal))
        return _page(request, actor, order, approval=form)
    except Refused as refusal:
        messages.warning(request, str(refusal))
    else:
        told = _("Approved: it is being set up for %s, which was told.")
        messages.success(request, told % order.organisation)
    return redirect("client_order", actor.organisation.slug, order.public_id)


@page("clients.approve_orders", ACTION, order=Order.objects.of_clients)
def client_order_refuse(request: HttpRequest, actor: Actor, order: Order) -> HttpResponse:
    """Refuses with a reason that the client reads."""
    form = RefusalForm(request.POST)
    if not form.is_valid():
        return _page(request, actor, order, refusal=form)
    try:
        refuse_order(order=order, reason=form.cleaned_data["reason"], by=actor)
    except Refused as refusal:
        messages.warning(request, str(refusal))
    else:
        messages.success(request, _("Refused. %s was told why.") % order.organisation)
    return redirect("client_order", actor.organisation.slug, order.public_id)


def _page(
    request: HttpRequest,
    actor: Actor,
    order: Order,
    *,
    approval: DecisionForm | None = None,
    refusal: RefusalForm | None = None,
) -> HttpResponse:
    context = details_of(actor, order)
    waits = order.state == OrderState.WAITING and not context["late"]
    decides = waits and actor.may("clients.approve_orders")
    methods = methods_for(actor, order.payer) if decides else []
    context |= {
        "linked": set(),
        "waits": waits,
        "decides": decides,
        "approval": approval or (DecisionForm(methods=methods) if decides else None),
        "refusal": refusal or RefusalForm(),
        "balance": prepaid_of(actor, order.payer, order.currency) if decides else None,
        "suspended": order.partner is not None and not order.partner.approved,
    }
    return render(request, "billing/client_order.html", context)


@page("clients.limit_orders", FORM, partnership=Partnership.objects.visible_to_partner)
def client_limit(request: HttpRequest, actor: Actor, partnership: Partnership) -> HttpResponse:
    """Up to how much the client orders without asking the partner that pays (M3)."""
    details = redirect("client", actor.organisation.slug, partnership.public_id)
    if not _pays(partnership):
        return details
    form = LimitForm(request.POST or None, initial={"amount": limit_of(partnership)})
    if form.is_valid():
        try:
            row = set_limit(partnership=partnership, amount=form.cleaned_data["amount"], by=actor)
        except Refused as refusal:
            form.add_error("amount", str(refusal))
        else:
            facts: dict[str, Any] = {"client": partnership.client_name, "amount": row.amount}
            facts["currency"] = actor.organisation.currency
            told = _("%(client)s orders up to %(currency)s %(amount)s without asking you.")
            messages.success(request, told % facts)
            return details
    context = {"partnership": partnership, "form": form, "currency": actor.organisation.currency}
    return render(request, "billing/client_limit.html", context)


def _pays(partnership: Partnership) -> bool:
    return (
        state_now(partnership) == "active"
        and partnership.access == Access.FULL
        and partnership.payment_mode == PaymentMode.PARTNER
    )
