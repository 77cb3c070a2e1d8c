"""See as the partner: a read-only picture of what a partner reaches, for the client."""

from django.contrib import messages
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect, render

from access.pictures import Picture, picture_of
from access.policy import Actor
from access.web.lists import Listing
from access.web.pages import page
from clients.forms.products import ProductFilter
from clients.models import Partnership, Product
from clients.querysets import ProductQuerySet
from clients.rules import Access, PartnershipState
from clients.services import outcome
from clients.views.products import SORTS
from clients.views.reseller import state_now


@page("partners.see", partnership=Partnership.objects.visible_to_client)
def partnership_see(request: HttpRequest, actor: Actor, partnership: Partnership) -> HttpResponse:
    """The products as the partner's people see them, and what they may do; of an invitation that
    waits, what they would see."""
    state = state_now(partnership)
    if state not in (PartnershipState.ACTIVE, PartnershipState.INVITED):
        messages.info(request, outcome(partnership))
        return redirect("partnership", actor.organisation.slug, partnership.public_id)
    picture = picture_of(partnership, full=partnership.access == Access.FULL, person=actor.person)
    products = _products(picture, partnership, state)
    filters = ProductFilter(request.GET, products=products)
    filters.offer(filters.categories)
    listing = Listing(request, products, sorts=SORTS, default="name", filters=filters)
    context = {
        "partnership": partnership,
        "picture": picture,
        "state": state,
        "listing": listing,
        "page": listing.page,
        "may": picture.acts(allowed=True),
        "may_not": picture.acts(allowed=False),
    }
    return render(request, "clients/see.html", context)


def _products(
    picture: Picture, partnership: Partnership, state: PartnershipState
) -> ProductQuerySet:
    """What the partner's own list asks for; nothing is granted yet while an invitation waits."""
    if state == PartnershipState.INVITED:
        return Product.objects.promised_to(partnership)
    return Product.objects.visible_to(picture)
