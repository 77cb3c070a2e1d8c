"""What waits for an answer: sending it again and taking it back, for the side that sent it."""

from collections.abc import Callable
from typing import Any

from django.contrib import messages
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.utils.formats import date_format
from django.utils.translation import gettext as _

from access.errors import Refused
from access.policy import Actor
from access.web.pages import ACTION, FORM, Question, page
from clients.models import Partnership
from clients.rules import WAITING, Side
from clients.services import resend, withdraw
from clients.views.reseller import state_now

BACK = {Side.PARTNER: "clients_waiting", Side.CLIENT: "partners"}
DETAILS = {Side.PARTNER: "client", Side.CLIENT: "partnership"}


def resend_page(act: str, question: Question, *, side: Side) -> Callable[..., HttpResponse]:
    """The button "send again" of one side; `question` finds what that side has sent."""

    @page(act, ACTION, partnership=question)
    def resend_waiting(
        request: HttpRequest, actor: Actor, partnership: Partnership
    ) -> HttpResponse:
        try:
            sent = resend(partnership=partnership, by=actor)
        except Refused as refusal:
            messages.error(request, str(refusal))
        else:
            facts = {"who": _addressee(sent), "day": date_format(sent.expires_at, "DATE_FORMAT")}
            messages.success(request, _("Sent again to %(who)s, open until %(day)s.") % facts)
        return redirect(BACK[side], actor.organisation.slug)

    return resend_waiting


def withdraw_page(act: str, question: Question, *, side: Side) -> Callable[..., HttpResponse]:
    """The page of one side that asks before it takes back what it has sent."""

    @page(act, FORM, partnership=question)
    def withdraw_waiting(
        request: HttpRequest, actor: Actor, partnership: Partnership
    ) -> HttpResponse:
        if request.method == "POST":
            _withdraw(request, partnership, actor)
            return redirect(BACK[side], actor.organisation.slug)
        if state_now(partnership) not in WAITING:
            return redirect(DETAILS[side], actor.organisation.slug, partnership.public_id)
        return render(request, "clients/withdraw.html", _question(partnership, side))

    return withdraw_waiting


def _withdraw(request: HttpRequest, partnership: Partnership, actor: Actor) -> None:
    try:
        withdraw(partnership=partnership, by=actor)
    except Refused as refusal:
        messages.error(request, str(refusal))
    else:
        messages.success(request, _("Withdrawn. %s was told.") % _addressee(partnership))


def _addressee(partnership: Partnership) -> str:
    """Who can answer: the address asked, or the partner invited."""
    asked = partnership.opened_by == Side.PARTNER
    return partnership.asked_email if asked else partnership.partner_name


def _question(partnership: Partnership, side: Side) -> dict[str, Any]:
    who = {"who": _addressee(partnership)}
    if side == Side.PARTNER:
        consequences = [
            _("The link in the mail to %(who)s stops working at once.") % who,
            _("%(who)s is told by mail that you no longer ask.") % who,
            _("You can ask again at any time."),
        ]
    else:
        consequences = [
            _("The link in the mail to %(who)s stops working at once: it cannot accept any more.")
            % who,
            _("%(who)s is told by mail that you withdrew the invitation.") % who,
            _("You can invite it, or another partner, at any time."),
        ]
    return {"partnership": partnership, "side": side, "consequences": consequences}
