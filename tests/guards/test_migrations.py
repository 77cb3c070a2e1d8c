"""Migrations only add: the release before goes on with the new tables (docs/operations.md), and
nobody waits for an index of a table that is there already.

What takes away, renames or demands a value that the old release does not give comes a release
later, when nobody uses it any more, and stands in EXCEPTIONS with its reason.
"""

import re
from collections.abc import Iterator

import pytest
from django.contrib.postgres.operations import AddIndexConcurrently
from django.db import connection, models
from django.db.migrations import Migration, operations
from django.db.migrations.loader import MigrationLoader
from django.db.models import NOT_PROVIDED

SLOWLY = re.compile(r"CREATE\s+(UNIQUE\s+)?INDEX\s+(?!CONCURRENTLY)", re.IGNORECASE)
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

LOCKING = {
    "access.0003_support_lookups_only_added",
    "access.0004_acts_log_indexes",
    "access.0006_index_of_refused_acts",
    "clients.0002_end_dates_and_exit_sheets",
    "clients.0003_console_accounts_and_confirmed_payers",
}
"""Those that build an index while its table is locked for writing; all of before the first release,
when the tables were empty."""


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


def locking(migration: Migration) -> Iterator[str]:
    """What builds an index without CONCURRENTLY on a table that was there before."""
    made = {
        operation.name_lower
        for operation in migration.operations
        if isinstance(operation, operations.CreateModel)
    }
    for operation in migration.operations:
        at_once = isinstance(operation, operations.AddIndex)
        if isinstance(operation, AddIndexConcurrently):
            at_once = False
        if at_once and operation.model_name_lower not in made:
            yield operation.describe()
        if isinstance(operation, operations.RunSQL):
            said = [operation.sql] if isinstance(operation.sql, str) else operation.sql
            yield from (one for one in said if SLOWLY.search(str(one)))


def test_no_index_is_built_while_nobody_may_write() -> None:
    found = {name for name, one in migrations().items() if list(locking(one))}
    assert {name for name in found if "initial" not in name} == LOCKING


def rebuilt(migration: Migration) -> Iterator[str]:
    """Foreign keys that Django would drop and make anew, in statements of their own: outside a
    transaction, one that is broken off in between leaves the table without."""
    for operation in migration.operations:
        if isinstance(operation, operations.AlterField) and operation.field.is_relation:
            yield operation.describe()


def test_no_foreign_key_is_dropped_on_the_way() -> None:
    found = {name: list(rebuilt(one)) for name, one in migrations().items() if not one.atomic}
    assert {name: said for name, said in found.items() if said} == {}


def test_a_foreign_key_made_anew_is_seen() -> None:
    key = models.ForeignKey("clients.Product", models.CASCADE, db_index=False)
    migration = Migration("0009_x", "billing")
    state_only = operations.RunSQL(["DROP INDEX CONCURRENTLY x"])
    state_only.state_operations = [operations.AlterField("order", "product", key)]
    migration.operations = [state_only, operations.AlterField("order", "product", key)]
    assert len(list(rebuilt(migration))) == 1


@pytest.mark.django_db
def test_grants_keep_their_foreign_keys() -> None:
    """A grant of a deleted product could attach to another one (A1)."""
    with connection.cursor() as cursor:
        cursor.execute(
            "SELECT count(*) FROM pg_constraint WHERE contype = 'f' AND convalidated"
            " AND conrelid = 'access_productgrouppermission'::regclass"
            " AND confrelid = 'clients_product'::regclass"
        )
        assert cursor.fetchone() == (1,)


def test_a_locking_index_is_seen() -> None:
    migration = Migration("0009_x", "billing")
    index = models.Index(fields=["net"], name="x")
    beside = operations.RunSQL(["CREATE INDEX CONCURRENTLY x ON y (z)"])
    good = [AddIndexConcurrently("order", index), beside]
    bad = [operations.AddIndex("order", index), operations.RunSQL("CREATE UNIQUE INDEX x ON y (z)")]
    migration.operations = [*good, *bad]
    assert len(list(locking(migration))) == len(bad)


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
