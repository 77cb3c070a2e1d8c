"""Either side stops the collaboration (L6): two confirmations, the second with the password or
with a passkey."""

from collections.abc import Callable
from dataclasses import dataclass

from django.contrib import messages
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.utils.translation import gettext as _
from django.utils.translation import ngettext

from access.errors import Refused
from access.policy import Actor
from access.web import confirmation
from access.web.pages import FORM, Question, page
from access.web.wizard import Wizard
from clients import exit_money
from clients.forms.ending import EndForm
from clients.models import Partnership, Product
from clients.rules import Access, PartnershipState, PaymentMode, Side
from clients.services import end_partnership, outcome
from clients.views.reseller import state_now

SHOWN = 100
CONFIRMED = "confirmed"  # in the address: the first step was ticked before the passkey was asked


@dataclass(frozen=True)
class Door:
    """Where one side's pages of a partnership are."""

    list: str
    details: str
    other: str
    exit: str


DOORS = {
    Side.CLIENT: Door("partners", "partnership", "partner_name", "partnership_exit"),
    Side.PARTNER: Door("clients", "client", "client_name", "client_exit"),
}


def end_page(act: str, question: Question, *, side: Side) -> Callable[..., HttpResponse]:
    """The page of one side; `question` finds its partnerships, past ones too."""
    door = DOORS[side]

    @page(act, FORM, partnership=question)
    def end(request: HttpRequest, actor: Actor, partnership: Partnership) -> HttpResponse:
        slug, other = actor.organisation.slug, getattr(partnership, door.other)
        if state_now(partnership) != PartnershipState.ACTIVE:
            messages.info(request, outcome(partnership))
            return redirect(door.details, slug, partnership.public_id)
        sentence = _("Yes, stop the collaboration with %(name)s") % {"name": other}
        confirmed = confirmation.by_passkey(request)
        form = EndForm(
            request.POST or None,
            person=actor.person,
            sentence=sentence,
            confirmed=confirmed,
            initial={"understood": CONFIRMED in request.GET},
        )
        wizard = Wizard(request, form)
        if confirmed and CONFIRMED in request.GET:  # back from the passkey's page
            wizard.go_to_last()
        if wizard.finished:
            return _end(request, actor, partnership, side)
        context = _what_ends(actor, partnership, side) | {
            "form": form,
            "wizard": wizard,
            "door": door,
        }
        context |= {"confirmed": confirmed, "passkey_url": ""}
        if wizard.last and not confirmed and confirmation.has_passkey(request):
            context["passkey_url"] = confirmation.passkey_url(f"{request.path}?{CONFIRMED}=yes")
        return render(request, "clients/end.html", context)

    return end


def _end(request: HttpRequest, actor: Actor, partnership: Partnership, side: Side) -> HttpResponse:
    """Ends it, and leads to the exit sheet; who came too late reads what became of it."""
    door, where = DOORS[side], (actor.organisation.slug, partnership.public_id)
    try:
        end_partnership(partnership=partnership, side=side, by=actor)
    except Refused as refusal:
        messages.warning(request, str(refusal))
        return redirect(door.details, *where)
    confirmation.spend(request)
    told = _("The collaboration with %(name)s has ended. All access stopped at once.")
    messages.success(request, told % {"name": getattr(partnership, door.other)})
    return redirect(door.exit, *where)


def _what_ends(actor: Actor, partnership: Partnership, side: Side) -> dict[str, object]:
    products = Product.objects.reached_by(partnership)
    number = products.count()
    return {
        "partnership": partnership,
        "side": side,
        "other": getattr(partnership, DOORS[side].other),
        "consequences": [
            *_consequences(partnership, number),
            *exit_money.sentences(partnership, side),
            *_pending(actor, partnership, side),
        ],
        "products": products.order_by("renews_on", "name", "pk")[:SHOWN],
        "number": number,
        "more": max(0, number - SHOWN),
    }


def _pending(actor: Actor, partnership: Partnership, side: Side) -> list[str]:
    """What goes on waiting when it ends: another request of the same partner to this person."""
    if side == Side.PARTNER:
        return []
    asked = Partnership.objects.asked_of(actor.person).filter(partner=partnership.partner)
    told = _(
        "Another request of %(partner)s to %(address)s still waits for an answer: it is no part of "
        "this, so refuse it if you do not want it."
    )
    return [told % {"partner": one.partner_name, "address": one.asked_email} for one in asked]


def _consequences(partnership: Partnership, number: int) -> list[str]:
    """What exactly will happen, to whom, in whole sentences (L6, M3)."""
    names = {
        "client": partnership.client_name,
        "partner": partnership.partner_name,
        "n": number,
    }
    if partnership.access == Access.FULL:
        reach = _("%(partner)s loses its full access to %(client)s, in the same moment.")
    else:
        reach = ngettext(
            "%(partner)s loses its access to %(n)d product of %(client)s, in the same moment.",
            "%(partner)s loses its access to %(n)d products of %(client)s, in the same moment.",
            number,
        )
    if partnership.payment_mode == PaymentMode.PARTNER:
        money = _(
            "%(partner)s pays nothing more for %(client)s. From now on %(client)s pays the orders "
            "and renewals itself, at the public price."
        )
    else:
        money = _(
            "%(client)s goes on paying its orders and renewals, at the public price. "
            "%(partner)s earns no cashback on them any more."
        )
    stays = _(
        "Nothing is deleted: every product stays in %(client)s and keeps running. Orders already "
        "placed and invoices already issued stay as they are."
    )
    told = _(
        "%(client)s and %(partner)s are both told by e-mail, and keep an exit sheet with the "
        "history."
    )
    again = _("To work together again, one of you has to ask or invite the other anew.")
    return [sentence % names for sentence in (reach, money, stays, told, again)]


partnership_end = end_page("partners.end", Partnership.objects.visible_to_client, side=Side.CLIENT)
client_end = end_page("clients.end", Partnership.objects.visible_to_partner, side=Side.PARTNER)
