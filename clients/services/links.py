"""Sending, and sending again, the links by which somebody answers (T4)."""

from datetime import datetime, timedelta

from django.conf import settings
from django.db import transaction
from django.utils import timezone
from django.utils.translation import gettext as _

from access.limits import spend
from access.mail import Recipient, queue_mail
from access.models import User
from access.policy import Actor
from access.rules import Role
from clients.errors import AlreadyDecided, NotApproved
from clients.models import InvitationLink, Partnership
from clients.rules import PartnershipState, Side
from clients.services.common import (
    address_asked,
    asked,
    describe,
    lock,
    mail_context,
    offer_of,
    outcome,
    record,
    representatives,
    require,
)

DAY = timedelta(days=1)
OPENING = {Side.CLIENT: "partners.authorise", Side.PARTNER: "clients.add"}
"""Whoever may open a partnership for a side may send it again and withdraw it."""


def limit_invitations(*, sender_id: int, address: str, field: str | None = None) -> None:
    """Counts one more invitation of an organisation, and to an address. Raises TooOften."""
    spend(f"invitations of {sender_id}", most=settings.INVITATIONS_A_DAY, window=DAY, field=field)
    spend(
        f"invitations to {address}",
        most=settings.INVITATIONS_A_DAY_AND_ADDRESS,
        window=DAY,
        field=field,
    )


def open_until() -> datetime:
    """Until when something sent now may be answered (L8)."""
    return timezone.now() + timedelta(days=settings.INVITATION_DAYS)


def send_links(partnership: Partnership, *, by: User) -> None:
    """Mails a fresh link to everyone who may answer; the links sent before stop working (T4)."""
    partnership.links.filter(replaced_at=None).update(replaced_at=timezone.now())
    requested = partnership.state == PartnershipState.REQUESTED
    side = Side.CLIENT if requested else Side.PARTNER
    facts = mail_context(partnership, side, by=by, by_side=Side(partnership.opened_by))
    facts |= {"message": partnership.message}
    facts |= (
        {"asked": asked(partnership)} if requested else {"granted": describe(offer_of(partnership))}
    )
    for recipient in _who_may_answer(partnership):
        link = InvitationLink(partnership=partnership, email=recipient.address.lower())
        link.token_hash = InvitationLink.hash_of(link.token)
        link.save()
        queue_mail(
            kind=f"clients.{partnership.state}",
            key=f"clients.{partnership.state}:{link.public_id}",
            to=[recipient],
            context=facts | {"link": link.pk},
        )


@transaction.atomic
def resend(*, partnership: Partnership, by: Actor) -> Partnership:
    """Sends a waiting request or invitation again, with new links and a new time to answer."""
    partnership = lock(partnership)
    sender = Side(partnership.opened_by)
    require(by, OPENING[sender], partnership, sender)
    if not partnership.is_waiting:
        raise AlreadyDecided(outcome(partnership))
    if not partnership.partner.approved:
        raise NotApproved(
            _("%(partner)s is not an approved partner at present, so nothing can start now.")
            % {"partner": partnership.partner}
        )
    limit_invitations(
        sender_id=by.organisation.pk, address=partnership.asked_email or str(partnership.partner_id)
    )
    partnership.sent_at = timezone.now()
    partnership.expires_at = open_until()
    partnership.save(update_fields=["sent_at", "expires_at"])
    send_links(partnership, by=by.person)
    record(partnership, "partnership.resend", by)
    return partnership


def _who_may_answer(partnership: Partnership) -> list[Recipient]:
    if partnership.state == PartnershipState.REQUESTED:
        return [address_asked(partnership)]
    partner = partnership.partner.organisation
    return [Recipient.of(user) for user in representatives(partner, Role.LEGAL_REPRESENTATIVE)]
