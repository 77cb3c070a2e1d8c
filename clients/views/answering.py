"""The person asked answers a partner's request (L1, L2): grants what they want, or refuses.

Only requests sent to a verified address of the signed-in person are found (T2, T5), by the id in
the address alone (T3). Nothing changes before a button is pressed (T1).
"""

from typing import Any

from django.contrib import messages
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.urls import reverse
from django.utils.translation import gettext as _

from access.errors import Refused
from access.models import Organisation
from access.policy import organisations_of
from access.web.pages import FORM, person
from access.web.wizard import Wizard
from clients import services
from clients.errors import AlreadyDecided
from clients.forms.answering import GrantForm
from clients.models import Partnership
from clients.rules import PartnershipState
from clients.views.reseller import state_now
from clients.views.terms import asked_terms


@person(
    reason="The request was sent to an address of this person; nobody else finds it.", methods=FORM
)
def answer_request(request: HttpRequest, partnership: str) -> HttpResponse:
    """The steps organisation, access, products or payment, check; then the access starts."""
    asked = _asked(request, partnership)
    if state_now(asked) != PartnershipState.REQUESTED:
        return _too_late(request, asked, services.outcome(asked))
    organisations = Organisation.objects.represented_by(request.user)
    if not organisations:
        return _nobody_to_answer_for(request, asked)
    form = GrantForm(
        request.POST or None,
        partnership=asked,
        person=request.user,
        organisations=organisations,
    )
    wizard = Wizard(request, form)
    if wizard.finished and (answer := _grant(request, asked, form, wizard)):
        return answer
    return render(request, "clients/answer.html", _facts(asked) | {"form": form, "wizard": wizard})


@person(
    reason="The request was sent to an address of this person; nobody else finds it.", methods=FORM
)
def refuse_request(request: HttpRequest, partnership: str) -> HttpResponse:
    """Asks before it refuses; needs no organisation."""
    asked = _asked(request, partnership)
    if state_now(asked) != PartnershipState.REQUESTED:
        return _too_late(request, asked, services.outcome(asked))
    if request.method == "POST":
        try:
            services.refuse_request(partnership=asked, by=request.user)
        except Refused as refusal:
            return _too_late(request, asked, str(refusal))
        told = _("You refused the request of %(partner)s. It was told, and has no access.")
        messages.success(request, told % {"partner": asked.partner_name})
        return redirect("start")
    names = {"partner": asked.partner_name}
    consequences = [
        _("%(partner)s gets no access to anything of yours.") % names,
        _("%(partner)s is told by e-mail that you refused.") % names,
        _("It can ask again, and you can authorise it yourself at any time.") % names,
    ]
    return render(request, "clients/refuse.html", _facts(asked) | {"consequences": consequences})


def _grant(
    request: HttpRequest, asked: Partnership, form: GrantForm, wizard: Wizard
) -> HttpResponse | None:
    """Grants what was chosen, and where to go then; None when the form has to be shown again."""
    client = form.client.organisation
    try:
        services.grant_request(partnership=asked, client=client, offer=form.offer, by=request.user)
    except AlreadyDecided as refusal:
        return _too_late(request, asked, str(refusal))
    except Refused as refusal:
        wizard.refuse(refusal)
        return None
    told = _("%(partner)s has access now, exactly as you chose. It was told by e-mail.")
    messages.success(request, told % {"partner": asked.partner_name})
    return redirect("partnership", client.slug, asked.public_id)


def _asked(request: HttpRequest, public_id: str) -> Partnership:
    found = Partnership.objects.sent_to(request.user).filter(public_id=public_id).first()
    if found is None:
        raise Http404
    return found


def _facts(asked: Partnership) -> dict[str, Any]:
    return {"partnership": asked, "asked": asked_terms(asked)}


def _too_late(request: HttpRequest, asked: Partnership, sentence: str) -> HttpResponse:
    """Somebody was faster, or time was (L10): what became of it, and where to read more."""
    asked.refresh_from_db()
    mine = Organisation.objects.represented_by(request.user)
    details_url = ""
    if asked.client is not None and asked.client in mine:
        details_url = reverse("partnership", args=[asked.client.slug, asked.public_id])
    context = {"partnership": asked, "sentence": sentence, "details_url": details_url}
    return render(request, "clients/invitation_over.html", context)


def _nobody_to_answer_for(request: HttpRequest, asked: Partnership) -> HttpResponse:
    """The person represents no organisation: who can where they belong, and how to found one."""
    context = _facts(asked) | {
        "organisations": organisations_of(request.user).with_representatives(),
    }
    return render(request, "clients/answer_nobody.html", context)
