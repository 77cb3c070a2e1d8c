"""Samples of the letters of the partner programme and of the directory."""

from typing import Any

from django.utils.translation import get_language
from django.utils.translation import gettext_lazy as _

from partners.rules import PartnerState
from portal.mail_samples.registry import sample
from portal.mail_samples.world import World


@sample("partners.application_received", _("Tells that an application has arrived."))
def received(w: World) -> dict[str, Any]:
    return {"partner": w.partner_in(PartnerState.APPLIED).pk}


@sample("partners.approved", _("Welcomes a new partner."))
def approved(w: World) -> dict[str, Any]:
    return {"partner": w.partner_in(reason=w.word("welcome")).pk}


@sample("partners.refused", _("Tells that an application was refused, and why."))
def refused(w: World) -> dict[str, Any]:
    return {"partner": w.partner_in(PartnerState.REFUSED, w.word("decision")).pk}


@sample("partners.suspended", _("Tells a partner what it may not do for the moment."))
def suspended(w: World) -> dict[str, Any]:
    return {"partner": w.partner_in(PartnerState.SUSPENDED, w.word("decision")).pk}


@sample("partners.resumed", _("Tells a partner that its suspension is over."))
def resumed(w: World) -> dict[str, Any]:
    return {"partner": w.partner.pk}


@sample("partners.contacted", _("Carries a visitor's message from the directory to a partner."))
def contacted(w: World) -> dict[str, Any]:
    return {
        "partner": w.partner.pk,
        "name": "Élodie Grünenfelder",
        "email": "elodie@architectes-fribourg.example",
        "text": w.word("visitor"),
        "language": (get_language() or "en")[:2],
    }
