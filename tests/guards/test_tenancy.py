"""The only way from a page to a tenant's rows is a named question (`visible_to*`)."""

import ast
import re
from collections.abc import Iterator

import pytest
from django.apps import apps

from access.models import Organisation
from tests.guards.code import APPS, Module, modules, templates
from tests.guards.owners import owned_models

# Doors and forms: what the guard reads. The admin is the staff's, with a policy of its own.
READ = re.compile(r"(views|forms|urls|exports|templatetags|web|context|navigation|page_urls)(\.|$)")

QUESTIONS = {
    "visible_to",
    "one_visible_to",
    "visible_to_client",
    "walked",
    "backups_visible_to",
    "of_former_clients",
    "visible_to_partner",
    "waiting_for_partner",
    "of_client",
    "assignable_by",
    "requests_of_partner",
    "invitations_to_partner",
    "represented_by",
    "of_person",
    "asked_of",
    "sent_to",
    "by_token",
    "readable",
    "read_by_requester",
    "at_clients_of",
    "people_visible_to",
    "people_at_clients_of",
    "at_clients_reached_by",
    "open_to_clients",
    "of_clients",
    "waiting_for",
    "on_board",
    "read_by_partner",
    # about a row that the actor was permitted to see
    "reached_by",
    "promised_to",
    "of_partnership",
    "about",
    "none",
}
"""The questions that ask for the actor, the person or the secret, or that are for everybody."""

TENANTS = {model.__name__ for model in owned_models()} | {"Organisation", "OutgoingMail", "User"}
TENANTS |= {"Tender", "TenderLink"}
ROWS = {"all", "filter", "exclude", "get", "first", "last", "count", "exists", "values", "none"}
ROWS |= {
    "values_list",
    "annotate",
    "order_by",
    "select_related",
    "iterator",
    "aggregate",
    "in_bulk",
}
ROWS |= {"earliest", "latest", "only", "defer", "search", "create", "get_or_create", "update"}
ROWS |= {"alive", "active", "waiting", "closed", "prefetch_related"}
WAYS_ROUND = {
    "get_object_or_404",
    "get_list_or_404",
    "get_model",
    "_default_manager",
    "_base_manager",
    "base_manager",
    "raw",
    "connection",
    "connections",
}

EXEMPT: dict[str, str] = {
    "access.views.profile: .emailaddress_set.order_by": "the signed-in person's own addresses",
    # "module: what it reads" -> why this leaks nothing
    "clients.views.terms: .offered_products.order_by": "of a partnership that the actor was "
    "permitted to see; both sides know what is offered",
    "clients.views.invitations: .emailaddress_set.filter": "the signed-in person's own addresses",
}


def accessors() -> set[str]:
    """The names that lead from one row to a tenant's rows: `organisation.products`."""
    names = set()
    for model in apps.get_models():
        if model.__module__.partition(".")[0] not in APPS:
            continue
        for field in model._meta.get_fields():
            if (field.one_to_many or field.many_to_many) and field.related_model in (
                *owned_models(),
                Organisation,
            ):
                names.add(field.get_accessor_name() if field.auto_created else field.name)
    return {name for name in names if name and name != "+"}


ACCESSORS = accessors()


def readings(module: Module) -> Iterator[str]:
    """Where the module reads a tenant's rows otherwise than by a named question."""
    tree = module.tree
    parents = {child: node for node in ast.walk(tree) for child in ast.iter_child_nodes(node)}
    for node in ast.walk(tree):
        if isinstance(node, ast.Attribute):
            yield from _attribute(module, node, parents.get(node))
        name = node.id if isinstance(node, ast.Name) else getattr(node, "attr", None)
        if name in WAYS_ROUND:
            yield f"{module.name}: {name}"


def _attribute(module: Module, node: ast.Attribute, parent: ast.AST | None) -> Iterator[str]:
    asked = parent.attr if isinstance(parent, ast.Attribute) else None
    if node.attr == "objects" and _last_name(node.value) in TENANTS and asked not in QUESTIONS:
        yield f"{module.name}: {_last_name(node.value)}.objects.{asked or ''}".rstrip(".")
    elif asked in ROWS and _leads_to_rows(node):
        yield f"{module.name}: .{node.attr}.{asked}"


def _leads_to_rows(node: ast.Attribute) -> bool:
    """`organisation.products`; not `self.products`, an attribute of a form."""
    named = node.attr in ACCESSORS or node.attr.endswith("_set")
    return named and ast.unparse(node.value) != "self"


def _last_name(node: ast.AST) -> str:
    return node.attr if isinstance(node, ast.Attribute) else getattr(node, "id", "")


def in_template(source: str) -> list[str]:
    """Where a template walks from a row to a tenant's rows."""
    names = "|".join(sorted(ACCESSORS))
    rows = "all|count|exists|first|last|none"
    return re.findall(rf"\.(?:{names}|\w+_set)\.(?:{rows})\b", source)


def _read() -> list[str]:
    return [fault for module in modules() if READ.match(module.inner) for fault in readings(module)]


def test_pages_and_forms_ask_named_questions() -> None:
    assert [fault for fault in _read() if fault not in EXEMPT] == []


def test_no_exemption_is_stale() -> None:
    assert set(EXEMPT) - set(_read()) == set()


def test_templates_walk_to_no_rows() -> None:
    faults = {path.name: in_template(path.read_text()) for path in templates()}
    assert {name: found for name, found in faults.items() if found} == {}


@pytest.mark.parametrize(
    "source",
    [
        "Product.objects.all()",
        "Product.objects.get(public_id=public_id)",
        "clients.models.Partnership.objects.filter(client=x)",
        "Partnership.objects.active()",
        "Form(queryset=Product.objects)",
        "rows = Membership.objects\nrows.first()",
        "Act.objects.order_by('-at')",
        "get_object_or_404(Product, public_id=x)",
        "shortcuts.get_object_or_404(Product, public_id=x)",
        "Product._default_manager.all()",
        "apps.get_model('clients', 'Product')",
        "actor.organisation.products.all()",
        "organisation.memberships.filter(role='x')",
        "product.offeredproduct_set.all()",
        "with connection.cursor() as cursor: ...",
    ],
)
def test_a_reading_past_the_questions_is_seen(source: str) -> None:
    assert list(readings(Module("clients.views.products", source)))


@pytest.mark.parametrize(
    "source",
    [
        "Product.objects.visible_to(actor).search(text)",
        "page('product.see', product=Product.objects.visible_to)",
        "Partnership.objects.visible_to_client(actor).filter(state='active')",
        "Category.objects.all()",
    ],
)
def test_a_named_question_is_no_fault(source: str) -> None:
    assert list(readings(Module("clients.views.products", source))) == []


def test_a_walk_in_a_template_is_seen() -> None:
    assert in_template("{% for product in organisation.products.all %}")
    assert in_template("{{ client.memberships.count }}")
    assert not in_template("{% for product in listing.page %}{{ product.name }}")
