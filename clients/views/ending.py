"""Either side stops the collaboration (L6): two confirmations, the second with the password."""

from collections.abc import Callable
from dataclasses import dataclass

from django.contrib import messages
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.utils.translation import gettext as _
from django.utils.translation import ngettext

from access.errors import Refused
from access.policy import Actor
from access.web.pages import FORM, Question, page
from access.web.wizard import Wizard
from clients.forms.ending import EndForm
from clients.models import Partnership, Product
from clients.rules import Access, PartnershipState, PaymentMode, Side
from clients.services import end_partnership, outcome
from clients.views.reseller import state_now

SHOWN = 100


@dataclass(frozen=True)
class Door:
    """Where one side's pages of a partnership are."""

    list: str
    details: str
    other: str


DOORS = {
    Side.CLIENT: Door("partners", "partnership", "partner_name"),
    Side.PARTNER: Door("clients", "client", "client_name"),
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
        form = EndForm(request.POST or None, person=actor.person, sentence=sentence)
        wizard = Wizard(request, form)
        if wizard.finished:
            try:
                end_partnership(partnership=partnership, side=side, by=actor)
            except Refused as refusal:
                messages.warning(request, str(refusal))
                return redirect(door.details, slug, partnership.public_id)
            told = _("The collaboration with %(name)s has ended. All access stopped at once.")
            messages.success(request, told % {"name": other})
            return redirect(door.list, slug)
        context = _what_ends(partnership, side) | {"form": form, "wizard": wizard, "door": door}
        return render(request, "clients/end.html", context)

    return end


def _what_ends(partnership: Partnership, side: Side) -> dict[str, object]:
    products = Product.objects.reached_by(partnership)
    number = products.count()
    return {
        "partnership": partnership,
        "side": side,
        "other": getattr(partnership, DOORS[side].other),
        "consequences": _consequences(partnership, number),
        "products": products.order_by("renews_on", "name", "pk")[:SHOWN],
        "number": number,
        "more": max(0, number - SHOWN),
    }


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
    told = _("%(client)s and %(partner)s are both told by e-mail, and keep the history.")
    again = _("To work together again, one of you has to ask or invite the other anew.")
    return [sentence % names for sentence in (reach, money, stays, told, again)]


partnership_end = end_page("partners.end", Partnership.objects.visible_to_client, side=Side.CLIENT)
client_end = end_page("clients.end", Partnership.objects.visible_to_partner, side=Side.PARTNER)
