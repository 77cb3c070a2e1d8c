"""The client changes what a partner may reach, and who pays (L5, M10)."""

from django.contrib import messages
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.utils.translation import gettext as _
from django.utils.translation import ngettext

from access.errors import Refused
from access.policy import Actor
from access.web.pages import FORM, page
from access.web.wizard import Wizard
from clients.errors import AlreadyDecided, OfferChanged
from clients.forms.changing import ChangeForm
from clients.models import Partnership
from clients.rules import Access, PartnershipState
from clients.services import change_access, outcome
from clients.views.reseller import state_now


@page("partners.change", FORM, partnership=Partnership.objects.visible_to_client)
def partnership_change(
    request: HttpRequest, actor: Actor, partnership: Partnership
) -> HttpResponse:
    """The steps access, products or payment, check; effective at once."""
    details = redirect("partnership", actor.organisation.slug, partnership.public_id)
    if state_now(partnership) != PartnershipState.ACTIVE:
        messages.warning(request, outcome(partnership))
        return details
    form = ChangeForm(request.POST or None, client=actor, of=partnership)
    wizard = Wizard(request, form)
    if request.method != "POST":
        wizard.start_at(request.GET.get("step", ""))
    if wizard.finished and _change(request, actor, form, wizard):
        return details
    context = {"partnership": partnership, "form": form, "wizard": wizard}
    return render(request, "clients/change.html", context)


def _change(request: HttpRequest, actor: Actor, form: ChangeForm, wizard: Wizard) -> bool:
    """Whether the matter is settled: changed, or over. Else the form says what is wrong."""
    partnership, told = form.partnership, _what_changes(form)
    version = form.cleaned_data["version"] or 0
    try:
        change_access(partnership=partnership, offer=form.offer, version=version, by=actor)
    except AlreadyDecided as refusal:
        messages.warning(request, str(refusal))
        return True
    except Refused as refusal:
        wizard.refuse(refusal)
        if isinstance(refusal, OfferChanged):
            form.show_again()
        return False
    messages.success(request, told)
    return True


def _what_changes(form: ChangeForm) -> str:
    """The sentence that tells the reader what is in force after the change."""
    facts = {"partner": form.partner_name, "payer": form.payer, "n": len(form.chosen)}
    if form.offer.access == Access.LIMITED:
        return (
            ngettext(
                "%(partner)s now has limited access, to %(n)d product.",
                "%(partner)s now has limited access, to %(n)d products.",
                len(form.chosen),
            )
            % facts
        )
    if form.before.access == Access.FULL:
        return _("From now on %(payer)s pays for orders and renewals.") % facts
    return _("%(partner)s now has full access, and %(payer)s pays.") % facts
