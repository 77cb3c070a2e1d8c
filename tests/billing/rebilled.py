"""Short words for rebilling, on the named cast: Alpine Web bills Hôtel Bellevue."""

from datetime import date, timedelta
from decimal import Decimal
from typing import Any

import pgtrigger
from django.test import Client
from django.urls import reverse
from django.utils import timezone

from access.policy import Actor
from billing.models import Order, Rebill, RebillSender
from billing.services import rebilling
from tests.billing.making import make_order
from tests.world import World

ALPINE, HOTEL, RHONE, VIGNE = "alpine-web", "hotel-bellevue", "rhone-digital", "atelier-vigne"
IBAN = "CH9300762011623852957"
QR_IBAN = "CH4431999123000889012"


def day(days: int = 0) -> date:
    return timezone.localdate() + timedelta(days=days)


def lea(world: World) -> Actor:
    return world.actor("lea", ALPINE)


def sender(
    world: World, *, by: Actor | None = None, next_sequence: int = 0, **more: Any
) -> RebillSender:
    """The sender, as the organisation's data suggest it, paid to a real IBAN."""
    actor = by or lea(world)
    suggested = rebilling.new_sender(actor)
    values = {name: getattr(suggested, name) for name in rebilling.settings.FIELDS}
    values |= {"iban": IBAN, "prefix": "AW", "vat_percent": Decimal("8.1")} | more
    return rebilling.save_sender(
        values=values, next_sequence=next_sequence or rebilling.number_to_come(actor), by=actor
    )


def ordered(world: World, quantity: int = 35, *, slug: str = HOTEL, **more: Any) -> Order:
    """Web hostings at a client, paid by its partner."""
    partner = world.partner({HOTEL: ALPINE, VIGNE: RHONE}.get(slug, ALPINE))
    return make_order(
        world.organisation(slug),
        partner.organisation,
        partner,
        world.product_type(more.pop("type", "web-hosting")),
        quantity,
        **more,
    )


def draft(world: World, *, slug: str = HOTEL, by: Actor | None = None, **period: Any) -> Rebill:
    return rebilling.start_draft(
        client=world.organisation(slug),
        period_from=period.get("start", day(-40)),
        period_until=period.get("until", day()),
        by=by or lea(world),
    )


def issue(world: World, bill: Rebill, *, by: Actor | None = None) -> Rebill:
    bill.refresh_from_db()
    return rebilling.issue(bill=bill, version=bill.version, by=by or lea(world))


def bill(world: World, quantity: int = 35, **more: Any) -> Rebill:
    """An issued bill of Alpine Web to Hôtel Bellevue."""
    if not RebillSender.objects.filter(partner=world.partner(ALPINE)).exists():
        sender(world)
    ordered(world, quantity, **more)
    return issue(world, draft(world))


def markup(world: World, kind: str, value: str, **more: Any) -> Any:
    slug, type_slug = more.pop("client", None), more.pop("type", None)
    return rebilling.save_markup(
        markup=more.pop("markup", None),
        client=world.organisation(slug) if slug else None,
        product_type=world.product_type(type_slug) if type_slug else None,
        kind=kind,
        value=Decimal(value),
        meant=more.pop("meant", False),
        by=more.pop("by", None) or lea(world),
    )


def make_due(issued: Rebill) -> None:
    """The bill's day has passed: as time does, past the trigger."""
    with pgtrigger.ignore("billing.Rebill:issued_rebills_never_change"):
        Rebill.objects.filter(pk=issued.pk).update(due_on=day(-1))
    issued.refresh_from_db()


def url(name: str, about: Any = None, slug: str = ALPINE) -> str:
    return reverse(name, args=[slug] if about is None else [slug, about.public_id])


def browser(world: World, name: str = "lea") -> Client:
    return world.client(name)
