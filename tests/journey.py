"""Short words for the verbs of a partnership, for tests on the named cast."""

from typing import Any

from access.models import Act, OutgoingMail
from access.policy import Actor
from clients import services
from clients.models import Partnership, Product
from clients.rules import Offer, Side
from tests.world import World

GINA = "gina@garage-nord.example"
GARAGE = "garage-nord"
ALPINE = "alpine-web"
RHONE = "rhone-digital"


def limited(world: World, slug: str, *names: str) -> Offer:
    return Offer.limited([world.product(slug, name).pk for name in names])


def ask(world: World, *, email: str = GINA, by: str = "lea", **wanted: Any) -> Partnership:
    """A partner's legal representative asks an address, for full access paid by the client
    unless said otherwise (L1)."""
    partner = {"lea": ALPINE, "remi": RHONE}[by]
    wanted = wanted or {"access": "full", "payment_mode": "client"}
    return services.request_access(email=email, by=world.actor(by, partner), **wanted)


def grant(
    world: World, asked: Partnership, offer: Offer | None = None, *, slug: str = GARAGE
) -> Partnership:
    """Gina answers for Garage Nord with full access, client pays, unless said otherwise."""
    return services.grant_request(
        partnership=asked,
        client=world.organisation(slug),
        offer=offer or Offer.full("client"),
        by=world.person("gina"),
    )


def invite(
    world: World, offer: Offer | None = None, *, partner: str = RHONE, **more: Any
) -> Partnership:
    """Gina invites a partner to Garage Nord with full access, client pays, unless said
    otherwise (L3)."""
    return services.invite_partner(
        partner=world.partner(partner),
        offer=offer or Offer.full("client"),
        by=world.actor("gina", GARAGE),
        **more,
    )


def accept(world: World, invited: Partnership, *, by: str = "remi") -> Partnership:
    partner = {"lea": ALPINE, "remi": RHONE}[by]
    return services.accept_invitation(
        partnership=invited, version=invited.version, by=world.actor(by, partner)
    )


def change(world: World, partnership: Partnership, offer: Offer) -> Partnership:
    """The client's legal representative changes the access (L5)."""
    representative = partnership.client.memberships.get(role="legal_representative").user
    return services.change_access(
        partnership=partnership,
        offer=offer,
        version=partnership.version,
        by=world.actor(representative.email.partition("@")[0], partnership.client.slug),
    )


def end(world: World, partnership: Partnership, *, by: Actor, side: Side) -> Partnership:
    return services.end_partnership(partnership=partnership, side=side, by=by)


def seen(world: World, name: str, slug: str) -> set[str]:
    """The names of the products that the person sees in the organisation."""
    return {product.name for product in Product.objects.visible_to(world.actor(name, slug))}


def all_of(world: World, slug: str) -> set[str]:
    return {product.name for product in world.products(slug)}


def mailed(kind: str) -> set[str]:
    """To whom a mail of the kind was queued."""
    found = OutgoingMail.objects.filter(kind=f"clients.{kind}")
    return set(found.values_list("address", flat=True))


def logged(slug: str) -> list[str]:
    """The acts in an organisation's log, the latest first."""
    return list(Act.objects.filter(organisation__slug=slug).values_list("act", flat=True))
