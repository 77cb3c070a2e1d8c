"""Migrations only add: the release before goes on with the new tables (docs/operations.md).

What takes away, renames or demands a value that the old release does not give comes a release
later, when nobody uses it any more, and stands in EXCEPTIONS with its reason.
"""

from collections.abc import Iterator

import pytest
from django.db import models
from django.db.migrations import Migration, operations
from django.db.migrations.loader import MigrationLoader
from django.db.models import NOT_PROVIDED

OURS = ("access", "partners", "clients", "billing", "tenders", "portal")
TAKING = (
    operations.RemoveField,
    operations.DeleteModel,
    operations.RenameField,
    operations.RenameModel,
    operations.AlterModelTable,
)
# Migrations of before the first release, when nothing ran that could be in the way.
EXCEPTIONS: dict[str, str] = {
    "billing.0008_payment_key": "before the first release",
    "partners.0002_programme_and_directory": "before the first release",
}


def flaws(migration: Migration) -> Iterator[str]:
    """What the release before could stumble over."""
    made = {
        operation.name_lower
        for operation in migration.operations
        if isinstance(operation, operations.CreateModel)
    }
    for operation in migration.operations:
        if getattr(operation, "model_name", "").lower() in made:
            continue
        if isinstance(operation, TAKING):
            yield operation.describe()
        if isinstance(operation, operations.AddField) and _demanding(operation.field):
            yield f"{operation.describe()}: it has neither null=True nor a db_default"


def _demanding(field: models.Field) -> bool:  # type: ignore[type-arg]
    """A row that the old release writes would lack it."""
    if field.many_to_many or field.null:
        return False
    return field.db_default is NOT_PROVIDED


def migrations() -> dict[str, Migration]:
    found = MigrationLoader(None, ignore_no_migrations=True).disk_migrations
    return {f"{app}.{name}": one for (app, name), one in found.items() if app in OURS}


def test_migrations_only_add() -> None:
    wrong = {
        name: list(flaws(one))
        for name, one in migrations().items()
        if "initial" not in name and name not in EXCEPTIONS
    }
    assert {name: said for name, said in wrong.items() if said} == {}


def test_every_exception_is_needed() -> None:
    found = migrations()
    assert [name for name in EXCEPTIONS if name not in found or not list(flaws(found[name]))] == []


@pytest.mark.parametrize(
    ("operation", "good"),
    [
        (operations.RemoveField("order", "net"), False),
        (operations.DeleteModel("Order"), False),
        (operations.RenameField("order", "net", "sum"), False),
        (operations.AddField("order", "note", models.TextField(default="")), False),
        (operations.AddField("order", "note", models.TextField(db_default="")), True),
        (operations.AddField("order", "note", models.TextField(null=True)), True),
        (operations.CreateModel("Note", [("id", models.AutoField(primary_key=True))]), True),
    ],
)
def test_it_can_fail(operation: operations.base.Operation, good: bool) -> None:
    migration = Migration("0009_x", "billing")
    migration.operations = [operation]
    assert (list(flaws(migration)) == []) is good
