"""The people, organisations and states of the matrix; every tenant's text holds a canary word.

A canary is a word that begins with "zq" and stands in one text only. Whoever reads it has seen
that text.
"""

from collections.abc import Callable
from dataclasses import dataclass, field
from datetime import timedelta
from time import time
from typing import Any

from django.test import Client
from django.utils import timezone

from access import grants
from access.models import (
    MemberInvitation,
    Membership,
    Organisation,
    SupportAccess,
    User,
)
from access.policy import as_member
from access.services import add_member, create_organisation, invite_member
from access.services.support import open_access
from access.web.middleware import SEEN
from clients import services
from clients.models import Partnership, Product
from clients.rules import Offer, Side
from partners import services as programme
from partners.models import Partner
from tests.world import World

CLIENT, PARTNER, OWNED, RIVAL, FOREIGN = "zqcslug", "zqpslug", "zqoslug", "zqrslug", "zqfslug"
SECOND = "zqsslug"  # another partner of the client, with limited access to one product
VIP_CODE, VIP_CANARY = "zqcv22222222", "zqcv"  # shown in groups of four


@dataclass(frozen=True)
class Situation:
    """A state of the partnership between the client and the partner, in facts."""

    opened_by: str = ""  # "client", "partner", or there is none
    client_known: bool = False
    waits: bool = False
    live: str = ""  # "full", "limited", or no access now
    granted: frozenset[str] = frozenset()  # products, while live and limited
    offered: frozenset[str] = frozenset()  # products in an invitation
    left_behind: frozenset[str] = frozenset()  # products on the exit sheet


BY_CLIENT = Situation(opened_by="client", client_known=True)
FULL = Situation(opened_by="partner", client_known=True, live="full")
ONE, TWO = frozenset({"one"}), frozenset({"two"})

STATES: dict[str, Situation] = {
    "none": Situation(),
    "requested": Situation(opened_by="partner", waits=True),
    "invited limited": Situation("client", client_known=True, waits=True, offered=ONE),
    "invited full": Situation("client", client_known=True, waits=True),
    "refused": BY_CLIENT,
    "withdrawn": BY_CLIENT,
    "expired": BY_CLIENT,
    "active limited with the product": Situation("partner", True, live="limited", granted=ONE),
    "active limited without it": Situation("partner", True, live="limited", granted=TWO),
    "active full, client pays": FULL,
    "active full, partner pays": FULL,
    "end date passed": Situation(opened_by="partner", client_known=True),
    "ended": Situation(opened_by="partner", client_known=True, left_behind=ONE | TWO),
    "partner suspended": FULL,
}

# Persona: the role in which organisation; nobody anywhere without.
PEOPLE: dict[str, tuple[str, str] | None] = {
    "newcomer": None,
    "invited": None,  # asked to join the client's organisation
    "client boss": (CLIENT, "legal_representative"),
    "client admin": (CLIENT, "administrator"),
    "client collaborator": (CLIENT, "collaborator"),
    "client external": (CLIENT, "external_user"),
    "partner boss": (PARTNER, "legal_representative"),
    "partner admin": (PARTNER, "administrator"),
    "partner collaborator": (PARTNER, "collaborator"),
    "partner collaborator without": (PARTNER, "collaborator"),
    "owned boss": (OWNED, "legal_representative"),  # another client of the partner
    "second boss": (SECOND, "legal_representative"),
    "rival boss": (RIVAL, "legal_representative"),  # another partner
    "foreign boss": (FOREIGN, "legal_representative"),  # the other partner's client
}
# One of the vendor's staff: let in by both organisations to look, to change settings, or by none.
SUPPORT = {"support reading": "support_read", "support writing": "support_write"}
PERSONAS = ("anonymous", *PEOPLE, *SUPPORT, "staff")


def word(persona: str, what: str = "") -> str:
    return "zq" + persona.replace(" ", "") + what


def keys_of(slug: str) -> tuple[str, ...]:
    """The keys of an organisation's products; the client has three."""
    return ("one", "two", "three") if slug == CLIENT else (slug.removeprefix("zq"),)


def texts_of_product(key: str) -> set[str]:
    return {f"zqproduct{key}", f"zqnotes{key}", f"zqtech{key}"}


def texts_of_organisation(slug: str) -> set[str]:
    return {slug, slug.replace("slug", "name")}


def data_of(slug: str) -> set[str]:
    """What only its own people, and support, read of an organisation."""
    return {slug.replace("slug", "street")}


def inside(slug: str, what: str) -> str:
    """A canary of one organisation: the address it invited, or why it let support in."""
    return slug.replace("slug", what)


SLUGS = (CLIENT, PARTNER, OWNED, SECOND, RIVAL, FOREIGN)
EVERY_CANARY = (
    {"zqmessage", "zqsmessage", VIP_CANARY}
    | {inside(slug, "reason") for slug in (CLIENT, PARTNER)}
    | {inside(PARTNER, "asked")}
    | {text for slug in SLUGS for text in data_of(slug)}
    | {word(persona, what) for persona in PEOPLE for what in ("", "mail")}
    | {text for slug in SLUGS for text in texts_of_organisation(slug)}
    | {text for slug in SLUGS for key in keys_of(slug) for text in texts_of_product(key)}
)


@dataclass
class Cast:
    """Everybody and everything of one state."""

    people: dict[str, User] = field(default_factory=dict)
    organisations: dict[str, Organisation] = field(default_factory=dict)
    products: dict[str, Product] = field(default_factory=dict)
    partnership: Partnership | None = None
    foreign_partnership: Partnership | None = None
    members: dict[tuple[str, str], Membership] = field(default_factory=dict)
    invitations: dict[str, MemberInvitation] = field(default_factory=dict)
    accesses: dict[str, SupportAccess] = field(default_factory=dict)
    money: dict[tuple[str, str], str] = field(default_factory=dict)  # by thing and key

    def browser(self, persona: str) -> Client:
        """As this persona; support is let in as far as it needs, and else to look."""
        self.let_in(persona)
        client = Client()
        client.cookies["django_language"] = "en"
        if persona != "anonymous":
            client.force_login(self.people[persona])
            session = client.session
            session[SEEN] = int(time())  # the first page notes no more than the next ones
            session.save()
        return client

    def let_in(self, persona: str) -> None:
        closed = timezone.now() if persona == "staff" else None
        SupportAccess.objects.filter(pk__in=[one.pk for one in self.accesses.values()]).update(
            may_write=persona == "support writing", closed_at=closed
        )

    def actor(self, persona: str) -> Any:
        person, place = self.people[persona], PEOPLE[persona]
        assert place is not None
        return as_member(person, self.organisations[place[0]])


def build(world: World, state: str) -> Cast:
    """The cast with its partnership in `state`, made through the services."""
    cast = Cast()
    for persona in PEOPLE:
        address = f"{word(persona, 'mail')}@x.example"
        cast.people[persona] = world.add_person(address, name=word(persona).title())
    for persona in (*SUPPORT, "staff"):
        cast.people[persona] = world.person("staff")
    for slug in SLUGS:
        _organisation(world, cast, slug)
    for slug in (PARTNER, SECOND, RIVAL):
        partner = Partner.objects.create(organisation=cast.organisations[slug])
        programme.approve(partner=partner, by=None, listed=True)
        cast.organisations[slug].refresh_from_db()
    _full_access(cast, "owned boss", "partner boss")
    cast.foreign_partnership = _full_access(cast, "foreign boss", "rival boss")
    _second_partner(cast)
    _inside(cast, CLIENT, "client boss", cast.people["invited"].email)
    _inside(cast, PARTNER, "partner boss", f"{inside(PARTNER, 'asked')}@x.example")
    grants.assign_products(
        as_member(cast.people["client collaborator"], cast.organisations[CLIENT]).membership,
        [cast.products["one"]],
        by=None,
    )
    cast.partnership = MAKERS[state](cast)
    # An assignment opens nothing by itself, so it is there in every state.
    membership = as_member(cast.people["partner collaborator"], cast.organisations[PARTNER])
    if state != "ended":
        grants.assign_clients(membership.membership, [cast.organisations[CLIENT]], by=None)
    Partner.objects.filter(organisation__slug__in=(PARTNER, SECOND, RIVAL)).update(listed=False)
    return cast


def _organisation(world: World, cast: Cast, slug: str) -> None:
    members = [(who, place[1]) for who, place in PEOPLE.items() if place and place[0] == slug]
    boss = next(who for who, role in members if role == "legal_representative")
    organisation = create_organisation(
        name=slug.replace("slug", "name").title(), slug=slug, country="CH", by=cast.people[boss]
    )
    cast.organisations[slug] = organisation
    for who, role in members:
        if who != boss:
            add_member(organisation=organisation, user=cast.people[who], role=role, by=None)
    for key in keys_of(slug):
        product = services.install_product(
            organisation=organisation,
            product_type=world.product_type("web-hosting"),
            name=f"Zqproduct{key}",
            by=None,
        )
        Product.objects.filter(pk=product.pk).update(
            notes=f"zqnotes{key}", technical_contact=f"zqtech{key}@x.example"
        )
        cast.products[key] = product
    Organisation.objects.filter(pk=organisation.pk).update(
        street=inside(slug, "street"),
        premium_support=slug == CLIENT,
        vip_code=VIP_CODE if slug == CLIENT else "",
    )


def _inside(cast: Cast, slug: str, boss: str, asked: str) -> None:
    """What an organisation keeps to itself: an invitation, and an access of support."""
    for key, persona in (("boss", boss), ("plain", boss.replace("boss", "collaborator"))):
        cast.members[slug, key] = cast.actor(persona).membership
    cast.invitations[slug] = invite_member(
        email=asked, role="collaborator", accounting=False, by=cast.actor(boss)
    )
    cast.accesses[slug] = open_access(
        by=cast.actor(boss), hours=24, reason=inside(slug, "reason").title()
    )


def _second_partner(cast: Cast) -> None:
    """Whatever the state, the client has another partner: what it holds is nobody else's matter."""
    invited = services.invite_partner(
        partner=Partner.objects.get(pk=cast.organisations[SECOND].pk),
        offer=_limited(cast, "three"),
        by=cast.actor("client boss"),
        message="zqsmessage",
    )
    services.accept_invitation(
        partnership=invited, version=invited.version, by=cast.actor("second boss")
    )


def _full_access(cast: Cast, client_boss: str, partner_boss: str) -> Partnership:
    partner = Partner.objects.get(pk=cast.actor(partner_boss).organisation.pk)
    invited = services.invite_partner(
        partner=partner, offer=Offer.full("client"), by=cast.actor(client_boss)
    )
    return services.accept_invitation(
        partnership=invited, version=invited.version, by=cast.actor(partner_boss)
    )


# ---- The ways into each state --------------------------------------------------------------


def _request(cast: Cast) -> Partnership:
    return services.request_access(
        email=cast.people["client boss"].email,
        access="full",
        payment_mode="client",
        by=cast.actor("partner boss"),
        message="zqmessage",
    )


def _invite(cast: Cast, offer: Offer | None = None) -> Partnership:
    return services.invite_partner(
        partner=Partner.objects.get(pk=cast.organisations[PARTNER].pk),
        offer=offer or Offer.full("client"),
        by=cast.actor("client boss"),
        message="zqmessage",
    )


def _limited(cast: Cast, key: str) -> Offer:
    return Offer.limited([cast.products[key].pk])


def _active(cast: Cast, offer: Offer | None = None) -> Partnership:
    return services.grant_request(
        partnership=_request(cast),
        client=cast.organisations[CLIENT],
        offer=offer or Offer.full("client"),
        by=cast.people["client boss"],
    )


def _refused(cast: Cast) -> Partnership:
    return services.refuse_invitation(partnership=_invite(cast), by=cast.actor("partner boss"))


def _withdrawn(cast: Cast) -> Partnership:
    return services.withdraw(partnership=_invite(cast), by=cast.actor("client boss"))


def _past(partnership: Partnership, field_name: str) -> Partnership:
    """Its time has passed, and no job came by."""
    setattr(partnership, field_name, timezone.now() - timedelta(days=1))
    partnership.save(update_fields=[field_name])
    return partnership


def _ended(cast: Cast) -> Partnership:
    return services.end_partnership(
        partnership=_active(cast), side=Side.CLIENT, by=cast.actor("client boss")
    )


def _suspended(cast: Cast) -> Partnership:
    partnership = _active(cast)
    programme.suspend(partner=partnership.partner, by=None)
    return partnership


MAKERS: dict[str, Callable[[Cast], Partnership | None]] = {
    "none": lambda cast: None,
    "requested": _request,
    "invited limited": lambda cast: _invite(cast, _limited(cast, "one")),
    "invited full": _invite,
    "refused": _refused,
    "withdrawn": _withdrawn,
    "expired": lambda cast: _past(_invite(cast), "expires_at"),
    "active limited with the product": lambda cast: _active(cast, _limited(cast, "one")),
    "active limited without it": lambda cast: _active(cast, _limited(cast, "two")),
    "active full, client pays": _active,
    "active full, partner pays": lambda cast: _active(cast, Offer.full("partner")),
    "end date passed": lambda cast: _past(_active(cast), "ends_at"),
    "ended": _ended,
    "partner suspended": _suspended,
}
