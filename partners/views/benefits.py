"""What a partner has from the programme, with the licence of the themes (P4)."""

from typing import Any

from django.http import HttpRequest, HttpResponse
from django.shortcuts import render
from django.urls import reverse
from django.utils.functional import Promise
from django.utils.translation import gettext_lazy as _

from access.policy import Actor
from access.web.pages import page
from partners.models import Partner
from partners.services.benefits import licences
from partners.services.texts import Paragraph, programme

PLACES: dict[str, tuple[str, str, Promise]] = {
    "prices": ("prices", "clients.prices", _("See your prices")),
    "cashback": ("earnings", "clients.earnings", _("See your earnings")),
    "directory": ("listing", "reseller.listing", _("Your page in the directory")),
    "tenders": ("tenders", "reseller.tenders", _("See the tenders")),
    "rebilling": ("rebills", "clients.rebill", _("Bill your clients")),
}
"""Key of a benefit -> the page where it is used, the act that opens it, and the link's words."""


@page("reseller.benefits")
def benefits(request: HttpRequest, actor: Actor) -> HttpResponse:
    """The benefits; licences for approved partners only, a suspended one reads why (P4, P5)."""
    partner = Partner.objects.visible_to(actor).get()
    context = {
        "partner": partner,
        "rows": [_row(paragraph, actor) for paragraph in programme().benefits],
        "licences": licences(partner),
    }
    return render(request, "partners/benefits.html", context)


def _row(paragraph: Paragraph, actor: Actor) -> dict[str, Any]:
    """The benefit, with the way to where it is used for who may go there."""
    name, act, label = PLACES.get(paragraph.key, ("", "", ""))
    url = reverse(name, args=[actor.organisation.slug]) if name and actor.may(act) else ""
    return {"paragraph": paragraph, "url": url, "label": label}
