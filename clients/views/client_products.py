"""All products of all clients of a partner: what runs where, and what renews next."""

from typing import Any

from django.http import HttpRequest, HttpResponse, StreamingHttpResponse
from django.shortcuts import render

from access import together
from access.policy import Actor
from access.web.csv import csv_response, export
from access.web.lists import PER_PAGE, CountedPaginator
from access.web.pages import page
from clients import exports
from clients.forms.client_products import ReachedFilter
from clients.models import Category, ProductType
from clients.models.catalogue import in_words
from clients.reached import MOST, SORTS, ReachedProducts, counted
from clients.views import cells


class ReachedListing:
    """The list as its address asks for it, with what the catalogue calls the products' types; for
    templates the same as `access.web.lists.Listing`."""

    def __init__(self, request: HttpRequest, actor: Actor) -> None:
        self.q = request.GET.get("q", "").strip()[:100].replace("\x00", "")
        self.filters = ReachedFilter(request.GET)
        asked = request.GET.get("sort", "client")
        self.sort = asked if asked.removeprefix("-") in SORTS else "client"
        wanted = self.filters.wanted
        self.narrowed = bool(self.q) or any(wanted.values())
        self.rows = ReachedProducts(actor, text=self.q, sort=self.sort, **wanted)

    def read(self, number: str | None) -> None:
        """Reads the page of this number, its products' types and the figures: three queries."""
        categories = Category.objects.values("slug", "name", "names")
        answers = together.ask(number=self.rows.number(), categories=together.listed(categories))
        rows, length = counted(self.rows, answers["number"])
        self.page: Any = CountedPaginator(rows, PER_PAGE, length, MOST).get_page(number)
        self.total = self.page.paginator.count
        self.filters.offer(
            (row["slug"], in_words(row["name"], row["names"])) for row in answers["categories"]
        )
        keys = {row.product_type_id for row in self.page}
        self.types = ProductType.objects.select_related("category").in_bulk(keys)


@page("clients.see")
def client_products(request: HttpRequest, actor: Actor) -> HttpResponse:
    """Every product that the reader reaches, of every client (T10); collaborators of their
    clients only (O5)."""
    listing = ReachedListing(request, actor)
    listing.read(request.GET.get("page"))
    context = {
        "listing": listing,
        "page": listing.page,
        "rows": [
            cells.reached_product(row, listing.types[row.product_type_id]) for row in listing.page
        ],
        "sees_all": actor.may("clients.see_waiting"),
    }
    return render(request, "clients/client_products.html", context)


@page("clients.see")
@export
def client_products_file(request: HttpRequest, actor: Actor) -> StreamingHttpResponse:
    """What the list shows, all of it, as CSV (M11)."""
    rows = exports.reached_rows(ReachedListing(request, actor).rows)
    name = f"products-of-clients-{actor.organisation.slug}.csv"
    return csv_response(name, exports.REACHED_COLUMNS, rows)
