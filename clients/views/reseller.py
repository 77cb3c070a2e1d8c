"""The reseller space: the clients under management, those who were asked, those who were."""

from collections.abc import Callable, Iterable
from datetime import datetime
from typing import Any

from django.db.models import QuerySet
from django.http import HttpRequest, HttpResponse, StreamingHttpResponse
from django.shortcuts import render
from django.utils import timezone

from access import together
from access.policy import Actor
from access.rules import RESELLER_ACTS
from access.web.csv import csv_response, export
from access.web.lists import TogetherListing
from access.web.pages import page
from clients import exports
from clients.forms.reseller import ActiveFilter, OverFilter, WaitingFilter
from clients.models import Partnership, Product
from clients.rules import PartnershipState, Side, notice_at, state_at
from clients.services.payer import waits_for_word
from clients.views import cells
from clients.views.history import history
from clients.views.terms import asked_terms, difference, offered_terms

ACTIVE_SORTS = {
    "client": ("client_name",),
    "access": ("access", "client_name"),
    "payment": ("payment_mode", "client_name"),
    "since": ("started_at",),
}
ENDING_SORTS = ACTIVE_SORTS | {"ends": ("ends_at", "client_name")}
WAITING_SORTS = {
    "who": ("client_name", "asked_email"),
    "sent": ("sent_at",),
    "until": ("expires_at",),
}
OVER_SORTS = {
    "who": ("client_name", "asked_email"),
    "since": ("started_at",),
    "closed": ("closed_at",),
}


def _active(request: HttpRequest, actor: Actor) -> TogetherListing:
    rows = Partnership.objects.visible_to_partner(actor).active()
    rows = rows.select_related(None).select_related("client")  # the partner is the reader's own
    filters = ActiveFilter(request.GET)
    return TogetherListing(
        request,
        rows,
        sorts=ACTIVE_SORTS,
        default="client",
        filters=filters,
        columns=cells.CLIENT,
    )


def _ending(request: HttpRequest, actor: Actor) -> TogetherListing:
    rows = Partnership.objects.visible_to_partner(actor).ending_soon()
    filters = ActiveFilter(request.GET)
    return TogetherListing(request, rows, sorts=ENDING_SORTS, default="ends", filters=filters)


def _waiting(request: HttpRequest, actor: Actor) -> TogetherListing:
    rows = Partnership.objects.waiting_for_partner(actor)
    rows = rows.prefetch_related("asked_categories")
    filters = WaitingFilter(request.GET)
    return TogetherListing(request, rows, sorts=WAITING_SORTS, default="-sent", filters=filters)


def _over(request: HttpRequest, actor: Actor) -> TogetherListing:
    rows = Partnership.objects.visible_to_partner(actor).over()
    filters = OverFilter(request.GET)
    return TogetherListing(request, rows, sorts=OVER_SORTS, default="-closed", filters=filters)


@page("clients.see")
def client_list(request: HttpRequest, actor: Actor) -> HttpResponse:
    return _list_page(request, actor, _active(request, actor), "active")


@page("clients.see")
def ending_list(request: HttpRequest, actor: Actor) -> HttpResponse:
    """The active clients whose end date is near; only they themselves can prolong it (L9)."""
    return _list_page(request, actor, _ending(request, actor), "ending")


@page("clients.see_waiting")
def waiting_list(request: HttpRequest, actor: Actor) -> HttpResponse:
    return _list_page(request, actor, _waiting(request, actor), "waiting")


@page("clients.see_waiting")
def over_list(request: HttpRequest, actor: Actor) -> HttpResponse:
    listing = _over(request, actor)
    return _list_page(request, actor, listing, "over")


def _list_page(
    request: HttpRequest, actor: Actor, listing: TogetherListing, tab: str
) -> HttpResponse:
    """One of the three tabs, with how much stands in each of them."""
    mine = Partnership.objects.visible_to_partner(actor)
    asked = {"active": mine.active(), "ending": mine.ending_soon()}
    if actor.may("clients.see_waiting"):
        waiting = Partnership.objects.waiting_for_partner(actor)
        asked |= {"waiting": waiting, "over": mine.over()}
        asked["invitations"] = waiting.filter(state=PartnershipState.INVITED)
    questions = {name: together.number(rows) for name, rows in asked.items()}
    found = listing.rows if listing.narrowed else None
    numbers = _numbers(listing.asked, tab)
    answers = together.ask(found=found, numbers=numbers, **questions)
    listing.counted(answers[tab]) if found is None else listing.found(answers["found"])
    products = _products(listing, answers["numbers"], tab)
    context = {
        "listing": listing,
        "page": listing.page,
        "rows": ROWS[tab](listing.page, products),
        "tab": tab,
        "counts": {name: answers[name] for name in asked},
        "partner": actor.organisation.partner,
        "may": allowed(actor),
    }
    return render(request, f"clients/clients_{tab}.html", context)


def _numbers(rows: QuerySet[Partnership], tab: str) -> together.Question:
    """How many products each of the rows of a page reaches, and what waits was offered."""
    counted = rows.with_numbers(offers=tab != "active")
    return together.listed(counted.values("pk", *counted.query.annotations))


type Numbers = dict[int, dict[str, int]]


def _products(listing: TogetherListing, numbers: list[dict[str, int]], tab: str) -> Numbers:
    """The numbers by row; asks again where a page was shown that nobody asked for."""
    found = {row["pk"]: row for row in numbers}
    missing = [row.pk for row in listing.page if row.pk not in found]
    if missing:
        others = _numbers(listing.rows.filter(pk__in=missing), tab)
        found |= {row["pk"]: row for row in together.ask(numbers=others)["numbers"]}
    gone = {"reached": 0, "offered": 0}  # what ended between the two questions
    return {row.pk: gone | found.get(row.pk, {}) for row in listing.page}


def _active_rows(page: Iterable[Any], numbers: Numbers) -> list[cells.Row]:
    return [cells.client(row, numbers[row.pk]["reached"]) for row in page]


def _counted_rows(page: Iterable[Any], numbers: Numbers) -> list[Any]:
    for row in page:
        row.reached, row.offered = numbers[row.pk]["reached"], numbers[row.pk]["offered"]
    return list(page)


def _over_rows(page: Iterable[Any], numbers: Numbers) -> list[Any]:
    rows = _counted_rows(page, numbers)
    for row in rows:
        row.shown_state, row.shown_closed_at = state_now(row), closed_at(row)
    return rows


ROWS = {
    "active": _active_rows,
    "ending": _counted_rows,
    "waiting": _counted_rows,
    "over": _over_rows,
}


def _export(act: str, rows: Callable[[HttpRequest, Actor], TogetherListing], name: str) -> Any:
    @page(act)
    @export
    def file(request: HttpRequest, actor: Actor) -> StreamingHttpResponse:
        """What the list shows, all pages of it, as CSV (M11)."""
        found = exports.partnership_rows(rows(request, actor).rows.with_numbers())
        filename = f"{name}-{actor.organisation.slug}.csv"
        return csv_response(filename, exports.PARTNERSHIP_COLUMNS, found)

    return file


client_csv = _export("clients.see", _active, "clients")
ending_csv = _export("clients.see", _ending, "clients-ending-soon")
waiting_csv = _export("clients.see_waiting", _waiting, "waiting-clients")
over_csv = _export("clients.see_waiting", _over, "former-clients")


@page("clients.see", partnership=Partnership.objects.visible_to_partner)
@export
def client_products_csv(
    request: HttpRequest, actor: Actor, partnership: Partnership
) -> StreamingHttpResponse:
    """One client's products, as far as the partner may see them now (T10)."""
    rows = exports.product_rows(Product.objects.reached_by(partnership).order_by("name", "pk"))
    name = partnership.client.slug if partnership.client else partnership.public_id
    return csv_response(f"products-{name}.csv", exports.PRODUCT_COLUMNS, rows)


@page("clients.see", partnership=Partnership.objects.visible_to_partner)
def client_page(request: HttpRequest, actor: Actor, partnership: Partnership) -> HttpResponse:
    """All about one client: asked and granted, who pays, since when, and what happened."""
    asked, granted = asked_terms(partnership), offered_terms(partnership)
    context = {
        "partnership": partnership,
        "state": state_now(partnership),
        "asked": asked,
        "granted": granted,
        "difference": difference(asked, granted) if asked and granted else None,
        "product_count": Product.objects.reached_by(partnership).count(),
        "asked_by_us": partnership.opened_by == Side.PARTNER,
        "closed_at": closed_at(partnership),
        "ends_soon": ends_soon(partnership),
        "waits_for_word": waits_for_word(partnership),
        "partner": actor.organisation.partner,
        "may": allowed(actor),
        "entries": history(partnership, actor.organisation) if actor.may("log.see") else None,
    }
    return render(request, "clients/client.html", context)


def state_now(partnership: Partnership) -> PartnershipState:
    return state_at(
        partnership.state,
        timezone.now(),
        expires_at=partnership.expires_at,
        ends_at=partnership.ends_at,
    )


def ends_soon(partnership: Partnership) -> bool:
    """Whether it is active with an end date so near that both sides are told (L9)."""
    ends_on, active = partnership.ends_on, state_now(partnership) == PartnershipState.ACTIVE
    return active and ends_on is not None and bool(notice_at(ends_on, timezone.localdate()))


def closed_at(partnership: Partnership) -> datetime | None:
    """When it closed, be it that a verb closed it or that its time passed (L8, L9)."""
    if partnership.closed_at is not None:
        return partnership.closed_at
    state = state_now(partnership)
    if state == PartnershipState.ENDED:
        return partnership.ends_at
    return partnership.expires_at if state == PartnershipState.EXPIRED else None


def allowed(actor: Actor) -> set[str]:
    """Which acts of the reseller space the pages offer the actor."""
    return {act for act in RESELLER_ACTS if actor.may(act)}
