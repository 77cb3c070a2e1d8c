"""Short words for ordering, for tests on the named cast and their prices."""

from typing import Any

from django.utils import timezone

from access.policy import Actor
from billing.models import Order
from billing.services.approving import approve_order
from billing.services.ordering import new_key, place_order
from billing.services.quoting import Quote, Wish, quote
from clients.models import Partnership
from tests.world import World

ALPINE, RHONE = "alpine-web", "rhone-digital"
BAKERY, CLINIC, GARAGE = "boulangerie-du-lac", "clinique-belmont", "garage-nord"
HOTEL, VIGNE = "hotel-bellevue", "atelier-vigne"


def hostings(world: World, number: int = 35, **more: Any) -> Wish:
    """So many web hostings a month (M1)."""
    return Wish(world.product_type("web-hosting"), number, "monthly", **more)


def quoted(by: Actor, *wishes: Wish) -> Quote:
    return quote(by=by, wishes=wishes)


def order(by: Actor, *wishes: Wish, method: str = "transfer", key: str = "") -> Order:
    """Quotes and places, as a person does who reads and presses the button."""
    now = quoted(by, *wishes)
    return place_order(
        by=by,
        wishes=wishes,
        method=method,
        key=key or new_key(),
        version=now.version,
        digest=now.digest,
    )


def approve(world: World, waiting: Order, *, by: str = "lea", method: str = "transfer") -> Order:
    slug = {"lea": ALPINE, "adam": ALPINE, "remi": RHONE}[by]
    return approve_order(order=waiting, method=method, by=world.actor(by, slug))


def confirmed(partnership: Partnership, *, yes: bool = True) -> Partnership:
    """Whether the partner has said that it pays."""
    partnership.payment_confirmed_at = timezone.now() if yes else None
    partnership.save(update_fields=["payment_confirmed_at"])
    return partnership
