"""Samples of the letters of the partnership journey."""

from datetime import datetime, time, timedelta
from typing import Any

from django.utils import timezone
from django.utils.translation import gettext_lazy as _

from clients.models import Partnership
from clients.rules import Access, PartnershipState, PaymentMode, Side
from clients.services.common import mail_context
from portal.mail_samples.registry import TO_CLIENT, TO_PARTNER, sample
from portal.mail_samples.world import DOMAINS, World

State = PartnershipState
FULL_PARTNER = {"access": str(Access.FULL), "payment_mode": str(PaymentMode.PARTNER)}
FULL_CLIENT = {"access": str(Access.FULL), "payment_mode": str(PaymentMode.CLIENT)}


def _limited(w: World) -> dict[str, Any]:
    return {
        "access": str(Access.LIMITED),
        "payment_mode": str(PaymentMode.CLIENT),
        "products": DOMAINS,
        "ends_on": w.days(200).isoformat(),
    }


def _asked(w: World) -> dict[str, Any]:
    return {
        "access": str(Access.LIMITED),
        "payment_mode": None,
        "categories": [category.slug for category in w.categories],
    }


def _facts(
    w: World, partnership: Partnership, reader: Side, by_side: Side | None
) -> dict[str, Any]:
    by = {None: None, Side.CLIENT: w.owner, Side.PARTNER: w.agent}[by_side]
    return mail_context(partnership, reader, by=by, by_side=by_side)


# ---- Asking and inviting -------------------------------------------------------------------


def _request(w: World) -> dict[str, Any]:
    """Of a partner, to an address whose organisation is not known yet."""
    partnership = w.partnership(State.REQUESTED, client=None, asked_email=w.address())
    facts = _facts(w, partnership, Side.CLIENT, Side.PARTNER)
    link = w.link(partnership)
    return facts | {"asked": _asked(w), "message": w.word("message"), "link": link.pk}


def _invitation(w: World) -> dict[str, Any]:
    """Of a client, to its partner."""
    partnership = w.partnership(State.INVITED, Side.CLIENT, **FULL_PARTNER)
    facts = _facts(w, partnership, Side.PARTNER, Side.CLIENT)
    link = w.link(partnership)
    return facts | {"granted": FULL_PARTNER, "message": w.word("message"), "link": link.pk}


sample("clients.requested", _("A partner asks a client for access."))(_request)
sample("clients.invited", _("A client invites a partner."))(_invitation)
sample("clients.reminder", _("Reminds of a request or an invitation that waits."), TO_CLIENT)(
    _request
)
sample("clients.reminder", case=TO_PARTNER)(_invitation)


# ---- The answers ---------------------------------------------------------------------------


@sample("clients.accepted", _("Tells who asked or invited that the answer is yes."), TO_PARTNER)
def accepted(w: World) -> dict[str, Any]:
    partnership = w.partnership(State.ACTIVE)
    facts = _facts(w, partnership, Side.PARTNER, Side.CLIENT)
    return facts | {"asked": FULL_PARTNER, "granted": _limited(w)}


@sample("clients.accepted", case=TO_CLIENT)
def invitation_accepted(w: World) -> dict[str, Any]:
    partnership = w.partnership(State.ACTIVE, Side.CLIENT)
    return _facts(w, partnership, Side.CLIENT, Side.PARTNER) | {"granted": _limited(w)}


@sample("clients.refused", _("Tells who asked or invited that the answer is no."), TO_PARTNER)
def refused(w: World) -> dict[str, Any]:
    partnership = w.partnership(State.REFUSED)
    return _facts(w, partnership, Side.PARTNER, Side.CLIENT)


@sample("clients.refused", case=TO_CLIENT)
def invitation_refused(w: World) -> dict[str, Any]:
    partnership = w.partnership(State.REFUSED, Side.CLIENT)
    return _facts(w, partnership, Side.CLIENT, Side.PARTNER)


@sample("clients.withdrawn", _("Tells that a request or an invitation was taken back."), TO_CLIENT)
def request_withdrawn(w: World) -> dict[str, Any]:
    partnership = w.partnership(State.WITHDRAWN)
    return _facts(w, partnership, Side.CLIENT, Side.PARTNER)


@sample("clients.withdrawn", case=TO_PARTNER)
def invitation_withdrawn(w: World) -> dict[str, Any]:
    partnership = w.partnership(State.WITHDRAWN, Side.CLIENT)
    return _facts(w, partnership, Side.PARTNER, Side.CLIENT)


@sample("clients.expired", _("Tells both sides that nobody answered in time."), TO_PARTNER)
def request_expired(w: World) -> dict[str, Any]:
    return _facts(w, w.partnership(State.EXPIRED), Side.PARTNER, None)


@sample("clients.expired", case=TO_CLIENT)
def invitation_expired(w: World) -> dict[str, Any]:
    return _facts(w, w.partnership(State.EXPIRED, Side.CLIENT), Side.CLIENT, None)


# ---- Changes and the end -------------------------------------------------------------------


@sample("clients.access_changed", _("Tells a partner that it reaches more, or less."))
def access_changed(w: World) -> dict[str, Any]:
    before, partnership = _limited(w), w.partnership(State.ACTIVE)
    after = before | {"products": [*DOMAINS[1:], "müller-shop.example"], "ends_on": None}
    facts = _facts(w, partnership, Side.PARTNER, Side.CLIENT)
    return facts | {
        "before": before,
        "after": after,
        "gained": ["müller-shop.example"],
        "lost": DOMAINS[:1],
    }


@sample("clients.payment_mode_changed", _("Tells a partner that another side pays."))
def payment_mode_changed(w: World) -> dict[str, Any]:
    partnership = w.partnership(State.ACTIVE, **FULL_PARTNER)
    facts = _facts(w, partnership, Side.PARTNER, Side.CLIENT)
    return facts | {"before": FULL_CLIENT, "after": FULL_PARTNER}


@sample("clients.end_date_changed", _("Tells a partner until when it has access."))
def end_date_changed(w: World) -> dict[str, Any]:
    facts = _facts(w, w.partnership(State.ACTIVE), Side.PARTNER, Side.CLIENT)
    return facts | {"before": FULL_CLIENT, "after": _limited(w)}


def _ending(w: World, reader: Side) -> dict[str, Any]:
    midnight = timezone.make_aware(datetime.combine(w.days(8), time()))
    last_moment = midnight - timedelta(microseconds=1)
    return _facts(w, w.partnership(State.ACTIVE, ends_at=last_moment), reader, None)


@sample("clients.ending_soon", _("Tells both sides that the end date is near."), TO_CLIENT)
def ending_soon(w: World) -> dict[str, Any]:
    return _ending(w, Side.CLIENT)


@sample("clients.ending_soon", case=TO_PARTNER)
def ending_soon_partner(w: World) -> dict[str, Any]:
    return _ending(w, Side.PARTNER)


@sample("clients.ended", _("Tells both sides that the partnership is over."), TO_CLIENT)
def ended(w: World) -> dict[str, Any]:
    return _facts(w, w.partnership(State.ENDED), Side.CLIENT, Side.PARTNER)


@sample("clients.ended", case=TO_PARTNER)
def ended_partner(w: World) -> dict[str, Any]:
    return _facts(w, w.partnership(State.ENDED), Side.PARTNER, None)


@sample("clients.payment_confirmed", _("Tells a client that its partner pays."))
def payment_confirmed(w: World) -> dict[str, Any]:
    partnership = w.partnership(State.ACTIVE, **FULL_PARTNER)
    return _facts(w, partnership, Side.CLIENT, Side.PARTNER)


@sample("clients.payment_declined", _("Tells a client that its partner does not want to pay."))
def payment_declined(w: World) -> dict[str, Any]:
    return _facts(w, w.partnership(State.ACTIVE, **FULL_CLIENT), Side.CLIENT, Side.PARTNER)
