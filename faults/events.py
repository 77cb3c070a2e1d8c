"""What happens between a client and a partner, through the portal's own services.

Each event says which mails it must lead to, as pairs of the event's key and an address, worked out
from what was done and who the people are, never by looking into the outbox; and which earlier
mails it makes untrue: those may only have left before it.
"""

from __future__ import annotations

import random
from collections.abc import Callable
from dataclasses import dataclass, field
from datetime import timedelta
from typing import Any

from django.utils import timezone

from access.models import Act, MemberInvitation, Membership, Organisation, SupportAccess, User
from access.policy import Actor, as_member
from access.services import invitations, people, support
from billing.renewals.announcing import end_at_term
from clients import services as clients
from clients.models import Category, Partnership, Product, ProductType
from clients.rules import Access, Offer, PaymentMode, Side
from faults.world import Pair, address
from partners.models import Partner
from tenders.rules import LinkPurpose
from tenders.services import submitting

Key = tuple[str, str]


@dataclass
class Made:
    """What an event must lead to, and what it makes untrue."""

    mails: list[Key] = field(default_factory=list)
    untrue: list[str] = field(default_factory=list)

    def tell(self, key: str, *to: str) -> None:
        self.mails += [(key, one.lower()) for one in to]


@dataclass
class Scene:
    """One pair, as it stands now, and the event's own number and chance."""

    pair: Pair
    number: str
    chance: random.Random
    wishes: list[str]

    def __post_init__(self) -> None:
        self.client = Organisation.objects.get(slug=self.pair.client.slug)
        self.partner = Organisation.objects.get(slug=self.pair.partner.slug)
        alive = Partnership.objects.alive().select_related("partner__organisation", "client")
        self.partnership = (
            alive.filter(partner=self.partner.pk, client=self.client).first()
            or alive.filter(partner=self.partner.pk, asked_email=self.pair.client.legal).first()
        )

    def actor(self, mail: str, organisation: Organisation) -> Actor:
        return as_member(User.objects.get(email=mail), organisation)

    @property
    def by_client(self) -> Actor:
        return self.actor(self.pair.client.legal, self.client)

    @property
    def by_partner(self) -> Actor:
        return self.actor(self.pair.partner.legal, self.partner)

    @property
    def found(self) -> Partnership:
        assert self.partnership is not None  # noqa: S101 - `possible` looked
        return self.partnership

    def stranger(self) -> str:
        """An address that nobody has had before."""
        return address(f"stranger.{self.number}", self.chance)


def possible(scene: Scene) -> list[tuple[Callable[[Scene], Made], int]]:
    """The events that can happen now, each with its weight."""
    always = [(member_invited, 5), (member_taken_back, 2), (role_changed, 4), (support_turned, 3)]
    always += [(stranger_asked, 4), (taken_back_at_once, 2), (term_over, 2)]
    found = scene.partnership
    if found is None:
        return [*always, (asked, 12), (invited, 12)]
    if found.is_waiting:
        return [*always, (accepted, 10), (refused, 4), (withdrawn, 6), (sent_again, 4)]
    return [*always, (access_changed, 14), (ended, 6)]


def happen(scene: Scene) -> Made:
    """One of the events that can happen now."""
    verbs = possible(scene)
    [verb] = scene.chance.choices([verb for verb, _ in verbs], [weight for _, weight in verbs])
    return verb(scene)


# ---- Opening and answering -----------------------------------------------------------------------


def _links(partnership: Partnership) -> list[str]:
    """The keys of the mails whose links work now."""
    kind = "requested" if partnership.opened_by == Side.PARTNER else "invited"
    links = partnership.links.filter(replaced_at=None)
    return [f"clients.{kind}:{link.public_id}" for link in links]


def _key(kind: str, partnership: Partnership, side: Side) -> str:
    return f"clients.{kind}:{partnership.public_id}:{partnership.version}:{side}"


def _request(scene: Scene, mail: str) -> Partnership:
    return clients.request_access(
        email=mail,
        access=Access.LIMITED,
        categories=Category.objects.all(),
        by=scene.by_partner,
        another_organisation=True,
    )


def asked(scene: Scene) -> Made:
    made = Made()
    [key] = _links(_request(scene, scene.pair.client.legal))
    made.tell(key, scene.pair.client.legal)
    return made


def stranger_asked(scene: Scene) -> Made:
    made, mail = Made(), scene.stranger()
    [key] = _links(_request(scene, mail))
    made.tell(key, mail)
    return made


def invited(scene: Scene) -> Made:
    made = Made()
    found = clients.invite_partner(
        partner=Partner.objects.get(pk=scene.partner.pk), offer=_offer(scene), by=scene.by_client
    )
    [key] = _links(found)
    made.tell(key, scene.pair.partner.legal)
    return made


def sent_again(scene: Scene) -> Made:
    found = scene.found
    made = Made(untrue=_links(found))
    by_partner = found.opened_by == Side.PARTNER
    clients.resend(partnership=found, by=scene.by_partner if by_partner else scene.by_client)
    [key] = _links(found)
    made.tell(key, scene.pair.client.legal if by_partner else scene.pair.partner.legal)
    return made


def withdrawn(scene: Scene) -> Made:
    return _take_back(scene, scene.found, scene.pair.client.legal)


def taken_back_at_once(scene: Scene) -> Made:
    """A request that is withdrawn in the same breath: its mail must never leave."""
    mail = scene.stranger()
    found = _request(scene, mail)
    [key] = _links(found)
    made = _take_back(scene, found, mail)
    made.tell(key, mail)
    return made


def _take_back(scene: Scene, found: Partnership, mail: str) -> Made:
    made, by_partner = Made(untrue=_links(found)), found.opened_by == Side.PARTNER
    by = scene.by_partner if by_partner else scene.by_client
    found = clients.withdraw(partnership=found, by=by)
    if by_partner:
        made.tell(_key("withdrawn", found, Side.CLIENT), mail)
    else:
        made.tell(_key("withdrawn", found, Side.PARTNER), *scene.pair.partner.representatives)
    return made


def accepted(scene: Scene) -> Made:
    found, pair = scene.found, scene.pair
    made = Made(untrue=_links(found))
    if found.opened_by == Side.PARTNER:
        by = User.objects.get(email=pair.client.legal)
        found = clients.grant_request(
            partnership=found, client=scene.client, offer=_offer(scene), by=by
        )
        made.tell(_key("accepted", found, Side.PARTNER), *pair.partner.representatives)
    else:
        found = clients.accept_invitation(
            partnership=found, version=found.version, by=scene.by_partner
        )
        made.tell(_key("accepted", found, Side.CLIENT), *pair.client.representatives)
    return made


def refused(scene: Scene) -> Made:
    found, pair = scene.found, scene.pair
    made = Made(untrue=_links(found))
    if found.opened_by == Side.PARTNER:
        by = User.objects.get(email=pair.client.legal)
        found = clients.refuse_request(partnership=found, by=by)
        made.tell(_key("refused", found, Side.PARTNER), *pair.partner.representatives)
    else:
        found = clients.refuse_invitation(partnership=found, by=scene.by_partner)
        made.tell(_key("refused", found, Side.CLIENT), *pair.client.representatives)
    return made


# ---- While it lasts, and the end -----------------------------------------------------------------


def _offer(scene: Scene) -> Offer:
    products = list(
        Product.objects.filter(organisation=scene.client)
        .order_by("pk")
        .values_list("pk", flat=True)
    )[:3]
    if scene.chance.random() < 0.4:
        return Offer.full(scene.chance.choice(list(PaymentMode)))
    return Offer.limited(scene.chance.sample(products, scene.chance.randint(1, len(products))))


def access_changed(scene: Scene) -> Made:
    made, found = Made(), scene.found
    before = clients.offer_of(found)
    offer = _offer(scene)
    while offer == before:
        offer = _offer(scene)
    found = clients.change_access(
        partnership=found, offer=offer, version=found.version, by=scene.by_client
    )
    only_payer = before.access == offer.access == Access.FULL
    kind = "payment_mode_changed" if only_payer else "access_changed"
    made.tell(_key(kind, found, Side.PARTNER), *scene.pair.partner.representatives)
    return made


def ended(scene: Scene) -> Made:
    made, pair = Made(), scene.pair
    side = scene.chance.choice(list(Side))
    by = scene.by_client if side == Side.CLIENT else scene.by_partner
    found = clients.end_partnership(partnership=scene.found, side=side, by=by)
    made.tell(_key("ended", found, Side.CLIENT), *pair.client.representatives)
    made.tell(_key("ended", found, Side.PARTNER), *pair.partner.representatives)
    return made


def term_over(scene: Scene) -> Made:
    """A product that is not renewed reaches its term."""
    made, today = Made(), timezone.localdate()
    product = Product.objects.create(
        organisation=scene.client,
        product_type=ProductType.objects.get(slug="hosting"),
        name=f"Short {scene.number}",
        state="active",
        period="yearly",
        started_on=today - timedelta(days=365),
        renews_on=today,
        auto_renewal=False,
    )
    end_at_term(today)
    made.tell(
        f"billing.products_ended:{product.public_id}:{today}", *scene.pair.client.representatives
    )
    return made


# ---- People and support --------------------------------------------------------------------------


def member_invited(scene: Scene) -> Made:
    made, mail = Made(), scene.stranger()
    invitation = invitations.invite_member(
        email=mail, role="collaborator", accounting=False, by=scene.by_client
    )
    made.tell(f"access.member_invited:{invitation.link_id}", mail)
    return made


def member_taken_back(scene: Scene) -> Made:
    """The newest invitation that waits, or one made in the same breath."""
    waiting = MemberInvitation.objects.filter(organisation=scene.client, state="waiting")
    invitation, made = waiting.order_by("-pk").first(), Made()
    if invitation is None:
        made = member_invited(scene)
        invitation = waiting.get()
    invitations.withdraw_invitation(invitation=invitation, by=scene.by_client)
    made.untrue.append(f"access.member_invited:{invitation.link_id}")
    made.tell(f"access.invitation_withdrawn:{invitation.link_id}", invitation.email)
    return made


def role_changed(scene: Scene) -> Made:
    made, helper = Made(), scene.pair.client.collaborator
    member = Membership.objects.get(organisation=scene.client, user__email=helper)
    people.change_member(
        membership=member, role=member.role, accounting=not member.accounting, by=scene.by_client
    )
    line = Act.objects.filter(organisation=scene.client, act="people.change").order_by("-pk")[0]
    made.tell(f"access.role_changed:{line.pk}", helper)
    return made


def support_turned(scene: Scene) -> Made:
    """Support is let in, or shut out again."""
    made, by = Made(), scene.by_client
    access = SupportAccess.objects.filter(organisation=scene.client, closed_at=None).first()
    if access is None:
        access = support.open_access(by=by, hours=24, reason="A run of faults")
        event = "opened"
    else:
        made.untrue.append(_support("opened", access))
        access = support.close_access(access=access, by=by)
        event = "closed"
    made.tell(_support(event, access), *scene.pair.client.representatives)
    return made


def _support(event: str, access: Any) -> str:
    return f"access.support_{event}:{access.public_id}:{access.until.isoformat()}"


# ---- Tenders -------------------------------------------------------------------------------------


def tender_published(scene: Scene) -> Made:
    """A tender that fifty partners hear of, as soon as the job for it has run."""
    made, mail = Made(), scene.stranger()
    tender = submitting.submit(
        categories=Category.objects.all(),
        contact_email=mail,
        title=f"Tender {scene.number}",
        need="A shop.",
        currency="CHF",
        country="CH",
        language="en",
        contact_name="Anna Muster",
    )
    submitting.confirm(link=tender.links.get(purpose=LinkPurpose.CONFIRM))
    made.tell(f"tender.confirm:{tender.pk}", mail)
    made.untrue.append(f"tender.confirm:{tender.pk}")
    made.tell(f"tender.published:{tender.pk}", mail)
    partners = dict(
        Partner.objects.filter(contact_email__in=scene.wishes).values_list("contact_email", "pk")
    )
    for wish in scene.wishes:
        made.tell(f"tender:{tender.public_id}:{partners[wish]}", wish)
    return made
