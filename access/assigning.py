"""What is assigned to collaborators and external users (O2, O5): the rows, read and written.

Who reaches what is decided in `access.grants`; here one only sees and sets what was assigned.
"""

from collections.abc import Iterable
from typing import Any

from django.apps import apps
from django.db.models import Count, IntegerField, OuterRef, QuerySet, Subquery
from django.db.models.functions import Coalesce

from access import grants
from access.models import (
    AssignedCategory,
    Membership,
    Organisation,
    OrganisationUserPermission,
    ProductUserPermission,
    User,
)


def products(membership: Membership) -> QuerySet[Any]:
    """The products assigned one by one, by name."""
    found = apps.get_model("clients", "Product").objects
    return found.filter(assignments__membership=membership).order_by("name", "pk")


def categories(membership: Membership) -> QuerySet[Any]:
    """The categories assigned with all that is in them, in the catalogue's order."""
    found = apps.get_model("clients", "Category").objects
    rows = AssignedCategory.objects.filter(membership=membership)
    return found.filter(pk__in=rows.values("category_id"))


def clients(membership: Membership) -> QuerySet[Organisation]:
    """The clients assigned to one of a partner's people, by name, as long as they are clients."""
    partnerships = apps.get_model("clients", "Partnership").objects
    live = partnerships.filter(grants.live(), partner_id=membership.organisation_id)
    return Organisation.objects.filter(
        assignments__membership=membership, pk__in=live.values("client_id")
    ).order_by("name", "pk")


def numbers() -> dict[str, Any]:
    """For each row of a query of memberships: how many `products`, `categories` and `clients`
    are assigned; clients that are none any more have no assignment."""
    return {
        "assigned_product_count": _number(ProductUserPermission),
        "assigned_category_count": _number(AssignedCategory),
        "assigned_client_count": _number(OrganisationUserPermission),
    }


def _number(model: Any) -> Any:
    rows = model.objects.filter(membership=OuterRef("pk")).order_by().values("membership")
    counted = rows.annotate(number=Count("pk")).values("number")
    return Coalesce(Subquery(counted, output_field=IntegerField()), 0)


def set_products(membership: Membership, wanted: Iterable[Any], *, by: User) -> None:
    """Makes `wanted`, products of the organisation, what is assigned one by one."""
    wanted = {product.pk: product for product in wanted}
    rows = ProductUserPermission.objects.filter(membership=membership)
    rows.exclude(content_object__in=wanted).delete()
    held = set(rows.values_list("content_object_id", flat=True))
    more = [product for key, product in wanted.items() if key not in held]
    grants.assign_products(membership, more, by=by)


def set_categories(membership: Membership, wanted: Iterable[Any], *, by: User) -> None:
    """Makes `wanted` the categories assigned with all that is and comes in them."""
    wanted = {category.pk: category for category in wanted}
    rows = AssignedCategory.objects.filter(membership=membership)
    rows.exclude(category__in=wanted).delete()
    held = set(rows.values_list("category_id", flat=True))
    AssignedCategory.objects.bulk_create(
        AssignedCategory(membership=membership, category=category, granted_by=by)
        for key, category in wanted.items()
        if key not in held
    )


def add_clients(membership: Membership, more: Iterable[Organisation], *, by: User) -> int:
    """Assigns those of `more` that are not yet; answers how many."""
    held = OrganisationUserPermission.objects.filter(membership=membership)
    held_ids = set(held.values_list("content_object_id", flat=True))
    new = [client for client in more if client.pk not in held_ids]
    grants.assign_clients(membership, new, by=by)
    return len(new)


def remove_clients(membership: Membership, fewer: Iterable[Organisation]) -> int:
    """Takes back clients; answers how many were assigned."""
    rows = OrganisationUserPermission.objects.filter(
        membership=membership, content_object__in=fewer
    )
    return rows.delete()[0]


def assigned_client_ids(membership: Membership) -> QuerySet[Any]:
    """The keys of the clients assigned, for a query of them."""
    return OrganisationUserPermission.objects.filter(membership=membership).values(
        "content_object_id"
    )


def clear(membership: Membership) -> None:
    """Takes back all products, categories and clients."""
    for model in (ProductUserPermission, AssignedCategory, OrganisationUserPermission):
        model.objects.filter(membership=membership).delete()
