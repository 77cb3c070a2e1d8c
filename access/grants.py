"""Object-level permissions: the one module that reads and writes guardian's tables (A1).

Every question here checks in the same query that the partnership is active and not past its end
date: an end date acts when it passes, not when a job comes by. Money and pages follow these
answers, so nothing else may ask guardian.
"""

from collections.abc import Iterable, Iterator
from typing import TYPE_CHECKING, Any

from django.apps import apps
from django.contrib.auth.models import Group, Permission
from django.db.models import Case, Count, Exists, F, OuterRef, Q, QuerySet, Subquery, When
from django.db.models.functions import Coalesce, Now
from django.db.models.lookups import IsNull

from access.models import (
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
from access.rules import Answer, Role

if TYPE_CHECKING:
    from access.policy import Actor

MANAGE_PRODUCT = ("clients", "manage_product")
MANAGE_ORGANISATION = ("access", "manage_organisation")
NOTHING = Q(pk__in=[])


def live(prefix: str = "") -> Q:
    """The partnership at `prefix` is active and its end date has not passed (L9), by the
    database's clock."""
    return Q(**{f"{prefix}state": "active"}) & (
        Q(**{f"{prefix}ends_at__isnull": True}) | Q(**{f"{prefix}ends_at__gt": Now()})
    )


def live_partnerships_of(person: User | int) -> QuerySet[Any]:
    """The live partnerships through which `person` (or their key) reaches clients (O5), widest and
    oldest first.

    Legal representatives and administrators reach all clients through the partner's group, the
    others those assigned to them.
    """
    represents = _represented_by(person).filter(organisation_id=OuterRef("partner_id"))
    return (
        _live_partnerships()
        .filter(Exists(represents) | Exists(_assigned_to(person)))
        .select_related("client", "partner__organisation")
        .order_by("access", "started_at", "pk")
    )


def partnerships_of(person: User) -> tuple[QuerySet[Any], QuerySet[Any]]:
    """The same, as two queries to be united: those of the partners that `person` represents or
    administers, and those of the clients assigned to them. Each follows an index."""
    represented = _represented_by(person).values("organisation_id")
    return (
        _live_partnerships().filter(partner_id__in=represented).order_by(),
        _live_partnerships().filter(Exists(_assigned_to(person))).order_by(),
    )


def _live_partnerships() -> QuerySet[Any]:
    partnerships = apps.get_model("clients", "Partnership").objects
    return partnerships.filter(live())


def _represented_by(person: User | int) -> QuerySet[Membership]:
    """The memberships by which `person` represents or administers partners."""
    return Membership.objects.filter(
        user=person,
        user__groups=F("organisation__reseller_group"),
        role__in=(Role.LEGAL_REPRESENTATIVE, Role.ADMINISTRATOR),
    )


def _assigned_to(person: User | int) -> QuerySet[OrganisationUserPermission]:
    """For each row of a query of partnerships: its client is assigned to `person` (O5)."""
    return OrganisationUserPermission.objects.filter(
        user=person,
        membership__user=person,
        membership__organisation_id=OuterRef("partner_id"),
        content_object_id=OuterRef("client_id"),
    )


def products_within(actor: "Actor", *, one: bool = False, in_turn: bool = False) -> Q:
    """The condition that holds for the products the actor may see, in their organisation only.

    `one` says the same, for a single product: asked for the grant's group, too, which no tree has
    beside the product, PostgreSQL takes the hash index, and half the blocks. `in_turn` says it for
    products that are looked at one after the other until a page is full: the grant on each is
    looked up, where PostgreSQL would first read all of the partnership's.
    """
    inside = Q(organisation=actor.organisation)
    said = actor.answer("product.see")
    if said is Answer.ALL and actor.support is not None:
        return inside & Q(Exists(SupportAccess.objects.live().filter(pk=actor.support.pk)))
    if said is Answer.ALL and actor.partner is None:
        return inside
    if said is Answer.ALL:
        whole = OrganisationGroupPermission.objects.filter(
            content_object=actor.organisation, partnership=actor.partnership
        )
        return inside & _lives(actor.partnership) & Q(Exists(whole))
    if said is Answer.GRANTED:
        granted = ProductGroupPermission.objects.filter(
            content_object_id=OuterRef("pk"), partnership=actor.partnership
        )
        if one and actor.partner is not None:
            granted = granted.filter(group=actor.partner.reseller_group_id)
        found = IsNull(Subquery(granted.values("pk")[:1]), False) if in_turn else Exists(granted)
        return inside & _lives(actor.partnership) & Q(found)
    if said is Answer.ASSIGNED:
        return inside & _assigned(actor.membership)
    return NOTHING


def counting(actor: "Actor", products: QuerySet[Any]) -> QuerySet[Any]:
    """As many rows as there are of `products`, all that the actor may see, but quicker to count:
    the grants, each of which the database keeps on another product of this organisation."""
    if actor.answer("product.see") is not Answer.GRANTED:
        return products
    mine = ProductGroupPermission.objects.filter(partnership=actor.partnership)
    return mine.filter(_lives(actor.partnership))


def _assigned(membership: Membership | None) -> Q:
    """The condition for the products assigned to a membership: all, by category, or singly."""
    if membership is None:
        return NOTHING
    if membership.every_product:
        return Q()
    singly = ProductUserPermission.objects.filter(
        content_object_id=OuterRef("pk"), membership=membership
    )
    by_category = AssignedCategory.objects.filter(
        category_id=OuterRef("product_type__category_id"), membership=membership
    )
    return Q(Exists(singly) | Exists(by_category))


def clients_within(actor: "Actor") -> Q:
    """The condition on partnerships for the clients the actor reaches in the reseller space."""
    inside = Q(partner_id=actor.organisation.pk)
    said = actor.answer("clients.see")
    if said is Answer.ALL:
        return inside
    if said is Answer.ASSIGNED:
        assigned = OrganisationUserPermission.objects.filter(
            content_object_id=OuterRef("client_id"), membership=actor.membership
        )
        return inside & Q(Exists(assigned))
    return NOTHING


def products_reached_by(partnership: Any) -> Q:
    """The condition that holds for the products a partnership reaches now: none once it ended."""
    inside = Q(organisation_id=partnership.client_id)
    rows: QuerySet[Any] = OrganisationGroupPermission.objects.filter(
        content_object_id=OuterRef("organisation_id")
    )
    if partnership.access != "full":
        rows = ProductGroupPermission.objects.filter(content_object_id=OuterRef("pk"))
    return inside & Q(Exists(rows.filter(live("partnership__"), partnership=partnership)))


def products_at_clients_of(partner: Organisation) -> Q:
    """The condition that holds for the products that a partner reaches now, at any client."""
    whole = OrganisationGroupPermission.objects.filter(
        live("partnership__"),
        content_object_id=OuterRef("organisation_id"),
        partnership__partner=partner.pk,
    )
    granted = ProductGroupPermission.objects.filter(
        live("partnership__"), content_object_id=OuterRef("pk"), partnership__partner=partner.pk
    )
    return Q(Exists(whole) | Exists(granted))


def products_at_clients_within(actor: "Actor") -> Q:
    """The condition that holds for the products that the actor's organisation, a partner, reaches
    now at the clients that the actor reaches in the reseller space (O5)."""
    clients = _live_partnerships().filter(clients_within(actor)).values("client")
    return Q(organisation__in=clients) & products_at_clients_of(actor.organisation)


def products_managed_by(partner: Organisation) -> Q:
    """The condition that holds for the products whose manager a partner is now (L7): those granted
    to it, and in the organisations that it holds whole those that nobody was granted."""
    clients = apps.get_model("clients", "Partnership").objects.filter(live(), partner=partner.pk)
    mine = {"partnership__partner": partner.pk}
    granted = ProductGroupPermission.objects.filter(live("partnership__"), **mine)
    whole = OrganisationGroupPermission.objects.filter(live("partnership__"), **mine)
    whole_keys = whole.values("content_object_id")
    return Q(organisation__in=clients.values("client")) & (
        Q(pk__in=granted.values("content_object_id"))
        | (Q(organisation__in=whole_keys) & ~Q(pk__in=held_products(whole_keys)))
    )


def counted_by_manager(products: QuerySet[Any], *fields: str) -> Iterator[tuple[Any, ...]]:
    """How many of `products` each partner manages (L7), by these fields of theirs: rows of the
    partner's key, the fields and the number. Two queries, however many partners there are."""
    granted = ProductGroupPermission.objects.filter(live("partnership__"))
    yield from (
        granted.filter(content_object__in=products)
        .order_by()
        .values_list("partnership__partner", *(f"content_object__{name}" for name in fields))
        .annotate(number=Count("pk"))
    )
    free = products.exclude(pk__in=granted.values("content_object_id"))
    path = "content_object__products"
    yield from (
        OrganisationGroupPermission.objects.filter(live("partnership__"), **{f"{path}__in": free})
        .order_by()
        .values_list("partnership__partner", *(f"{path}__{name}" for name in fields))
        .annotate(number=Count(path))
    )


def number_of_products() -> Any:
    """For each row of a query of partnerships, how many products it reaches now (T11)."""
    mine = {"partnership": OuterRef("pk")}
    whole = OrganisationGroupPermission.objects.filter(**mine).values("partnership")
    granted = ProductGroupPermission.objects.filter(**mine).values("partnership")
    of_whole = whole.annotate(number=Count("content_object__products")).values("number")
    of_granted = granted.annotate(number=Count("content_object_id")).values("number")
    of_full = When(live() & Q(access="full"), then=Subquery(of_whole))
    number = Case(of_full, When(live(), then=Subquery(of_granted)))
    return Coalesce(number, 0)


def granted_products(partnership: Any) -> QuerySet[Any]:
    """The products granted one by one to a partnership with limited access, by name."""
    products = apps.get_model("clients", "Product").objects
    return products.filter(partner_grants__partnership=partnership).order_by("name", "pk")


def holders(products: Iterable[Any]) -> dict[int, Any]:
    """For each of `products` that a live grant covers, its primary key with the partnership."""
    rows = ProductGroupPermission.objects.filter(
        live("partnership__"), content_object__in=products
    ).select_related("partnership__partner__organisation")
    return {row.content_object_id: row.partnership for row in rows}


def held_products(clients: QuerySet[Any] | Iterable[Organisation]) -> QuerySet[Any]:
    """The keys of the clients' products on which a live grant lies, for a query of them: their
    manager is not the partner with full access (L7)."""
    return ProductGroupPermission.objects.filter(
        live("partnership__"), content_object__organisation__in=clients
    ).values("content_object_id")


def full_access_holder(client: Organisation) -> Any | None:
    """The live partnership with full access to `client`, or None (L7)."""
    whole = OrganisationGroupPermission.objects.filter(live("partnership__"), content_object=client)
    row = whole.select_related("partnership__partner__organisation").first()
    return row.partnership if row else None


def managers(products: Iterable[Any]) -> dict[int, Any]:
    """The manager of each product (L7), as its partnership: the holder of the grant on it, else
    of full access to its organisation. Products without one are missing. Two queries."""
    products = list(products)
    by_product = holders(products)
    rows = OrganisationGroupPermission.objects.filter(
        live("partnership__"), content_object__in={product.organisation_id for product in products}
    ).select_related("partnership__partner__organisation")
    by_client = {row.content_object_id: row.partnership for row in rows}
    return {
        product.pk: manager
        for product in products
        if (manager := by_product.get(product.pk) or by_client.get(product.organisation_id))
    }


def holder_key() -> Any:
    """For each row of a query of products, the key of the partnership that was granted it, live
    or not: a list of one client's products reads the name in `managers_at`."""
    grants = ProductGroupPermission.objects.filter(content_object=OuterRef("pk"))
    return Subquery(grants.values("partnership_id")[:1])


def managers_at(client: Organisation) -> QuerySet[Any, dict[str, Any]]:
    """The live partnerships of `client`: key, partner's name, and whether it holds the whole
    organisation, so that it manages what nobody was granted (L7)."""
    whole = OrganisationGroupPermission.objects.filter(
        partnership=OuterRef("pk"), content_object=client
    )
    partnerships = _live_partnerships().filter(client=client).order_by()
    return partnerships.annotate(whole=Exists(whole)).values("pk", "partner_name", "whole")


def grant_products(partnership: Any, products: Iterable[Any], *, by: User) -> None:
    """Grants `products` one by one (limited access). The database refuses a product of another
    organisation and one that another partnership holds (IntegrityError)."""
    permission = _permission(MANAGE_PRODUCT)
    group = _group(partnership)
    ProductGroupPermission.objects.bulk_create(
        ProductGroupPermission(
            content_object=product,
            permission=permission,
            group=group,
            partnership=partnership,
            granted_by=by,
        )
        for product in products
    )


def grant_organisation(partnership: Any, *, by: User) -> None:
    """Grants the client's whole organisation, its future products too (full access)."""
    OrganisationGroupPermission.objects.create(
        content_object=partnership.client,
        permission=_permission(MANAGE_ORGANISATION),
        group=_group(partnership),
        partnership=partnership,
        granted_by=by,
    )


def revoke_products(partnership: Any, products: Iterable[Any]) -> None:
    """Takes back single products."""
    mine = ProductGroupPermission.objects.filter(partnership=partnership)
    mine.filter(content_object__in=products).delete()


def revoke_grants(partnership: Any) -> None:
    """Takes back all that the partnership holds."""
    ProductGroupPermission.objects.filter(partnership=partnership).delete()
    OrganisationGroupPermission.objects.filter(partnership=partnership).delete()


def revoke_everything(partnership: Any) -> None:
    """Takes back all that the partnership holds, and whom the partner had assigned to it."""
    revoke_grants(partnership)
    OrganisationUserPermission.objects.filter(
        content_object_id=partnership.client_id, membership__organisation_id=partnership.partner_id
    ).delete()


def assign_products(membership: Membership, products: Iterable[Any], *, by: User | None) -> None:
    """Assigns products of their organisation to a collaborator or external user (O2)."""
    permission = _permission(MANAGE_PRODUCT)
    ProductUserPermission.objects.bulk_create(
        ProductUserPermission(
            content_object=product,
            permission=permission,
            user=membership.user,
            membership=membership,
            granted_by=by,
        )
        for product in products
    )


def assign_clients(
    membership: Membership, clients: Iterable[Organisation], *, by: User | None
) -> None:
    """Assigns clients to a collaborator of a partner (O5)."""
    permission = _permission(MANAGE_ORGANISATION)
    OrganisationUserPermission.objects.bulk_create(
        OrganisationUserPermission(
            content_object=client,
            permission=permission,
            user=membership.user,
            membership=membership,
            granted_by=by,
        )
        for client in clients
    )


def _lives(partnership: Any) -> Q:
    """The partnership is live (L9): apart from the grants, so that it is looked up once and not
    for each row."""
    return Q(Exists(_live_partnerships().filter(pk=partnership.pk)))


def _permission(name: tuple[str, str]) -> Permission:
    app, codename = name
    return Permission.objects.get(content_type__app_label=app, codename=codename)


def _group(partnership: Any) -> Group:
    group = partnership.partner.organisation.reseller_group
    assert group is not None, "a partner always has its reseller group"  # noqa: S101
    return group
