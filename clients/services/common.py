"""What the verbs of partnerships share: locking, moving, granting, logging and telling."""

from collections.abc import Iterable
from contextlib import nullcontext
from datetime import date, datetime, time
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
    EndDateWrong,
    FullAccessTaken,
    NothingChosen,
    OfferChanged,
    OtherSide,
    ProductGone,
    ProductTaken,
)
from clients.models import OfferedProduct, Partnership, Product
from clients.rules import (
    LONGEST_YEARS,
    Access,
    Offer,
    PartnershipState,
    Side,
    moved,
    notice_at,
    years_later,
)

NAMES = ["client_name", "partner_name"]  # written by the database, so read back after a save
END_DATE = ["ends_at", "ending_notice"]


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
    lapsed = partnership.ends_at is not None and partnership.ends_at <= timezone.now()
    if partnership.state == PartnershipState.ACTIVE and lapsed:
        return _("This partnership has ended: its end date has passed.")
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
        offer = Offer.full(partnership.payment_mode)
    elif partnership.state == PartnershipState.ACTIVE:
        offer = Offer.limited(grants.granted_products(partnership).values_list("pk", flat=True))
    else:
        offer = Offer.limited(partnership.offered_products.values_list("pk", flat=True))
    return offer.until(partnership.ends_on)


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
    """Writes access, payment mode and end date of the offer on the partnership (not yet saved)."""
    partnership.access = offer.access
    partnership.payment_mode = offer.payment_mode
    if offer.ends_on != partnership.ends_on:
        set_end_date(partnership, offer.ends_on)


def set_end_date(partnership: Partnership, ends_on: date | None) -> None:
    """Writes until when the access counts: to the end of that day (L9; not yet saved). Notices
    that would have been due before are passed by: the reader has just been told the date."""
    partnership.ends_at = end_of(ends_on) if ends_on else None
    partnership.ending_notice = notice_at(ends_on, timezone.localdate()) if ends_on else None


def end_of(day: date) -> datetime:
    """The last moment of a day in the portal's time zone."""
    return timezone.make_aware(datetime.combine(day, time.max))


def check_end_date(ends_on: date | None) -> None:
    """Raises EndDateWrong unless it is none, or a day to come within ten years (L9)."""
    if ends_on is None:
        return
    today = timezone.localdate()
    if ends_on <= today:
        raise EndDateWrong(
            _("Choose a day in the future. To stop today, end the partnership instead."),
            field="ends_on",
        )
    if ends_on > years_later(today, LONGEST_YEARS):
        raise EndDateWrong(
            _("Choose a day within the next %(n)d years.") % {"n": LONGEST_YEARS}, field="ends_on"
        )


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
    """Writes the act to the logs of both sides, where they are known (A2). Where somebody sat is
    told to their own side only; a person without a role yet answers for the client."""
    own = by.organisation if isinstance(by, Actor) else partnership.client
    for organisation in (partnership.client, partnership.partner.organisation):
        if organisation is None:
            continue
        with nullcontext() if organisation == own else log.acting_from(None):
            log.write(
                organisation=organisation,
                act=act,
                by=by,
                about=partnership,
                before=before,
                after=after,
            )


def describe(offer: Offer) -> dict[str, Any]:
    """The offer as facts for the log and the mails: access, payment mode, names of products, and
    the end date where there is one."""
    names = Product.objects.filter(pk__in=offer.products).order_by("name", "pk")
    facts = {
        "access": str(offer.access),
        "payment_mode": str(offer.payment_mode),
        "products": list(names.values_list("name", flat=True)),
    }
    return facts | ({"ends_on": offer.ends_on.isoformat()} if offer.ends_on else {})


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
    event: str = "",
    **facts: Any,
) -> None:
    """Queues the mail `clients.<kind>` to one side of the partnership.

    Its people who answer for it get it; a client that is not known yet is the address asked. The
    event key holds the `event` (the kind, unless it may come several times) and the version, so
    the same event twice is one mail.
    """
    organisation = partnership.client if side == Side.CLIENT else partnership.partner.organisation
    if organisation is None:
        recipients = [address_asked(partnership)]
    else:
        recipients = [Recipient.of(user) for user in representatives(organisation)]
    queue_mail(
        kind=f"clients.{kind}",
        key=f"clients.{event or kind}:{partnership.public_id}:{partnership.version}:{side}",
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
