"""An organisation's first page: what is there, what comes, what waits for an answer."""

from typing import Any

from django.http import HttpRequest, HttpResponse
from django.shortcuts import render
from django.utils import timezone

from access.policy import Actor
from access.web.pages import page
from billing.models import Account, Order
from billing.services.earning import of_month
from clients.models import Partnership, Product
from clients.rules import ProductState

NEXT_RENEWALS = 6
WAITING = 5


@page("organisation.open")
def home(request: HttpRequest, actor: Actor) -> HttpResponse:
    """The home of an organisation for whoever works in it; each part only for those who may."""
    products = Product.objects.visible_to(actor)
    context: dict[str, Any] = {
        "partners": None,
        "requests": [],
        "client_count": None,
        "orders_waiting": 0,
        "words_wanted": [],
        "waiting": [],
        "product_count": products.count(),
        "suspended_count": products.filter(state=ProductState.SUSPENDED).count(),
        "renewals": products.filter(
            state=ProductState.ACTIVE, renews_on__gte=timezone.localdate()
        ).order_by("renews_on", "name", "pk")[:NEXT_RENEWALS],
    }
    if actor.may("partners.see"):
        partnerships = Partnership.objects.visible_to_client(actor)
        context["partners"] = list(partnerships.active().order_by("partner_name", "pk"))
        context["requests"] = list(Partnership.objects.asked_of(actor.person)[:WAITING])
    if actor.may("clients.see"):
        reached = Partnership.objects.visible_to_partner(actor)
        context["client_count"] = reached.active().count()
        waiting = Partnership.objects.waiting_for_partner(actor)
        context["waiting"] = list(waiting.order_by("-sent_at", "pk")[:WAITING])
    if actor.may("clients.approve_orders"):
        context["orders_waiting"] = Order.objects.waiting_for(actor).count()
        context["words_wanted"] = list(reached.awaiting_word().order_by("client_name")[:WAITING])
    return render(request, "portal/home.html", context | _money(actor))


def _money(actor: Actor) -> dict[str, Any]:
    """The balance for who may see the prepaid account, this month's earnings for a partner's."""
    account, earned = None, None
    if actor.may("accounting.see"):
        own = Account.objects.visible_to(actor).filter(currency=actor.organisation.currency)
        account = own.first() or Account(currency=actor.organisation.currency)
    if actor.may("clients.earnings"):
        earned = of_month(actor.organisation, timezone.localdate())
    return {"account": account, "earned": earned}
