"""The client's side of its partnerships: who looks after what, who was invited, who asks."""

from typing import Any

from django.core.paginator import Paginator
from django.http import HttpRequest, HttpResponse, StreamingHttpResponse
from django.shortcuts import render

from access.policy import Actor
from access.web.csv import csv_response, export
from access.web.lists import PER_PAGE, Listing
from access.web.pages import page
from clients import exports
from clients.forms.offer import by_category
from clients.models import Partnership
from clients.querysets import PartnershipQuerySet
from clients.rules import PartnershipState, Side, years_later
from clients.views.history import history
from clients.views.reseller import ends_soon, state_now
from clients.views.terms import asked_terms, difference, offered_terms
from clients.views.waiting import resend_page, withdraw_page
from partners.rules import PartnerState

SORTS = {
    "partner": ("partner_name",),
    "access": ("access", "partner_name"),
    "payment": ("payment_mode", "partner_name"),
    "since": ("started_at", "partner_name"),
    "until": ("expires_at", "partner_name"),
    "ends": ("ends_at", "partner_name"),
    "closed": ("closed_at", "partner_name"),
}
TABS = {"active": "partner", "waiting": "until", "ending": "ends", "ended": "-closed"}
"""The tabs, each with the order in which it starts."""
REQUESTS = 5

partnership_resend = resend_page(
    "partners.authorise", Partnership.objects.visible_to_client, side=Side.CLIENT
)
partnership_withdraw = withdraw_page(
    "partners.authorise", Partnership.objects.visible_to_client, side=Side.CLIENT
)


def _tabs(actor: Actor) -> dict[str, PartnershipQuerySet]:
    mine = Partnership.objects.visible_to_client(actor)
    return {
        "active": mine.active(),
        "waiting": mine.waiting(),
        "ending": mine.ending_soon(),
        "ended": mine.over(),
    }


def _row(partnership: Any) -> tuple[Partnership, str, int]:
    """A partnership (`with_numbers`) with its state, or its partner's, and its products' number."""
    if partnership.state == PartnershipState.INVITED:
        return partnership, state_now(partnership), partnership.offered
    suspended = partnership.partner.state == PartnerState.SUSPENDED
    if suspended and partnership.state == PartnershipState.ACTIVE:
        return partnership, PartnerState.SUSPENDED, partnership.reached
    return partnership, state_now(partnership), partnership.reached


@page("partners.see")
def partner_list(request: HttpRequest, actor: Actor) -> HttpResponse:
    tabs = _tabs(actor)
    tab = request.GET.get("tab", "")
    tab = tab if tab in tabs else "active"
    rows = tabs[tab].with_numbers()
    listing = Listing(request, rows, sorts=SORTS, default=TABS[tab], search="search_partners")
    context = {
        "tab": tab,
        "counts": {name: rows.count() for name, rows in tabs.items()},
        "listing": listing,
        "page": listing.page,
        "rows": [_row(partnership) for partnership in listing.page],
        "sort": listing.sort,
        "requests": Partnership.objects.asked_of(actor.person)[:REQUESTS],
        "may_decide": actor.may("partners.change"),
    }
    return render(request, "clients/partners.html", context)


@page("partners.see")
@export
def partner_csv(request: HttpRequest, actor: Actor) -> StreamingHttpResponse:
    """All partnerships of the organisation, past ones too."""
    rows = Partnership.objects.visible_to_client(actor).with_numbers().order_by("partner_name")
    filename = f"partners-{actor.organisation.slug}.csv"
    return csv_response(filename, exports.PARTNER_COLUMNS, exports.partner_rows(rows))


@page("partners.see", partnership=Partnership.objects.visible_to_client)
def partnership_page(request: HttpRequest, actor: Actor, partnership: Partnership) -> HttpResponse:
    """What the partner has, what it had asked for, and what happened; ended ones too."""
    asked, granted = asked_terms(partnership), offered_terms(partnership)
    products = sorted(
        granted.products if granted else [],
        key=lambda one: (one.product_type.category.position, one.product_type.category.pk),
    )
    page_of = Paginator(products, PER_PAGE).get_page(request.GET.get("page"))
    context = {
        "partnership": partnership,
        "state": state_now(partnership),
        "asked": asked,
        "granted": granted,
        "page": page_of,
        "groups": by_category(page_of),
        "difference": difference(asked, granted) if asked and granted else None,
        "ends_soon": ends_soon(partnership),
        "prolonged_to": years_later(partnership.ends_on, 1) if partnership.ends_on else None,
        "may_decide": actor.may("partners.change"),
        "entries": history(partnership, actor.organisation),
    }
    return render(request, "clients/partnership.html", context)
