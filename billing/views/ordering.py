"""Ordering on one page, and the page that says who pays what before anything happens (M3, T13)."""

from types import SimpleNamespace
from typing import Any

from django.contrib import messages
from django.core.exceptions import PermissionDenied
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.utils import timezone
from django.utils.translation import gettext as _

from access.errors import Refused
from access.policy import Actor
from access.web.pages import FORM, page
from billing.errors import NotAllowedHere, PartnerSuspended, QuoteChanged
from billing.explaining import steps
from billing.forms.orders import OrderForm
from billing.models import Order
from billing.rules import Gain
from billing.services.ordering import place_order
from billing.services.quoting import Quote, Situation, catalogue, methods_for, quote, situation
from billing.services.reading import prepaid_of
from billing.sight import may_see_amount, may_see_cashback
from billing.states import OrderState


@page("product.order", FORM)
def order_new(request: HttpRequest, actor: Actor) -> HttpResponse:
    """The lines, then the confirmation, then the order; `go` says which button was pressed."""
    try:
        here = situation(actor)
    except (NotAllowedHere, PartnerSuspended) as refusal:
        raise PermissionDenied(str(refusal)) from refusal
    form = OrderForm(
        request.POST or None,
        catalogue=catalogue(here.payer, timezone.localdate()),
        methods=methods_for(actor, here.payer),
        wanted=request.GET.get("product", "")[:40],
    )
    go = request.POST.get("go", "")
    if go in ("check", "place") and form.is_valid():
        return _place(request, actor, form) if go == "place" else _check(request, actor, form)
    if go == "add" or go == "edit":
        form.rearrange(add=go == "add")
    elif go.startswith("remove"):
        number = go.removeprefix("remove")
        form.rearrange(remove=int(number) if number.isdecimal() and len(number) < 4 else None)
    return _lines(request, actor, form, here)


def _lines(request: HttpRequest, actor: Actor, form: OrderForm, here: Situation) -> HttpResponse:
    """The page with the lines; the same says, before anything is chosen, who pays."""
    prices = [
        {"kind": kind, "monthly": terms.get("monthly"), "yearly": terms.get("yearly")}
        for kind, terms in (form.catalogue.items() if may_see_amount(actor, here) else ())
    ]
    context = {"form": form, "here": here, "prices": prices, "currency": here.payer.currency}
    return render(request, "billing/order_new.html", context | _reader(actor, here))


def _place(request: HttpRequest, actor: Actor, form: OrderForm) -> HttpResponse:
    read = form.cleaned_data
    try:
        order = place_order(
            by=actor,
            wishes=form.wishes,
            method=form.chosen_method,
            key=form.order_key,
            version=read["version"] or 0,
            digest=read["digest"],
        )
    except QuoteChanged as refusal:
        return _check(request, actor, form, str(refusal), status=409)
    except Refused as refusal:
        return _check(request, actor, form, str(refusal))
    messages.success(request, _told(order))
    return redirect("order", actor.organisation.slug, order.public_id)


def _told(order: Order) -> str:
    if order.state == OrderState.WAITING:
        return _("%s was asked to approve your order. You are told by mail.") % order.payer
    return _("The order is placed. What was ordered is being set up.")


def _check(
    request: HttpRequest, actor: Actor, form: OrderForm, why: str = "", *, status: int = 200
) -> HttpResponse:
    """Who pays, how much, what the partner gets; the button orders exactly that."""
    try:
        found = quote(by=actor, wishes=form.wishes)
    except Refused as refusal:
        form.add_error(None, str(refusal))
        form.rearrange()
        return _lines(request, actor, form, situation(actor))
    context = {
        "form": form,
        "quote": found,
        "here": found.here,
        "rows": _rows(actor, found),
        "why": why,
        "balance": prepaid_of(actor, found.here.payer, found.currency),
    }
    context |= _reader(actor, found.here)
    return render(request, "billing/order_check.html", context, status=status)


def _rows(actor: Actor, found: Quote) -> list[dict[str, Any]]:
    """Each line with its steps, as far as the actor may see them."""
    partners = may_see_cashback(actor, found.here)
    return [
        {
            "quantity": line.wish.quantity,
            "product_type": line.wish.product_type,
            "period": line.wish.period,
            "names": line.wish.names,
            "net": line.charge.net,
            "steps": steps(SimpleNamespace(**line.fields()), partners=partners),
        }
        for line in found.lines
    ]


def _reader(actor: Actor, here: Situation) -> dict[str, Any]:
    """What the actor may see of the order to be."""
    return {
        "sees_amount": may_see_amount(actor, here),
        "sees_gain": may_see_cashback(actor, here),
        "pays": actor.acts_for == here.payer,
        "gain": here.gain if here.gain != Gain.NOTHING else "",
        "by_partner": actor.partner is not None,
    }
