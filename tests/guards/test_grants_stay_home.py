"""Object permissions have one home (A1): guardian and its rows are used in `access.grants`, and in
`access.assigning` beside it, only."""

import ast
import re

import pytest
from django.apps import apps
from django.conf import settings
from django.contrib import admin
from guardian.models import GroupObjectPermission, UserObjectPermission

from access.models import (
    AssignedCategory,
    OrganisationGroupPermission,
    OrganisationUserPermission,
    ProductGroupPermission,
    ProductUserPermission,
)
from tests.guards.code import Module, modules, templates

GRANTS = (
    AssignedCategory,
    OrganisationGroupPermission,
    OrganisationUserPermission,
    ProductGroupPermission,
    ProductUserPermission,
)
HOME = ("access.grants", "access.assigning", "access.reach", "access.models")
STAFF_ONLY = {
    # module -> which of the staff may see a page or press a button; no tenant's grant
    "access.admin.jobs": "Django's permission to change how jobs stand",
    "access.web.pages": "Django's permissions for the staff's own pages below /admin/",
    "billing.admin.invoices": "Django's permission to change invoices",
    "billing.admin.provisioning": "Django's permission to change tasks",
    "billing.admin.what_if": "Django's permission to add rates and tiers",
    "portal.desk": "Django's permissions for the links of the staff's first page",
}
# Names through which Django and guardian decide on their own.
DECIDERS = {
    "has_perm",
    "has_perms",
    "has_module_perms",
    "get_objects_for_user",
    "get_objects_for_group",
    "get_users_with_perms",
    "get_groups_with_perms",
    "assign_perm",
    "remove_perm",
    "ObjectPermissionChecker",
    "get_perms",
    "user_can",
    "permission_required",
    "PermissionRequiredMixin",
    "user_passes_test",
}
# The ways from other rows to the grants.
WAYS = {
    field.name
    for model in apps.get_models()
    for field in model._meta.related_objects
    if field.related_model in GRANTS and not field.hidden
}


def deciders(module: Module) -> list[str]:
    """Where a module decides by Django's or guardian's permissions."""
    return [
        f"{module.name}:{node.lineno} uses {name}"
        for node, name in _names(module)
        if name in DECIDERS
    ]


def strays(module: Module) -> list[str]:
    """Where a module reaches for the grants' rows."""
    models = {model.__name__ for model in GRANTS}
    return [
        f"{module.name}:{node.lineno} reaches for {name}"
        for node, name in _names(module)
        if name in models or name.split("__")[0] in WAYS or "guardian" in name.split(".")
    ]


def _names(module: Module) -> list[tuple[ast.AST, str]]:
    found = []
    for node in ast.walk(module.tree):
        if isinstance(node, ast.Attribute) and ast.unparse(node.value) != "self":
            found.append((node, node.attr))
        elif isinstance(node, ast.Name):
            found.append((node, node.id))
        elif isinstance(node, ast.keyword) and node.arg:
            found.append((node.value, node.arg))
        elif isinstance(node, ast.ImportFrom):
            found += [(node, node.module or ""), *((node, alias.name) for alias in node.names)]
        elif isinstance(node, ast.Import):
            found += [(node, alias.name) for alias in node.names]
        elif isinstance(node, ast.Constant) and isinstance(node.value, str):
            found.append((node, node.value))
    return found


def _elsewhere() -> list[Module]:
    return [module for module in modules() if not module.name.startswith(HOME)]


def test_only_grants_decides() -> None:
    faults = {module.name: deciders(module) for module in _elsewhere()}
    assert {name for name, found in faults.items() if found} == set(STAFF_ONLY)


def test_only_grants_reaches_for_its_rows() -> None:
    allowed = {"portal.settings"}  # installs guardian
    faults = [
        fault for module in _elsewhere() if module.name not in allowed for fault in strays(module)
    ]
    assert faults == []


def test_templates_do_not_decide() -> None:
    names = re.compile(r"\bperms\.|get_obj_perms|" + "|".join(rf"\.{way}\b" for way in WAYS))
    assert [path.name for path in templates() if names.search(path.read_text())] == []


@pytest.mark.parametrize(
    "source",
    [
        "if person.has_perm('clients.manage_product', product): ...",
        "from guardian.shortcuts import get_objects_for_user",
        "from guardian import shortcuts\nshortcuts.assign_perm('x', person)",
    ],
)
def test_a_decision_elsewhere_is_seen(source: str) -> None:
    assert deciders(Module("clients.views.products", source))


@pytest.mark.parametrize(
    "source",
    [
        "from access.models import ProductGroupPermission",
        "product.partner_grants.all()",
        "Product.objects.filter(partner_grants__group__user=person)",
        "apps.get_model('access', 'ProductGroupPermission')",
        "from guardian.models import GroupObjectPermission",
        "Q(**{'partner_grants__partnership': partnership})",
    ],
)
def test_a_stray_hand_is_seen(source: str) -> None:
    assert strays(Module("clients.querysets", source))


def test_guardian_has_no_say_in_signing_in() -> None:
    """Its backend would answer `has_perm` from tables that nothing keeps true."""
    assert not [name for name in settings.AUTHENTICATION_BACKENDS if "guardian" in name]


def test_staff_cannot_edit_grants_in_the_admin() -> None:
    """T47"""
    back_doors = {*GRANTS, GroupObjectPermission, UserObjectPermission}
    assert back_doors & set(admin.site._registry) == set()


def test_the_generic_tables_of_guardian_have_no_writer() -> None:
    """They have no foreign key: the grant of a deleted object could attach to another one."""
    names = re.compile(r"\b(Group|User)ObjectPermission\b")
    assert [module.name for module in modules() if names.search(module.source)] == []
