"""The partner's account in the backup console, and where each backup of its clients sits (C4)."""

from django.contrib import messages
from django.db.models import Count, Q
from django.http import HttpRequest, HttpResponse, StreamingHttpResponse
from django.shortcuts import redirect, render
from django.utils.translation import gettext as _

from access.policy import Actor
from access.web.csv import csv_response, export
from access.web.lists import Listing
from access.web.pages import ACTION, page
from clients import exports
from clients.errors import BackupStays
from clients.forms.backups import BackupFilter
from clients.models import ConsoleUnit, Product
from clients.rules import BackupPlace
from clients.services.backups import account_of, move_backup

SORTS = {
    "client": ("organisation__name", "organisation", "name"),
    "name": ("name",),
    "unit": ("console_unit__number", "name"),
    "state": ("state", "organisation__name", "name"),
    "renewal": ("renews_on", "organisation__name", "name"),
}
FORMER = 20
"""How many units of former clients the page names."""


def _listing(request: HttpRequest, actor: Actor) -> Listing:
    return Listing(
        request,
        Product.objects.backups_visible_to(actor),
        sorts=SORTS,
        default="client",
        filters=BackupFilter(request.GET),
        search="search_backups",
    )


@page("reseller.backups")
def backup_list(request: HttpRequest, actor: Actor) -> HttpResponse:
    listing = _listing(request, actor)
    numbers = Product.objects.backups_visible_to(actor).aggregate(
        ours=Count("pk", filter=Q(place=BackupPlace.OURS)),
        elsewhere=Count("pk", filter=Q(place=BackupPlace.ELSEWHERE)),
        waiting=Count("pk", filter=Q(place=BackupPlace.WAITING)),
    )
    former = ConsoleUnit.objects.of_former_clients(actor)
    context = {
        "listing": listing,
        "page": listing.page,
        "account": account_of(actor.organisation),
        "numbers": numbers,
        "unit_count": ConsoleUnit.objects.visible_to(actor).count(),
        "former": former.order_by("number")[:FORMER],
        "reaches_all": actor.may("clients.see_waiting"),
        "partner": actor.organisation.partner,
    }
    return render(request, "clients/backups.html", context)


@page("reseller.backups")
@export
def backup_csv(request: HttpRequest, actor: Actor) -> StreamingHttpResponse:
    """What the list shows, all pages of it."""
    rows = exports.backup_rows(_listing(request, actor).rows)
    return csv_response(f"backups-{actor.organisation.slug}.csv", exports.BACKUP_COLUMNS, rows)


@page("reseller.backups", ACTION, product=Product.objects.backups_visible_to)
def backup_move(request: HttpRequest, actor: Actor, product: Product) -> HttpResponse:
    """Into the partner's account, or out of it into the client's own: refused, with the reason and
    what to do instead."""
    ours = product.place == BackupPlace.OURS  # type: ignore[attr-defined]
    target = account_of(product.organisation if ours else actor.organisation)
    try:
        move_backup(product=product, account=target, by=actor)
    except BackupStays as refusal:
        context = {"product": product, "reason": refusal, "ours": ours}
        return render(request, "clients/backup_stays.html", context, status=409)
    messages.info(request, _("%s is in that account already.") % product.name)
    return redirect("backups", actor.organisation.slug)
