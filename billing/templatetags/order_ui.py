"""Amounts and orders in templates: `{% load order_ui %}`."""

from decimal import Decimal
from typing import Any

from django import template
from django.utils.formats import number_format

from billing.services.quoting import limit_of
from billing.services.reading import order_of
from billing.sight import may_see_amount
from clients.models import Partnership, Product
from clients.rules import Access, PaymentMode, ProductState

register = template.Library()


@register.filter
def amount(value: Decimal | None) -> str:
    """An amount with its two decimals, in the reader's way of writing numbers."""
    return "" if value is None else str(number_format(value, 2, force_grouping=True))


@register.inclusion_tag("billing/parts/product_order.html", takes_context=True)
def product_order(context: template.Context, product: Product) -> dict[str, Any]:
    """The order that installed the product, for readers who may see that order."""
    actor = context["actor"]
    order = order_of(product) if actor.may("orders.see") else None
    hidden = order is None or (actor.partner is not None and order.partner_id != actor.partner.pk)
    return {
        "actor": actor,
        "order": None if hidden else order,
        "sees_amount": not hidden and may_see_amount(actor, order),  # type: ignore[arg-type]
    }


@register.inclusion_tag("billing/parts/product_renew_link.html", takes_context=True)
def product_renew_link(context: template.Context, product: Product) -> dict[str, Any]:
    """The way to renewing a product by hand, for who may."""
    actor = context["actor"]
    runs = product.state == ProductState.ACTIVE and product.renews_on is not None
    return {"actor": actor, "product": product, "shown": runs and actor.may("product.renew")}


@register.inclusion_tag("billing/parts/order_limit.html", takes_context=True)
def order_limit(context: template.Context, partnership: Partnership) -> dict[str, Any]:
    """On the client's page: up to how much it orders unasked, where the partner pays (M3)."""
    pays = partnership.access == Access.FULL and partnership.payment_mode == PaymentMode.PARTNER
    return {
        "actor": context["actor"],
        "partnership": partnership,
        "shown": pays,
        "limit": limit_of(partnership) if pays else None,
        "confirmed": partnership.payment_confirmed_at is not None,
        "currency": context["actor"].organisation.currency,
    }
