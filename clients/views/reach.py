"""Why can they? Who reaches a product, or the organisation, and through which grant."""

from django.http import HttpRequest, HttpResponse
from django.shortcuts import render

from access import reach
from access.policy import Actor
from access.web.pages import page
from clients.models import Product


@page("access.explain")
def organisation_reach(request: HttpRequest, actor: Actor) -> HttpResponse:
    found = reach.of_organisation(actor.organisation)
    return render(request, "clients/reach.html", {"reach": found, "product": None})


@page("access.explain", product=Product.objects.one_visible_to)
def product_reach(request: HttpRequest, actor: Actor, product: Product) -> HttpResponse:
    found = reach.of_product(product)
    return render(request, "clients/reach.html", {"reach": found, "product": product})
