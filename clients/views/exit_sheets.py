"""The exit sheet: what the partner left behind, for both sides and for ever (L6)."""

from collections.abc import Callable

from django.http import HttpRequest, HttpResponse, StreamingHttpResponse
from django.shortcuts import redirect, render

from access.policy import Actor
from access.web.csv import csv_response, export
from access.web.lists import Listing
from access.web.pages import Question, page
from clients import exit_money, exports
from clients.models import ExitLine, Partnership
from clients.rules import PartnershipState, Side
from clients.views.ending import DOORS
from clients.views.history import history
from clients.views.reseller import closed_at, state_now
from clients.views.terms import asked_terms, payer

PER_PAGE = 200
SORTS = {
    "product": ("product_name",),
    "renewal": ("renews_on", "product_name"),
    "state": ("state", "product_name"),
}


def exit_page(act: str, question: Question, *, side: Side) -> Callable[..., HttpResponse]:
    """The sheet of one side; `question` finds its partnerships, past ones too."""
    door = DOORS[side]

    @page(act, partnership=question)
    def exit_sheet(request: HttpRequest, actor: Actor, partnership: Partnership) -> HttpResponse:
        if state_now(partnership) != PartnershipState.ENDED:
            return redirect(door.details, actor.organisation.slug, partnership.public_id)
        lines = ExitLine.objects.of_partnership(partnership)
        listing = Listing(request, lines, sorts=SORTS, default="product", per_page=PER_PAGE)
        context = {
            "partnership": partnership,
            "side": side,
            "door": door,
            "other": getattr(partnership, door.other),
            "listing": listing,
            "page": listing.page,
            "asked": asked_terms(partnership),
            "payer": payer(partnership, partnership.payment_mode),
            "closed_at": closed_at(partnership),
            "written": partnership.state == PartnershipState.ENDED,
            "entries": history(partnership, actor.organisation),
            "money": exit_money.sentences(partnership, side),
        }
        return render(request, "clients/exit_sheet.html", context)

    return exit_sheet


def exit_csv(act: str, question: Question, *, side: Side) -> Callable[..., StreamingHttpResponse]:
    """The same lines as a file."""

    @page(act, partnership=question)
    @export
    def file(request: HttpRequest, actor: Actor, partnership: Partnership) -> StreamingHttpResponse:
        lines = ExitLine.objects.of_partnership(partnership).order_by("product_name", "pk")
        rows = exports.exit_rows(lines, partnership, side)
        name = f"exit-{partnership.public_id}.csv"
        return csv_response(name, exports.EXIT_COLUMNS, rows)

    return file


CLIENT = ("partners.see", Partnership.objects.visible_to_client)
PARTNER = ("clients.see_waiting", Partnership.objects.visible_to_partner)
partnership_exit = exit_page(*CLIENT, side=Side.CLIENT)
partnership_exit_csv = exit_csv(*CLIENT, side=Side.CLIENT)
client_exit = exit_page(*PARTNER, side=Side.PARTNER)
client_exit_csv = exit_csv(*PARTNER, side=Side.PARTNER)
