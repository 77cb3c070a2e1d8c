"""Answering: the client grants or refuses a request (L1), the partner an invitation (L3)."""

from django.db import transaction
from django.db.models import QuerySet
from django.utils import timezone
from django.utils.translation import gettext as _

from access.errors import ActForbidden
from access.models import Membership, Organisation, User
from access.policy import Actor, as_member
from access.rules import Role
from access.services import end_membership
from clients.errors import (
    EndDateWrong,
    FullAccessTaken,
    NotApproved,
    NothingChosen,
    NotTheClient,
    OfferChanged,
    OwnOrganisation,
    ProductGone,
    ProductTaken,
)
from clients.models import Partnership, Product
from clients.rules import Access, Offer, PartnershipState, PaymentMode, Side
from clients.services.common import (
    NAMES,
    asked,
    check_end_date,
    check_offer,
    check_version,
    client_of,
    describe,
    give,
    keep_offered,
    lock,
    move,
    offer_of,
    record,
    require,
    set_offer,
    tell,
)
from clients.services.ending import end_lapsed
from clients.services.opening import check_pair
from partners.models import Partner


@transaction.atomic
def grant_request(
    *, partnership: Partnership, client: Organisation, offer: Offer, by: User
) -> Partnership:
    """The person asked answers for `client` and gives `offer`, which may differ from what was
    asked: the client's choice wins (L1, threat T7).

    Raises NotTheClient unless `by` is a legal representative of `client` at the verified address
    that was asked (L2, threats T2, T5); AlreadyDecided when it waits no more (L10).
    """
    end_lapsed(client=client)
    partnership = lock(partnership, client=client)
    actor = answering_for(partnership, client, by)
    partnership.client = client
    move(partnership, "accept", Side.CLIENT)
    _check_partner(partnership, client)
    check_pair(client, partnership.partner, of=partnership)
    check_end_date(offer.ends_on)
    products = check_offer(client, offer, of=partnership)
    set_offer(partnership, offer)
    if offer.payment_mode == PaymentMode.PARTNER == partnership.asked_payment_mode:
        partnership.payment_confirmed_at = timezone.now()  # it asked to pay (M10)
    _start(partnership, products, by=actor, given_by=by)
    tell(
        "accepted",
        partnership,
        Side.PARTNER,
        by=by,
        by_side=Side.CLIENT,
        asked=asked(partnership),
        granted=describe(offer),
    )
    record(
        partnership, "partnership.grant", actor, before=asked(partnership), after=describe(offer)
    )
    return partnership


@transaction.atomic
def accept_invitation(*, partnership: Partnership, version: int, by: Actor) -> Partnership:
    """The partner accepts the client's current offer (L3); `version` is the one it was shown."""
    require(by, "clients.answer", partnership, Side.PARTNER)
    client = client_of(partnership)
    end_lapsed(client=client)
    partnership = lock(partnership)
    move(partnership, "accept", Side.PARTNER)
    check_version(partnership, version)
    _check_partner(partnership, client)
    partnership.state = PartnershipState.INVITED
    offer = offer_of(partnership)
    partnership.state = PartnershipState.ACTIVE
    products = _products_offered(partnership, client, offer)
    if offer.payment_mode == PaymentMode.PARTNER:
        partnership.payment_confirmed_at = timezone.now()  # it says so by accepting (M10)
    # The client gave it when it invited; the partner only takes it.
    _start(partnership, products, by=by, given_by=partnership.created_by or by.person)
    tell(
        "accepted",
        partnership,
        Side.CLIENT,
        by=by.person,
        by_side=Side.PARTNER,
        granted=describe(offer),
    )
    record(partnership, "partnership.accept", by, after=describe(offer))
    return partnership


@transaction.atomic
def refuse_request(*, partnership: Partnership, by: User) -> Partnership:
    """The person asked refuses; they need no organisation for it."""
    partnership = lock(partnership)
    check_address(partnership, by)
    move(partnership, "refuse", Side.CLIENT)
    _close(partnership)
    tell("refused", partnership, Side.PARTNER, by=by, by_side=Side.CLIENT)
    record(partnership, "partnership.refuse", by)
    return partnership


@transaction.atomic
def refuse_invitation(*, partnership: Partnership, by: Actor) -> Partnership:
    """The partner refuses the client's invitation."""
    require(by, "clients.answer", partnership, Side.PARTNER)
    partnership = lock(partnership)
    move(partnership, "refuse", Side.PARTNER)
    _close(partnership)
    tell("refused", partnership, Side.CLIENT, by=by.person, by_side=Side.PARTNER)
    record(partnership, "partnership.refuse", by)
    return partnership


def check_address(partnership: Partnership, person: User) -> None:
    """Raises NotTheClient unless the request was sent to a verified address of `person` (T2)."""
    if not Partnership.objects.sent_to(person).filter(pk=partnership.pk).exists():
        raise NotTheClient(
            _("This request was sent to another address. Sign in with that one to answer it.")
        )


def answering_for(partnership: Partnership, client: Organisation, person: User) -> Actor:
    """`person` as the legal representative who answers for `client`, or NotTheClient with who
    can (L2)."""
    check_address(partnership, person)
    try:
        actor = as_member(person, client)
        actor.require("partners.authorise")
    except Membership.DoesNotExist:
        raise NotTheClient(
            _("Choose one of your own organisations."), field="organisation"
        ) from None
    except ActForbidden as refusal:
        raise NotTheClient(
            _("Only a legal representative of %(client)s can answer: %(who)s.")
            % {"client": client, "who": ", ".join(refusal.who)},
            field="organisation",
        ) from None
    return actor


def _check_partner(partnership: Partnership, client: Organisation) -> None:
    partner = partnership.partner
    if partner.pk == client.pk:
        raise OwnOrganisation(_("An organisation cannot be its own client."), field="organisation")
    if not partner.approved:
        raise NotApproved(
            _("%(partner)s is not an approved partner at present, so nothing can start now.")
            % {"partner": partner}
        )


def _products_offered(
    partnership: Partnership, client: Organisation, offer: Offer
) -> list[Product]:
    """The products of an invitation that is being accepted. Raises OfferChanged when it can no
    longer be kept: who else manages what is the client's affair, and not told to the partner."""
    try:
        check_end_date(offer.ends_on)
        return check_offer(client, offer, of=partnership)
    except (EndDateWrong, FullAccessTaken, ProductTaken, ProductGone, NothingChosen) as obstacle:
        raise OfferChanged(
            _(
                "%(client)s can no longer give what this invitation offers. "
                "Ask them for a new invitation."
            )
            % {"client": client}
        ) from obstacle


def _start(partnership: Partnership, products: list[Product], *, by: Actor, given_by: User) -> None:
    partnership.started_at = timezone.now()
    partnership.closed_at = None
    partnership.save()
    partnership.refresh_from_db(fields=NAMES)
    if partnership.access == Access.LIMITED:
        keep_offered(partnership, products)
    give(partnership, products, by=given_by)
    partnership.links.filter(replaced_at=None).update(replaced_at=timezone.now())
    take_over(partnership, by=by)


def take_over(partnership: Partnership, *, by: Actor) -> None:
    """Ends the memberships of partner's people who were external users of the client: their
    rights come from the partnership now (L4). Both logs name them."""
    external = list(external_users(client_of(partnership), partnership.partner))
    for membership in external:
        end_membership(membership=membership, by=None)
    if external:
        people = [str(membership.user) for membership in external]
        record(partnership, "partnership.take_over", by, before={"people": people})


def external_users(client: Organisation, partner: Partner) -> QuerySet[Membership]:
    """The partner's people who are external users of the client: a partnership takes over (L4)."""
    return (
        Membership.objects.filter(
            organisation=client,
            role=Role.EXTERNAL_USER,
            user__memberships__organisation_id=partner.pk,
        )
        .select_related("user", "organisation")
        .order_by("pk")
    )


def _close(partnership: Partnership) -> None:
    partnership.save(update_fields=["state", "closed_at"])
    partnership.links.filter(replaced_at=None).update(replaced_at=timezone.now())
