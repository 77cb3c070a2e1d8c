"""Until when a partner has access: the client decides, and prolongs with one click (L9)."""

from datetime import date

from django.contrib import messages
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.utils.formats import date_format
from django.utils.translation import gettext as _

from access.errors import Refused
from access.policy import Actor
from access.web.pages import ACTION, FORM, page
from clients.errors import AlreadyDecided
from clients.forms.lasting import EndDateForm, VersionForm
from clients.models import Partnership
from clients.rules import PartnershipState
from clients.services import change_end_date, outcome, prolong
from clients.views.reseller import state_now

mine = Partnership.objects.visible_to_client


@page("partners.change", FORM, partnership=mine)
def partnership_end_date(
    request: HttpRequest, actor: Actor, partnership: Partnership
) -> HttpResponse:
    """Sets, moves or removes the last day; an empty field is no end."""
    details = redirect("partnership", actor.organisation.slug, partnership.public_id)
    if state_now(partnership) != PartnershipState.ACTIVE:
        messages.warning(request, outcome(partnership))
        return details
    form = EndDateForm(request.POST or None, partnership=partnership)
    if form.is_valid():
        try:
            change_end_date(partnership=partnership, by=actor, **form.cleaned_data)
        except AlreadyDecided as refusal:
            messages.warning(request, str(refusal))
            return details
        except Refused as refusal:
            form.add_error(refusal.field, str(refusal))
            partnership.refresh_from_db()
            form.data = form.data | {"version": partnership.version}
        else:
            ends_on = form.cleaned_data["ends_on"]
            messages.success(request, until(partnership.partner_name, ends_on))
            return details
    context = {"partnership": partnership, "form": form}
    return render(request, "clients/end_date.html", context)


@page("partners.change", ACTION, partnership=mine)
def partnership_prolong(
    request: HttpRequest, actor: Actor, partnership: Partnership
) -> HttpResponse:
    """One year more, for the version that the button was shown with: pressed twice is one year."""
    details = redirect("partnership", actor.organisation.slug, partnership.public_id)
    form = VersionForm(request.POST)
    try:
        version = form.cleaned_data["version"] if form.is_valid() else 0
        prolonged = prolong(partnership=partnership, version=version, by=actor)
    except Refused as refusal:
        messages.warning(request, str(refusal))
    else:
        messages.success(request, until(prolonged.partner_name, prolonged.ends_on))
    return details


def until(partner: str, ends_on: date | None) -> str:
    """The sentence that tells what is in force after the change."""
    if ends_on is None:
        return _("%(partner)s now has access without an end date. It was told by e-mail.") % {
            "partner": partner
        }
    return _("%(partner)s now has access until %(day)s. It was told by e-mail.") % {
        "partner": partner,
        "day": date_format(ends_on, "DATE_FORMAT"),
    }
