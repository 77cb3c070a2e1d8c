"""The people and organisations of a run, and where their addresses lead.

`fill` writes them into an empty database; `Pair` is all that a driver knows of them, so that it
can say who must get a mail without asking the database.
"""

from __future__ import annotations

import random
from collections.abc import Iterator
from dataclasses import dataclass
from datetime import timedelta
from typing import Any

PAIRS = 12
"""Pairs of a client and a partner for each driver; nobody else touches them."""
WISHES = 50
"""Partners that want every tender."""
PRODUCTS = 3
SCRIPTED = (*["good"] * 13, *["later"] * 2, "never", *["slow"] * 2, *["dropped"] * 2)
"""Of twenty addresses so many lead to each part of the sink's script."""


def address(name: str, chance: random.Random) -> str:
    """An address whose domain says what the sink answers."""
    return f"{name}@{chance.choice(SCRIPTED)}.example"


@dataclass(frozen=True)
class Side:
    """An organisation: who answers for it, and who does not."""

    slug: str
    legal: str
    administrator: str
    collaborator: str

    @property
    def representatives(self) -> list[str]:
        return [self.legal, self.administrator]


@dataclass(frozen=True)
class Pair:
    """A client and a partner between which everything happens that can."""

    client: Side
    partner: Side


def pairs_of(seed: int, driver: int) -> list[Pair]:
    return [
        Pair(_side("client", seed, driver, number), _side("partner", seed, driver, number))
        for number in range(PAIRS)
    ]


def _side(kind: str, seed: int, driver: int, number: int) -> Side:
    slug = f"{kind}-{driver}-{number}"
    chance = random.Random(f"{seed} {slug}")  # noqa: S311 - no secret
    people = [address(f"{who}.{slug}", chance) for who in ("legal", "admin", "helper")]
    return Side(slug, *people)


def wishes(seed: int) -> list[str]:
    """The addresses of the partners that want every tender."""
    chance = random.Random(f"{seed} wishes")  # noqa: S311 - no secret
    return [address(f"tenders.{number}", chance) for number in range(WISHES)]


def fill(seed: int, drivers: int) -> None:
    """Writes them all. They begin with nothing between them, and no mail."""
    from django.db import transaction

    from access.models import OutgoingMail
    from clients.models import Category, ProductType

    with transaction.atomic():
        category = Category.objects.create(slug="all", name="All")
        kind = ProductType.objects.create(slug="hosting", name="Hosting", category=category)
        for pair in _every_pair(seed, drivers):
            _client(pair.client, kind)
            _partner(pair.partner)
        for number, wish in enumerate(wishes(seed)):
            _wish(number, wish, category)
        OutgoingMail.objects.all().delete()


def _every_pair(seed: int, drivers: int) -> Iterator[Pair]:
    for driver in range(drivers):
        yield from pairs_of(seed, driver)


def _organisation(slug: str) -> Any:
    from access.models import Organisation

    name = slug.replace("-", " ").title()
    return Organisation.objects.create(name=name, slug=slug, country="CH", currency="CHF")


def _people(organisation: Any, side: Side) -> None:
    from allauth.account.models import EmailAddress

    from access.models import User
    from access.services.people import add_member

    roles = ("legal_representative", "administrator", "collaborator")
    for role, mail in zip(roles, (side.legal, side.administrator, side.collaborator), strict=True):
        name = mail.partition("@")[0].replace(".", " ").title()
        user = User.objects.create(email=mail, name=name, language="en", password="!")  # noqa: S106 - nobody signs in
        EmailAddress.objects.create(user=user, email=mail, verified=True, primary=True)
        add_member(organisation=organisation, user=user, role=role, by=None)


def _client(side: Side, kind: Any) -> None:
    from django.utils import timezone

    from clients.models import Product

    client = _organisation(side.slug)
    _people(client, side)
    today = timezone.localdate()
    Product.objects.bulk_create(
        Product(
            organisation=client,
            product_type=kind,
            name=f"Hosting {number}",
            state="active",
            period="yearly",
            started_on=today,
            renews_on=today + timedelta(days=300),
        )
        for number in range(PRODUCTS)
    )


def _approved(slug: str, contact: str) -> Any:
    from django.contrib.auth.models import Group
    from django.utils import timezone

    from partners.models import Partner

    organisation = _organisation(slug)
    organisation.reseller_group = Group.objects.create(name=f"reseller {slug}")
    organisation.save()
    return Partner.objects.create(
        organisation=organisation,
        state="approved",
        listed=True,
        contact_email=contact,
        approved_at=timezone.now(),
    )


def _partner(side: Side) -> None:
    _people(_approved(side.slug, side.legal).organisation, side)


def _wish(number: int, wish: str, category: Any) -> None:
    from tenders.models import TenderPreference

    partner = _approved(f"wish-{number}", wish)
    preference = TenderPreference.objects.create(
        partner=partner, languages=["en"], countries=[], address=wish, mail_language="en"
    )
    preference.categories.add(category)
