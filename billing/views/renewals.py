"""Renewing by hand, from the product's page: who pays, how much, what the partner gets (M3, M5)."""

from types import SimpleNamespace
from typing import Any

from django.contrib import messages
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.utils.translation import gettext as _

from access.errors import Refused
from access.policy import Actor
from access.web.pages import FORM, page
from billing.errors import QuoteChanged
from billing.explaining import steps
from billing.forms.renewals import RenewalForm
from billing.models import Order
from billing.renewals.calendar import next_renewal
from billing.rules import Gain
from billing.services.quoting import methods_for
from billing.services.reading import prepaid_of
from billing.services.renewing_by_hand import Renewal, companions, quote_renewal, renew_products
from billing.sight import may_see_amount, may_see_cashback
from billing.states import OrderState, PaymentMethod
from clients.models import Product


@page("product.renew", FORM, product=Product.objects.one_visible_to)
def product_renew(request: HttpRequest, actor: Actor, product: Product) -> HttpResponse:
    """Shows the quote; `go` says whether it is to be worked out again or to be ordered."""
    form = RenewalForm(
        request.POST or None, others=companions(actor, product), methods=list(PaymentMethod)
    )
    if request.POST.get("go") == "place" and form.is_valid():
        return _place(request, actor, product, form)
    return _check(request, actor, product, form)


def _place(request: HttpRequest, actor: Actor, product: Product, form: RenewalForm) -> HttpResponse:
    read = form.cleaned_data
    try:
        order = renew_products(
            by=actor,
            products=form.products(product),
            method=form.chosen_method,
            key=form.order_key,
            version=read["version"] or 0,
            digest=read["digest"],
        )
    except QuoteChanged as refusal:
        return _check(request, actor, product, form, str(refusal), status=409)
    except Refused as refusal:
        return _check(request, actor, product, form, str(refusal))
    messages.success(request, _told(order))
    return redirect("order", actor.organisation.slug, order.public_id)


def _told(order: Order) -> str:
    if order.state == OrderState.WAITING:
        return _("%s was asked to approve this renewal. You are told by mail.") % order.payer
    return _("Renewed for one more term.")


def _check(
    request: HttpRequest,
    actor: Actor,
    product: Product,
    form: RenewalForm,
    why: str = "",
    *,
    status: int = 200,
) -> HttpResponse:
    products = form.products(product)
    try:
        found = quote_renewal(by=actor, products=products)
    except Refused as refusal:
        messages.warning(request, why or str(refusal))
        return redirect("product", actor.organisation.slug, product.public_id)
    quote = found.quote
    form.fields["method"].choices = [  # type: ignore[attr-defined]
        (str(method), method.label) for method in methods_for(actor, quote.here.payer)
    ]
    context = {
        "form": form,
        "product": product,
        "others": form.others.values(),
        "chosen": {one.public_id for one in products},
        "quote": quote,
        "here": quote.here,
        "rows": _rows(actor, found),
        "why": why,
        "balance": prepaid_of(actor, quote.here.payer, quote.currency),
    }
    context |= _reader(actor, found)
    return render(request, "billing/product_renew.html", context, status=status)


def _rows(actor: Actor, found: Renewal) -> list[dict[str, Any]]:
    """Each line with its steps, as far as the actor may see them."""
    partners = may_see_cashback(actor, found.quote.here)
    return [
        {
            "product_type": line.wish.product_type,
            "products": products,
            "starts_on": products[0].renews_on,
            "ends_on": max(
                next_renewal(one.renews_on, one.period, one.started_on)
                for one in products
                if one.renews_on is not None
            ),
            "net": line.charge.net,
            "steps": steps(SimpleNamespace(**line.fields()), partners=partners),
        }
        for line, products in found.lines()
    ]


def _reader(actor: Actor, found: Renewal) -> dict[str, Any]:
    """What the actor may see of the order to be."""
    here = found.quote.here
    return {
        "sees_amount": may_see_amount(actor, here),
        "sees_gain": may_see_cashback(actor, here),
        "pays": actor.acts_for == here.payer,
        "gain": here.gain if here.gain != Gain.NOTHING else "",
        "by_partner": actor.partner is not None,
    }
