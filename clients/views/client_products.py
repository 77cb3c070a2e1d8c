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
from clients.models import ProductType
from clients.models.catalogue import in_words
from clients.reached import MOST, SORTS, ReachedProducts, counted

TYPE_FIELDS = ("id", "name", "names", "category__slug", "category__name", "category__names")


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
        """Reads the page of this number, the catalogue and the figures: two queries."""
        types = ProductType.objects.order_by("category__position", "category__name", "position")
        answers = together.ask(
            number=self.rows.number(),
            types=together.listed(types.values(*TYPE_FIELDS)),
        )
        rows, length = counted(self.rows, answers["number"])
        paginator = CountedPaginator(rows, PER_PAGE, length, MOST)
        self.page: Any = paginator.get_page(number)
        self.total = paginator.count
        self.types = {
            kind["id"]: (_named(kind), _named(kind, "category__")) for kind in answers["types"]
        }
        categories = {
            kind["category__slug"]: _named(kind, "category__") for kind in answers["types"]
        }
        self.filters.offer(categories.items())


def _named(kind: dict[str, Any], prefix: str = "") -> str:
    """The name in the reader's language, as the catalogue gives it."""
    return in_words(kind[f"{prefix}name"], kind[f"{prefix}names"])


@page("clients.see")
def client_products(request: HttpRequest, actor: Actor) -> HttpResponse:
    """Every product that the reader reaches, of every client (T10); collaborators of their
    clients only (O5)."""
    listing = ReachedListing(request, actor)
    listing.read(request.GET.get("page"))
    rows = [(row, *listing.types[row.product_type_id]) for row in listing.page]
    context = {
        "listing": listing,
        "page": listing.page,
        "rows": rows,
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
