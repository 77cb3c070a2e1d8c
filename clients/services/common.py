"""What the verbs of partnerships share: locking, moving, granting, logging and telling."""

from collections.abc import Iterable
from typing import Any

from django.conf import settings
from django.utils import timezone
from django.utils.translation import gettext as _

from access import grants, log
from access.mail import Recipient, queue_mail
from access.models import Membership, Organisation, User
from access.policy import REPRESENTING, Actor
from clients.errors import (
    AlreadyDecided,
    FullAccessTaken,
    NothingChosen,
    OfferChanged,
    OtherSide,
    ProductGone,
    ProductTaken,
)
from clients.models import OfferedProduct, Partnership, Product
from clients.rules import Access, Offer, PartnershipState, Side, moved

NAMES = ["client_name", "partner_name"]  # written by the database, so read back after a save


def lock_client(client: Organisation) -> Organisation:
    """Makes all who change partnerships of `client` wait for each other.

    Locks are taken in one order everywhere: the client, then the partnership.
    """
    return Organisation.objects.select_for_update(no_key=True).get(pk=client.pk)


def lock(partnership: Partnership, *, client: Organisation | None = None) -> Partnership:
    """The partnership as it is now, locked after its client (or the one who answers for it)."""
    if client is not None:
        lock_client(client)
    elif partnership.client is not None:
        lock_client(partnership.client)
    return (
        Partnership.objects.select_for_update(of=("self",))
        .select_related("client", "partner__organisation")
        .get(pk=partnership.pk)
    )


def client_of(partnership: Partnership) -> Organisation:
    """The client, of a partnership whose client is known: any but a request and its ends."""
    if partnership.client is None:
        raise LookupError("this request has not been answered for any organisation yet")
    return partnership.client


def move(partnership: Partnership, verb: str, side: Side | None) -> None:
    """Sets the state after `verb`, or raises AlreadyDecided, which tells the outcome (L10)."""
    overdue = partnership.is_waiting and partnership.expires_at <= timezone.now()
    after = None if overdue and side is not None else moved(partnership.state, verb, side)
    if after is None:
        raise AlreadyDecided(outcome(partnership))
    partnership.state = after
    if after not in (PartnershipState.ACTIVE,):
        partnership.closed_at = timezone.now()


def outcome(partnership: Partnership) -> str:
    """What became of the partnership, as a sentence for somebody who came too late."""
    if partnership.is_waiting and partnership.expires_at <= timezone.now():
        return _("Nobody answered in time: this is no longer open. Ask to have it sent again.")
    if partnership.ends_at is not None and partnership.ends_at <= timezone.now():
        return _("This partnership has ended.")
    sentences = {
        PartnershipState.REQUESTED: _("This request still waits for an answer."),
        PartnershipState.INVITED: _("This invitation still waits for an answer."),
        PartnershipState.ACTIVE: _("This was already accepted: the partnership is active."),
        PartnershipState.REFUSED: _("This was already refused."),
        PartnershipState.WITHDRAWN: _("This was withdrawn meanwhile by the side that sent it."),
        PartnershipState.EXPIRED: _("Nobody answered in time: this is no longer open."),
        PartnershipState.ENDED: _("This partnership has ended."),
    }
    return sentences[PartnershipState(partnership.state)]


def require(by: Actor, act: str, partnership: Partnership, side: Side) -> None:
    """Raises OtherSide unless `by` is a member of the partnership's `side`, and what
    `Actor.require` raises unless the table allows them `act` there (O4)."""
    owner = client_of(partnership) if side == Side.CLIENT else partnership.partner.organisation
    if by.acts_for != by.organisation or by.organisation != owner:
        raise OtherSide(_("This is up to %(organisation)s.") % {"organisation": owner})
    by.require(act)


def check_version(partnership: Partnership, version: int) -> None:
    """Raises OfferChanged when the reader decided on an older offer (threat T6)."""
    if partnership.version != version:
        raise OfferChanged(
            _("This was changed while you were looking at it. Please read it again, then decide.")
        )


def offer_of(partnership: Partnership) -> Offer:
    """What the client offers (while invited) or gives (while active)."""
    if partnership.access == Access.FULL:
        return Offer.full(partnership.payment_mode)
    if partnership.state == PartnershipState.ACTIVE:
        return Offer.limited(grants.granted_products(partnership).values_list("pk", flat=True))
    return Offer.limited(partnership.offered_products.values_list("pk", flat=True))


def check_offer(client: Organisation, offer: Offer, *, of: Partnership | None) -> list[Product]:
    """The products of the offer, after looking whether it can be given (L7).

    `of` is the partnership that the offer is for, which cannot stand in its own way. The client
    must be locked. Raises NothingChosen, ProductGone, ProductTaken or FullAccessTaken.
    """
    if offer.access == Access.FULL:
        holder = grants.full_access_holder(client)
        if holder is not None and holder != of:
            raise FullAccessTaken(
                _(
                    "%(partner)s already has full access, and only one partner can have it. "
                    "Change its access to limited, or end that partnership first."
                )
                % {"partner": holder.partner_name},
                field="access",
            )
        return []
    products = list(Product.objects.filter(organisation=client, pk__in=offer.products))
    if not offer.products:
        raise NothingChosen(_("Choose at least one product."), field="products")
    if len(products) != len(offer.products):
        raise ProductGone(
            _("One of the products has left the organisation meanwhile. Please choose again."),
            field="products",
        )
    for product_id, holder in grants.holders(products).items():
        if holder != of:
            name = next(product.name for product in products if product.pk == product_id)
            raise ProductTaken(
                _(
                    "%(product)s is already managed by %(partner)s, and only one partner can "
                    "manage a product. Take it back there first."
                )
                % {"product": name, "partner": holder.partner_name},
                field="products",
            )
    return products


def set_offer(partnership: Partnership, offer: Offer) -> None:
    """Writes the access and payment mode of the offer on the partnership (not yet saved)."""
    partnership.access = offer.access
    partnership.payment_mode = offer.payment_mode


def keep_offered(partnership: Partnership, products: Iterable[Product]) -> None:
    """Keeps which products a limited offer holds, until it is answered."""
    OfferedProduct.objects.filter(partnership=partnership).delete()
    OfferedProduct.objects.bulk_create(
        OfferedProduct(partnership=partnership, product=product) for product in products
    )


def give(partnership: Partnership, products: Iterable[Product], *, by: User) -> None:
    """Turns what was agreed into grants: the whole organisation, or `products` (A1)."""
    if partnership.access == Access.FULL:
        grants.grant_organisation(partnership, by=by)
    else:
        grants.grant_products(partnership, products, by=by)


def record(
    partnership: Partnership,
    act: str,
    by: "Actor | User | None",
    before: Any = None,
    after: Any = None,
) -> None:
    """Writes the act to the logs of both sides, where they are known (A2)."""
    for organisation in (partnership.client, partnership.partner.organisation):
        if organisation is not None:
            log.write(
                organisation=organisation,
                act=act,
                by=by,
                about=partnership,
                before=before,
                after=after,
            )


def describe(offer: Offer) -> dict[str, Any]:
    """The offer as facts for the log and the mails: access, payment mode, names of products."""
    names = Product.objects.filter(pk__in=offer.products).order_by("name", "pk")
    return {
        "access": str(offer.access),
        "payment_mode": str(offer.payment_mode),
        "products": list(names.values_list("name", flat=True)),
    }


def asked(partnership: Partnership) -> dict[str, Any]:
    """What the partner asked for, as facts for the mails (L1)."""
    return {
        "access": partnership.asked_access or None,
        "payment_mode": partnership.asked_payment_mode or None,
        "categories": list(partnership.asked_categories.values_list("slug", flat=True)),
    }


def representatives(organisation: Organisation, *roles: str) -> list[User]:
    """The people who answer for an organisation: legal representatives and administrators, or
    those with one of `roles`."""
    members = Membership.objects.filter(
        organisation=organisation, role__in=roles or REPRESENTING, user__is_active=True
    )
    return [member.user for member in members.select_related("user").order_by("pk")]


def tell(
    kind: str,
    partnership: Partnership,
    side: Side,
    *,
    by: User | None,
    by_side: Side | None,
    **facts: Any,
) -> None:
    """Queues the mail `clients.<kind>` to one side of the partnership.

    Its people who answer for it get it; a client that is not known yet is the address asked. The
    event key holds the version, so the same event twice is one mail.
    """
    organisation = partnership.client if side == Side.CLIENT else partnership.partner.organisation
    if organisation is None:
        recipients = [address_asked(partnership)]
    else:
        recipients = [Recipient.of(user) for user in representatives(organisation)]
    queue_mail(
        kind=f"clients.{kind}",
        key=f"clients.{kind}:{partnership.public_id}:{partnership.version}:{side}",
        to=recipients,
        context=mail_context(partnership, side, by=by, by_side=by_side) | facts,
    )


def mail_context(
    partnership: Partnership, side: Side, *, by: User | None, by_side: Side | None
) -> dict[str, Any]:
    """The facts that every mail about a partnership holds."""
    reader = partnership.client if side == Side.CLIENT else partnership.partner.organisation
    return {
        "partnership": partnership.public_id,
        "client": partnership.client.name if partnership.client else "",
        "partner": partnership.partner.organisation.name,
        "by": str(by) if by else "",
        "by_side": str(by_side) if by_side else "",
        "reader": str(side),
        "reader_slug": reader.slug if reader else "",
    }


def address_asked(partnership: Partnership) -> Recipient:
    """The address a request went to, in its owner's language if the portal knows them."""
    user = User.objects.filter(email=partnership.asked_email).first()
    if user is not None:
        return Recipient.of(user)
    asker = partnership.created_by
    return Recipient(
        address=partnership.asked_email,
        name="",
        language=asker.language if asker else settings.LANGUAGE_CODE,
    )
