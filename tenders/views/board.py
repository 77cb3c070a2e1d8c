"""A partner's list of tenders: open, opened, answered, won, over (T3, T4)."""

from django.http import HttpRequest, HttpResponse
from django.shortcuts import render

from access.policy import Actor
from access.web.lists import Listing
from access.web.pages import page
from tenders.forms.board import BoardFilter
from tenders.models import Tender, TenderPreference
from tenders.rules import BoardTab

SORTS = {
    "newest": ("published_at",),
    "title": ("extract_title",),
    "until": ("expires_at",),
    "budget": ("budget_to", "budget_from"),
    "wanted": ("wanted_on",),
}


@page("reseller.tenders")
def tenders(request: HttpRequest, actor: Actor) -> HttpResponse:
    """One tab of the list, with how much stands in each. Rows hold extracts only (T24)."""
    tab = request.GET.get("tab", "")
    tab = tab if tab in BoardTab.values else BoardTab.OPEN.value
    boards = {name: Tender.objects.on_board(actor, name) for name in BoardTab.values}
    rows = boards[tab].with_own(actor)
    filters = BoardFilter(request.GET, rows=boards[tab])
    listing = Listing(request, rows, sorts=SORTS, default="-newest", filters=filters)
    context = {
        "listing": listing,
        "page": listing.page,
        "tab": tab,
        "tabs": [(name, BoardTab(name).label, rows.count()) for name, rows in boards.items()],
        "partner": actor.organisation.partner,
        "preference": TenderPreference.objects.visible_to(actor).first(),
    }
    return render(
        request, f"tenders/board_{'open' if tab == BoardTab.OPEN else 'own'}.html", context
    )
