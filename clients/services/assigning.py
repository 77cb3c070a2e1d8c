"""Assigning products and clients to collaborators and external users (O2, O5, T8)."""

from collections.abc import Collection, Iterable
from typing import Any

from django.db import transaction
from django.utils.translation import gettext as _

from access import assigning, log
from access.errors import RepresentingRole
from access.models import Membership, Organisation
from access.policy import Actor
from access.services.common import acting_now, lock_member
from clients.errors import ProductGone
from clients.models import Category, Partnership, Product


@transaction.atomic
def assign_products(
    *,
    membership: Membership,
    every_product: bool,
    categories: Collection[Category],
    products: Collection[Product],
    by: Actor,
) -> Membership:
    """Makes this what one of the actor's own people reaches: all products, all of some
    categories, future ones too, and single products of the organisation."""
    member = _assignable(membership, by, "people.change")
    theirs = {product.organisation_id for product in products} <= {member.organisation_id}
    if not theirs:
        raise ProductGone(
            _("One of the products has left the organisation meanwhile. Please choose again."),
            field="products",
        )
    before = _facts(member)
    member.every_product = every_product
    member.save(update_fields=["every_product"])
    assigning.set_categories(member, categories, by=by.person)
    assigning.set_products(member, products, by=by.person)
    after = _facts(member)
    if before != after:
        log.write(
            organisation=member.organisation,
            act="people.assign_products",
            by=by,
            about=member,
            before=before,
            after=after,
        )
    return member


@transaction.atomic
def assign_clients(
    *, membership: Membership, partnerships: Iterable[Partnership], by: Actor
) -> int:
    """Lets one of a partner's people reach these clients too (O5); answers how many are new.

    Only clients with a live partnership of that partner: one that ends meanwhile is left out, and
    ending takes its assignments back, whoever comes first.
    """
    member = _assignable(membership, by, "clients.assign")
    live = _live(member, partnerships)
    found = [partnership.client for partnership in live if partnership.client is not None]
    number = assigning.add_clients(member, found, by=by.person)
    _note(member, by, number, assigned=found)
    return number


@transaction.atomic
def take_back_clients(
    *, membership: Membership, partnerships: Iterable[Partnership], by: Actor
) -> int:
    """Takes these clients back from one of a partner's people; answers how many they had."""
    member = _assignable(membership, by, "clients.assign")
    found = [
        partnership.client
        for partnership in partnerships
        if partnership.client is not None and partnership.partner_id == member.organisation_id
    ]
    number = assigning.remove_clients(member, found)
    _note(member, by, number, taken_back=found)
    return number


def _assignable(membership: Membership, by: Actor, act: str) -> Membership:
    """The membership, locked, of one of the actor's own people; only to them things are assigned
    who do not reach everything by their role."""
    member = lock_member(membership)
    acting_now(by, member.organisation).require(act)
    if member.represents:
        raise RepresentingRole(
            _("%(person)s reaches everything by the role of %(role)s: nothing can be assigned.")
            % {"person": member.user, "role": member.get_role_display()}
        )
    return member


def _live(member: Membership, partnerships: Iterable[Partnership]) -> list[Partnership]:
    """Those that are live now, locked, so that none of them ends before this is written."""
    rows = Partnership.objects.active().filter(
        pk__in=[partnership.pk for partnership in partnerships], partner_id=member.organisation_id
    )
    return list(
        rows.select_for_update(of=("self",), no_key=True).select_related("client").order_by("pk")
    )


def _facts(member: Membership) -> dict[str, Any]:
    return {
        "every_product": member.every_product,
        "categories": [category.slug for category in assigning.categories(member)],
        "products": list(assigning.products(member).values_list("name", flat=True)),
    }


def _note(member: Membership, by: Actor, number: int, **clients: list[Organisation]) -> None:
    if not number:
        return
    log.write(
        organisation=member.organisation,
        act="people.assign_clients",
        by=by,
        about=member,
        after={key: sorted(client.name for client in found) for key, found in clients.items()},
    )
