"""Sending, and sending again, the links by which somebody answers (T4)."""

from datetime import datetime, timedelta
from typing import Any

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
    facts = _facts(partnership, by=by)
    for recipient in _who_may_answer(partnership):
        _mail_link(partnership.state, _new_link(partnership, recipient), recipient, facts)


@transaction.atomic
def remind(*, partnership: Partnership) -> bool:
    """Reminds everyone who may answer what still waits, once for each sending (L8). The links
    sent before go on working. Answers False when there is nothing to remind of (any more)."""
    partnership = lock(partnership)
    if not Partnership.objects.to_remind().filter(pk=partnership.pk).exists():
        return False
    facts = _facts(partnership, by=None)
    partnership.reminded_at = timezone.now()
    partnership.save(update_fields=["reminded_at"])
    for recipient in _who_may_answer(partnership):
        sent = partnership.links.filter(email=recipient.address.lower(), replaced_at=None)
        link = sent.first() or _new_link(partnership, recipient)
        _mail_link("reminder", link, recipient, facts)
    record(partnership, "partnership.remind", None)
    return True


def _facts(partnership: Partnership, *, by: User | None) -> dict[str, Any]:
    """What a mail with a link tells: who is who, and what is asked or offered."""
    requested = partnership.state == PartnershipState.REQUESTED
    side = Side.CLIENT if requested else Side.PARTNER
    facts = mail_context(partnership, side, by=by, by_side=Side(partnership.opened_by))
    if requested:
        facts |= {"asked": asked(partnership)}
    else:
        facts |= {"granted": describe(offer_of(partnership))}
    return facts | {"message": partnership.message}


def _new_link(partnership: Partnership, recipient: Recipient) -> InvitationLink:
    link = InvitationLink(partnership=partnership, email=recipient.address.lower())
    link.token_hash = InvitationLink.hash_of(link.token)
    link.save()
    return link


def _mail_link(
    kind: str, link: InvitationLink, recipient: Recipient, facts: dict[str, Any]
) -> None:
    queue_mail(
        kind=f"clients.{kind}",
        key=f"clients.{kind}:{link.public_id}",
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
    partnership.reminded_at = None
    partnership.save(update_fields=["sent_at", "expires_at", "reminded_at"])
    send_links(partnership, by=by.person)
    record(partnership, "partnership.resend", by)
    return partnership


def _who_may_answer(partnership: Partnership) -> list[Recipient]:
    if partnership.state == PartnershipState.REQUESTED:
        return [address_asked(partnership)]
    partner = partnership.partner.organisation
    return [Recipient.of(user) for user in representatives(partner, Role.LEGAL_REPRESENTATIVE)]
