"""Why can they? Everyone who reaches an organisation, or one product of it, and through which
grant: read from the same rows as the policy, and held to it by a test.

Who belongs to the organisation acts there by their own role only, even if a partner employs them
too; somebody of several partners acts by the widest and oldest partnership (`policy.actor_in`).
"""

from collections.abc import Collection, Iterable, Iterator
from dataclasses import dataclass, field, replace
from datetime import datetime
from enum import StrEnum
from typing import Any

from django.apps import apps
from django.contrib.auth.models import Group
from django.db.models import Count, Exists, F, Min, OuterRef, Q, QuerySet, Subquery
from django.db.models.functions import Coalesce
from django.utils.translation import gettext_lazy as _

from access.grants import live
from access.models import (
    Act,
    AssignedCategory,
    Membership,
    Organisation,
    OrganisationGroupPermission,
    OrganisationUserPermission,
    ProductGroupPermission,
    ProductUserPermission,
    SupportAccess,
    User,
)
from access.rules import Role

REPRESENTING = (Role.LEGAL_REPRESENTATIVE, Role.ADMINISTRATOR)
GIVES_A_ROLE = ("people.add", "people.join", "people.change")


class Way(StrEnum):
    """Through what somebody reaches it."""

    ROLE = "role"
    EVERY_PRODUCT = "every product"
    CATEGORY = "category"
    SINGLY = "singly"
    PARTNER = "partner"
    CLIENT_ASSIGNED = "client assigned"


WORDS = {
    Way.ROLE: _("by the role"),
    Way.EVERY_PRODUCT: _("all products were assigned, future ones too"),
    Way.CATEGORY: _("the category %(name)s was assigned"),
    Way.SINGLY: _("this product was assigned"),
    Way.PARTNER: _("the partnership"),
    Way.CLIENT_ASSIGNED: _("this client was assigned to them"),
}


@dataclass(frozen=True, slots=True)
class Grant:
    """One reason: since when, given by whom (empty: nobody knows any more), and for a category
    its name."""

    way: Way
    since: datetime | None
    given_by: str = ""
    name: str = ""

    @property
    def words(self) -> str:
        return str(WORDS[self.way]) % {"name": self.name}


@dataclass(frozen=True, slots=True)
class Reaching:
    """A person, their membership (in the partner, for its people), and why they reach it.
    `number`: how many products of the organisation they reach."""

    membership: Membership
    grants: list[Grant]
    number: int = 0

    @property
    def person(self) -> User:
        return self.membership.user


@dataclass(frozen=True, slots=True)
class PartnerReach:
    """A live partnership with what it was given, and the partner's people who use it."""

    partnership: Any
    grant: Grant
    number: int
    people: list[Reaching]


@dataclass(frozen=True, slots=True)
class Reach:
    """Everyone who reaches an organisation or a product, now."""

    members: list[Reaching]
    partners: list[PartnerReach]
    support: SupportAccess | None
    total: int = 0
    people: set[int] = field(default_factory=set)
    """Primary keys of everybody listed by name; the vendor's staff are not."""


def of_organisation(organisation: Organisation) -> Reach:
    """Everyone who may open the organisation, with the number of products they reach there."""
    total = _products().filter(organisation=organisation).count()
    members = list(_members(organisation).annotate(number=_assigned_number()))
    givers = _givers(organisation, members)
    reaching = [
        Reaching(
            one,
            [Grant(Way.ROLE, one.created_at, givers.get(one.public_id, ""))],
            total if one.role in REPRESENTING or one.every_product else one.number,
        )
        for one in members
    ]
    whole, single = _whole(organisation), _single(organisation)
    partners = [
        PartnerReach(
            partnership,
            _grant(whole[partnership.pk])
            if partnership.pk in whole
            else single.get(partnership.pk, (Grant(Way.PARTNER, partnership.started_at), 0))[0],
            total if partnership.pk in whole else single.get(partnership.pk, (None, 0))[1],
            people,
        )
        for partnership, people in _partners(organisation)
    ]
    return _reach(organisation, reaching, partners, total)


def of_product(product: Any) -> Reach:
    """Everyone who may see the product, and through which grant."""
    organisation = product.organisation
    members = list(_members(organisation))
    reaching = [
        Reaching(one, reasons)
        for one, reasons in _reasons(members, product, _givers(organisation, members))
        if reasons
    ]
    given = _whole(organisation) | {
        row.partnership_id: row
        for row in ProductGroupPermission.objects.filter(
            live("partnership__"), content_object=product
        ).select_related("granted_by")
    }
    partners = [
        PartnerReach(partnership, _grant(given[partnership.pk]), 1, people)
        for partnership, people in _partners(organisation)
        if partnership.pk in given
    ]
    return _reach(organisation, reaching, partners, 1)


def _reach(
    organisation: Organisation, members: list[Reaching], partners: list[PartnerReach], total: int
) -> Reach:
    named = [*members, *(one for partner in partners for one in partner.people)]
    support = (
        SupportAccess.objects.live()
        .filter(organisation=organisation)
        .select_related("opened_by")
        .first()
    )
    return Reach(members, partners, support, total, {one.person.pk for one in named})


# ---- The organisation's own people --------------------------------------------------------------


def _members(organisation: Organisation) -> QuerySet[Membership]:
    return (
        Membership.objects.filter(organisation=organisation, user__is_active=True)
        .select_related("user", "organisation")
        .order_by("user__name", "pk")
    )


def _reasons(
    members: list[Membership], product: Any, givers: dict[str, str]
) -> Iterator[tuple[Membership, list[Grant]]]:
    """Each of the organisation's own people with why they reach the product; without a reason,
    they do not."""
    singly = ProductUserPermission.objects.filter(content_object=product)
    single = {row.membership_id: row for row in singly.select_related("granted_by")}
    categories = AssignedCategory.objects.filter(
        category=product.product_type.category_id, membership__organisation=product.organisation_id
    ).select_related("category", "granted_by")
    category = {row.membership_id: row for row in categories}
    everything = _given_everything([one for one in members if one.every_product])
    for one in members:
        if one.role in REPRESENTING:
            yield one, [Grant(Way.ROLE, one.created_at, givers.get(one.public_id, ""))]
            continue
        reasons = []
        if one.every_product:
            line = everything.get(one.public_id)
            since, by = (line.at, line.person_name) if line else (None, "")
            reasons.append(Grant(Way.EVERY_PRODUCT, since, by))
        if row := category.get(one.pk):
            name = str(row.category)
            reasons.append(Grant(Way.CATEGORY, row.granted_at, _name(row.granted_by), name))
        if row := single.get(one.pk):
            reasons.append(Grant(Way.SINGLY, row.granted_at, _name(row.granted_by)))
        yield one, reasons


def _given_everything(members: Iterable[Membership]) -> dict[str, Act]:
    """The line of the log by which all products were assigned to each membership, by public id:
    the table holds no date for it."""
    lines = Act.objects.filter(
        object_type="membership",
        object_id__in=[one.public_id for one in members],
        allowed=True,
        after__every_product=True,
        before__every_product=False,
    )
    return {line.object_id: line for line in lines.order_by("at", "pk")}


def _assigned_number() -> Any:
    """For each row of a query of memberships, how many products were assigned to it."""
    singly = ProductUserPermission.objects.filter(
        content_object_id=OuterRef("pk"), membership_id=OuterRef(OuterRef("pk"))
    )
    by_category = AssignedCategory.objects.filter(
        category_id=OuterRef("product_type__category_id"), membership_id=OuterRef(OuterRef("pk"))
    )
    products = _products().filter(
        Exists(singly) | Exists(by_category), organisation_id=OuterRef("organisation_id")
    )
    counted = products.order_by().values("organisation_id").annotate(number=Count("pk"))
    return Coalesce(Subquery(counted.values("number")), 0)


def _givers(organisation: Organisation, members: Iterable[Membership]) -> dict[str, str]:
    """Who gave each membership its role, by its public id: the log knows. Who founded the
    organisation gave it to themselves."""
    members = list(members)
    lines = Act.objects.filter(
        Q(
            object_type="membership",
            object_id__in=[one.public_id for one in members],
            act__in=GIVES_A_ROLE,
        )
        | Q(object_type="organisation", object_id=str(organisation.pk), act="organisation.create"),
        organisation=organisation,
        allowed=True,
    ).order_by("at", "pk")
    keys = {one.user_id: one.public_id for one in members}
    found = {}
    for line in lines:
        founder = keys.get(line.person_id or 0, "")
        found[founder if line.act == "organisation.create" else line.object_id] = line.person_name
    return found


# ---- Partners' people ---------------------------------------------------------------------------


def _partners(organisation: Organisation) -> list[tuple[Any, list[Reaching]]]:
    """Each live partnership, the widest and oldest first, with those of the partner's people who
    act by it. A person acts by one only."""
    partnerships = list(
        apps.get_model("clients", "Partnership")
        .objects.filter(live(), client=organisation)
        .select_related("partner__organisation")
        .order_by("access", "started_at", "pk")
    )
    own = Membership.objects.filter(organisation=organisation).values_list("user_id", flat=True)
    met = set(own) if partnerships else set()
    people = _people([one.partner_id for one in partnerships], organisation)
    found = []
    for partnership in partnerships:
        mine = [one for one in people.get(partnership.partner_id, []) if one.person.pk not in met]
        met |= {one.person.pk for one in mine}
        found.append((partnership, mine))
    return found


def _people(partners: Collection[int], client: Organisation) -> dict[int, list[Reaching]]:
    """The partners' people who reach the client, by partner: those who represent it, and those to
    whom the client was assigned (O5)."""
    if not partners:
        return {}
    assigned = {
        row.membership_id: row
        for row in OrganisationUserPermission.objects.filter(
            content_object=client,
            membership__organisation__in=partners,
            user=F("membership__user"),
        ).select_related("granted_by")
    }
    in_group = Group.user_set.through.objects.filter(
        user_id=OuterRef("user_id"), group_id=OuterRef("organisation__reseller_group_id")
    )
    represents = Q(Exists(in_group), role__in=REPRESENTING)
    memberships = (
        Membership.objects.filter(organisation__in=partners, user__is_active=True)
        .filter(represents | Q(pk__in=assigned))
        .select_related("user", "organisation")
        .order_by("user__name", "pk")
    )
    found: dict[int, list[Reaching]] = {}
    for one in memberships:
        row = None if one.role in REPRESENTING else assigned.get(one.pk)
        why = (
            Grant(Way.CLIENT_ASSIGNED, row.granted_at, _name(row.granted_by))
            if row
            else Grant(Way.ROLE, one.created_at)
        )
        found.setdefault(one.organisation_id, []).append(Reaching(one, [why]))
    return found


def _whole(organisation: Organisation) -> dict[int, Any]:
    """The live grants on the whole organisation, by partnership: one at most (L7)."""
    rows = OrganisationGroupPermission.objects.filter(
        live("partnership__"), content_object=organisation
    )
    return {row.partnership_id: row for row in rows.select_related("granted_by")}


def _single(organisation: Organisation) -> dict[int, tuple[Grant, int]]:
    """By partnership with limited access: since when and by whom products were granted to it, in
    one, and how many."""
    rows = (
        ProductGroupPermission.objects.filter(
            live("partnership__"), partnership__client=organisation
        )
        .values("partnership", "granted_by__name")
        .annotate(number=Count("pk"), since=Min("granted_at"))
        .order_by("partnership", "since")
    )
    found: dict[int, tuple[Grant, int]] = {}
    for row in rows:
        grant, number = found.get(row["partnership"], (Grant(Way.PARTNER, row["since"]), 0))
        names = [name for name in (grant.given_by, row["granted_by__name"]) if name]
        grant = replace(grant, given_by=", ".join(names))
        found[row["partnership"]] = (grant, number + row["number"])
    return found


def _grant(row: Any) -> Grant:
    return Grant(Way.PARTNER, row.granted_at, _name(row.granted_by))


def _name(person: User | None) -> str:
    return str(person) if person else ""


def _products() -> QuerySet[Any]:
    return apps.get_model("clients", "Product").objects.all()
