"""Files for spreadsheets: of a partner about its clients, of an organisation about itself (M11)."""

from collections.abc import Mapping
from typing import Any

from django.http import HttpRequest, HttpResponse
from django.http.response import HttpResponseBase
from django.shortcuts import render

from access.policy import Actor
from access.web.csv import copy_response, export, style_of
from access.web.pages import page
from billing.exports.files import OF_CLIENTS, OWN, File
from billing.forms.exports import ExportForm, periods
from clients.models import Partnership


def _clients(actor: Actor) -> list[tuple[str, str]]:
    """The clients that the reader may choose, past ones too, by name."""
    found = Partnership.objects.visible_to_partner(actor).filter(client__isnull=False)
    return list(
        found.order_by("client__name", "client__slug")
        .values_list("client__slug", "client__name")
        .distinct()
    )


def _form(request: HttpRequest, files: Mapping[str, File], clients: Any, *, bound: bool) -> Any:
    asked = request.GET.dict()
    if bound:
        return ExportForm(request.GET, files=files, clients=clients)
    return ExportForm(initial=asked, files=files, clients=clients)


def _page(request: HttpRequest, template: str, form: ExportForm, status: int = 200) -> HttpResponse:
    shown = [
        {
            "label": label,
            "since": first.isoformat(),
            "until": last.isoformat(),
            "current": (form["since"].value(), form["until"].value())
            == (first.isoformat(), last.isoformat()),
        }
        for label, first, last in periods()
    ]
    return render(request, template, {"form": form, "periods": shown}, status=status)


def _file(request: HttpRequest, actor: Actor, form: ExportForm, template: str) -> HttpResponseBase:
    """The file, streamed by COPY; a wrong choice is said on the page it came from."""
    if not form.is_valid():
        return _page(request, template, form, status=400)
    rows = form.chosen.of(actor, **form.narrowed())
    name = form.filename(actor.organisation.slug)
    return copy_response(name, form.chosen.columns(), rows, style_of(request, actor))


@page("clients.billing_data")
def exports(request: HttpRequest, actor: Actor) -> HttpResponse:
    """What a partner may export about its clients."""
    form = _form(request, OF_CLIENTS, _clients(actor), bound=False)
    return _page(request, "billing/exports.html", form)


@page("clients.billing_data")
@export
def exports_file(request: HttpRequest, actor: Actor) -> HttpResponseBase:
    form = _form(request, OF_CLIENTS, _clients(actor), bound=True)
    return _file(request, actor, form, "billing/exports.html")


@page("accounting.see")
def billing_exports(request: HttpRequest, actor: Actor) -> HttpResponse:
    """What an organisation may export about itself: what it pays, and its account (M4)."""
    form = _form(request, OWN, None, bound=False)
    return _page(request, "billing/exports_own.html", form)


@page("accounting.see")
@export
def billing_exports_file(request: HttpRequest, actor: Actor) -> HttpResponseBase:
    form = _form(request, OWN, None, bound=True)
    return _file(request, actor, form, "billing/exports_own.html")
