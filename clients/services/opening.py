"""Opening a partnership: the partner asks (L1), or the client invites (L3)."""

from collections.abc import Iterable
from typing import Any

from django.db import transaction
from django.utils import timezone
from django.utils.translation import gettext as _

from access.models import Membership, Organisation, User
from access.policy import Actor
from access.rules import Role
from clients.errors import (
    AlreadyDecided,
    AlreadyLinked,
    AlreadyWaiting,
    NotApproved,
    OwnOrganisation,
)
from clients.models import Category, Partnership
from clients.rules import Access, Offer, PartnershipState, PaymentMode, Side
from clients.services.common import (
    NAMES,
    asked,
    check_end_date,
    check_offer,
    describe,
    keep_offered,
    lock,
    lock_client,
    move,
    outcome,
    record,
    require,
    set_offer,
    tell,
)
from clients.services.ending import lapse
from clients.services.links import OPENING, limit_invitations, open_until, send_links
from partners.models import Partner


@transaction.atomic
def request_access(
    *,
    email: str,
    access: str,
    by: Actor,
    categories: Iterable[Category] = (),
    payment_mode: str = "",
    message: str = "",
    another_organisation: bool = False,
) -> Partnership:
    """The partner asks the person at `email` for access to their organisation (L1).

    `access`: limited to `categories`, or full with the `payment_mode`. A known address and an
    unknown one are treated alike. `another_organisation`: yes, the person represents a client
    of the partner already, and this is about another organisation of theirs.
    """
    by.require("clients.add")
    email = email.strip().lower()
    partner = Partner.objects.select_for_update(of=("self",), no_key=True).get(
        pk=by.organisation.pk
    )
    _check_approved(partner)
    _check_address(partner, email, another_organisation=another_organisation)
    limit_invitations(sender_id=partner.pk, address=email, field="email")
    partnership = Partnership.objects.create(
        **_opened(Side.PARTNER, by),
        partner=partner,
        asked_email=email,
        asked_access=access,
        asked_payment_mode=PaymentMode(payment_mode) if access == Access.FULL else "",
        message=message,
    )
    if access == Access.LIMITED:
        partnership.asked_categories.set(categories)
    partnership = lock(partnership)
    send_links(partnership, by=by.person)
    record(partnership, "partnership.request", by, after=asked(partnership))
    return partnership


def _opened(side: Side, by: Actor) -> dict[str, Any]:
    """The fields of a partnership that `side` opens now."""
    requested = side == Side.PARTNER
    return {
        "state": PartnershipState.REQUESTED if requested else PartnershipState.INVITED,
        "opened_by": side,
        "created_by": by.person,
        "sent_at": timezone.now(),
        "expires_at": open_until(),
    }


@transaction.atomic
def invite_partner(
    *, partner: Partner, offer: Offer, by: Actor, message: str = "", known: bool = False
) -> Partnership:
    """The client offers the partner access to its organisation (L3). `known`: the partner turned
    to the client itself, by a proposal, so it need not be listed (T27). Raises one of
    `clients.errors` when the offer cannot be made."""
    by.require("partners.authorise")
    client = lock_client(by.organisation)
    partner = Partner.objects.select_related("organisation").get(pk=partner.pk)
    if not (partner.approved and (partner.listed or known)):
        raise NotApproved(
            _("%(partner)s takes no new clients at present. Please choose another partner.")
            % {"partner": partner},
            field="partner",
        )
    if partner.pk == client.pk:
        raise OwnOrganisation(_("An organisation cannot be its own client."), field="partner")
    check_pair(client, partner)
    check_end_date(offer.ends_on)
    products = check_offer(client, offer, of=None)
    limit_invitations(sender_id=client.pk, address=str(partner.pk))
    partnership = Partnership(
        **_opened(Side.CLIENT, by), client=client, partner=partner, message=message
    )
    set_offer(partnership, offer)
    partnership.save()
    partnership.refresh_from_db(fields=NAMES)
    keep_offered(partnership, products)
    send_links(partnership, by=by.person)
    record(partnership, "partnership.invite", by, after=describe(offer))
    return partnership


@transaction.atomic
def withdraw(*, partnership: Partnership, by: Actor) -> Partnership:
    """The side that asked or invited takes it back; the other side is told."""
    partnership = lock(partnership)
    side = Side(partnership.opened_by)
    require(by, OPENING[side], partnership, side)
    move(partnership, "withdraw", side)
    partnership.save(update_fields=["state", "closed_at"])
    partnership.links.filter(replaced_at=None).update(replaced_at=timezone.now())
    other = Side.CLIENT if side == Side.PARTNER else Side.PARTNER
    tell("withdrawn", partnership, other, by=by.person, by_side=side)
    record(partnership, "partnership.withdraw", by)
    return partnership


def check_pair(client: Organisation, partner: Partner, *, of: Partnership | None = None) -> None:
    """Raises AlreadyLinked or AlreadyWaiting when a partnership of the two, other than `of`, is
    alive. The client must be locked. One whose time has passed is not in the way, whether or
    not a job has closed it yet (L8, L9)."""
    living = Partnership.objects.alive().filter(client=client, partner=partner)
    other = living.exclude(pk=of.pk).first() if of else living.first()
    if other is None or _closed_by_time(other):
        return
    names = {"client": client, "partner": partner}
    if other.is_waiting:
        raise AlreadyWaiting(
            _(
                "%(partner)s already has an invitation of %(client)s that waits for an answer. "
                "Withdraw it first, or send it again."
            )
            % names,
            field="partner",
        )
    raise AlreadyLinked(
        _("%(partner)s is already a partner of %(client)s. Change its access instead.") % names,
        field="partner",
    )


def _closed_by_time(partnership: Partnership) -> bool:
    """Closes what nobody answered in time, and what is past its end date."""
    now = timezone.now()
    if partnership.is_waiting and partnership.expires_at <= now:
        expire(partnership=partnership)
        return True
    active = partnership.state == PartnershipState.ACTIVE
    if active and partnership.ends_at is not None and partnership.ends_at <= now:
        lapse(partnership=partnership)
        return True
    return False


def _check_approved(partner: Partner) -> None:
    if not partner.approved:
        raise NotApproved(
            _(
                "%(partner)s is not an approved partner at present and cannot add clients. "
                "The vendor's support tells you why."
            )
            % {"partner": partner}
        )


def _check_address(partner: Partner, email: str, *, another_organisation: bool) -> None:
    """Says nothing about an address that the partner does not know from its own people, requests
    and clients."""
    if Membership.objects.filter(organisation_id=partner.pk, user__email=email).exists():
        raise OwnOrganisation(
            _("This address belongs to somebody of %(partner)s. Enter your client's address.")
            % {"partner": partner},
            field="email",
        )
    waiting = Partnership.objects.filter(
        partner=partner, asked_email=email, state=PartnershipState.REQUESTED
    ).first()
    if waiting is not None and waiting.expires_at > timezone.now():
        raise AlreadyWaiting(
            _(
                "You asked this address already, and the request waits for an answer. "
                "You can send it again under “Waiting”."
            ),
            field="email",
        )
    if waiting is not None:
        expire(partnership=waiting)
    client = _client_of_address(partner, email)
    if client and not another_organisation:
        raise AlreadyLinked(
            _(
                "%(client)s, which this address represents, is already your client. "
                "To ask for another organisation of this person, tick the box below."
            )
            % {"client": client},
            field="email",
        )


def _client_of_address(partner: Partner, email: str) -> Organisation | None:
    user = User.objects.filter(email=email).first()
    if user is None:
        return None
    represented = Membership.objects.filter(user=user, role=Role.LEGAL_REPRESENTATIVE)
    partnership = (
        Partnership.objects.active()
        .filter(partner=partner, client__in=represented.values("organisation"))
        .select_related("client")
        .first()
    )
    return partnership.client if partnership else None


@transaction.atomic
def expire(*, partnership: Partnership) -> Partnership:
    """Closes what nobody answered in time, and tells both sides (L8). Raises AlreadyDecided when
    it was answered, or sent again, since the caller read it."""
    partnership = lock(partnership)
    if partnership.expires_at > timezone.now():
        raise AlreadyDecided(outcome(partnership))
    move(partnership, "expire", None)
    partnership.save(update_fields=["state", "closed_at"])
    partnership.links.filter(replaced_at=None).update(replaced_at=timezone.now())
    for side in (Side.CLIENT, Side.PARTNER):
        tell("expired", partnership, side, by=None, by_side=None)
    record(partnership, "partnership.expire", None)
    return partnership
