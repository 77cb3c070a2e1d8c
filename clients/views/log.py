"""The acts log of an organisation, and what a partner's people did at its clients (A2)."""

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from typing import Any

from django.http import HttpRequest, HttpResponse, StreamingHttpResponse
from django.shortcuts import render
from django.urls import reverse
from django.utils.translation import gettext as _

from access import acts, exports
from access.models import Act, Membership
from access.policy import Actor
from access.web.csv import csv_response, export
from access.web.lists import LongListing
from access.web.pages import page
from clients.forms.log import ClientsLogFilter, LogFilter, person_key
from clients.models import Partnership, Product

SORTS = {"at": ("at",)}
type Links = Mapping[tuple[str, str], str]


@dataclass(frozen=True)
class Line:
    """One line of the log for its reader: `url` leads to the object if they may see it now."""

    act: Act
    url: str
    person_key: str

    @property
    def who(self) -> str:
        return self.act.person_name or _("The portal")

    @property
    def for_whom(self) -> str:
        return exports.for_whom(self.act)

    @property
    def capacity(self) -> str:
        return exports.capacity(self.act)

    @property
    def words(self) -> tuple[str, str, str]:
        """The sentence: what stands before the object, its name, what stands after."""
        name = acts.object_name(self.act.object_type, self.act.object_name)
        return acts.around(acts.template(self.act.act, allowed=self.act.allowed), name)

    @property
    def changes(self) -> list[acts.Change]:
        return acts.difference(self.act.before, self.act.after)


def _listing(request: HttpRequest, actor: Actor) -> LongListing:
    rows = Act.objects.visible_to(actor)
    filters = LogFilter(request.GET, actor=actor)
    return LongListing(request, rows, sorts=SORTS, default="-at", filters=filters)


def _clients_listing(request: HttpRequest, actor: Actor) -> LongListing:
    rows = Act.objects.at_clients_of(actor)
    filters = ClientsLogFilter(request.GET, actor=actor)
    return LongListing(request, rows, sorts=SORTS, default="-at", filters=filters)


@page("log.see")
def log_page(request: HttpRequest, actor: Actor) -> HttpResponse:
    """Who did what in the organisation, for whom, when and by which access; ended partnerships'
    lines stay."""
    listing = _listing(request, actor)
    lines = _lines(listing, lambda found: _links(actor, found))
    return render(request, "clients/log.html", {"listing": listing, "lines": lines})


@page("log.see")
@export
def log_csv(request: HttpRequest, actor: Actor) -> StreamingHttpResponse:
    rows = exports.act_rows(_listing(request, actor).rows)
    return csv_response(f"log-{actor.organisation.slug}.csv", exports.ACT_COLUMNS, rows)


@page("clients.log")
def clients_log_page(request: HttpRequest, actor: Actor) -> HttpResponse:
    """What the partner's own people did at its clients, and nobody else's doing there."""
    listing = _clients_listing(request, actor)
    lines = _lines(listing, lambda found: _client_links(actor, found))
    return render(request, "clients/log_at_clients.html", {"listing": listing, "lines": lines})


@page("clients.log")
@export
def clients_log_csv(request: HttpRequest, actor: Actor) -> StreamingHttpResponse:
    rows = exports.client_act_rows(_clients_listing(request, actor).rows)
    filename = f"log-at-clients-{actor.organisation.slug}.csv"
    return csv_response(filename, exports.CLIENT_ACT_COLUMNS, rows)


def _lines(listing: LongListing, links: Callable[[Mapping[str, list[str]]], Links]) -> list[Line]:
    found: list[Act] = list(listing.page)
    keys: dict[str, list[str]] = {"product": [], "partnership": [], "membership": []}
    for act in found:
        if act.object_type in keys:
            keys[act.object_type].append(act.object_id)
    urls = links(keys)
    return [
        Line(
            act,
            urls.get((act.object_type, act.object_id), ""),
            person_key(act.person_id) if act.person_id else "",
        )
        for act in found
    ]


def _links(actor: Actor, keys: Mapping[str, list[str]]) -> Links:
    """Where the named objects are, as far as the reader may see them and they are still there."""
    slug = actor.organisation.slug
    visible: dict[str, tuple[str, Any]] = {
        "product": ("product", Product.objects.visible_to(actor)),
        "partnership": ("partnership", Partnership.objects.visible_to_client(actor)),
        "membership": ("member", Membership.objects.visible_to(actor)),
    }
    links = {
        (kind, key): reverse(url_name, args=[slug, key])
        for kind, (url_name, rows) in visible.items()
        for key in rows.filter(public_id__in=keys[kind]).values_list("public_id", flat=True)
    }
    # A partner's own log names its clients' partnerships: those lead to the reseller space.
    if actor.is_reseller:
        links |= _partnership_links(actor, keys["partnership"])
    return links


def _client_links(actor: Actor, keys: Mapping[str, list[str]]) -> Links:
    """As above, at clients: nothing leads where the partner's access has ended."""
    products = Product.objects.at_clients_reached_by(actor).filter(public_id__in=keys["product"])
    places = products.values_list("organisation__slug", "public_id")
    links = {("product", key): reverse("product", args=[slug, key]) for slug, key in places}
    return links | _partnership_links(actor, keys["partnership"])


def _partnership_links(actor: Actor, keys: list[str]) -> dict[tuple[str, str], str]:
    mine = Partnership.objects.visible_to_partner(actor).filter(public_id__in=keys)
    return {
        ("partnership", key): reverse("client", args=[actor.organisation.slug, key])
        for key in mine.values_list("public_id", flat=True)
    }
