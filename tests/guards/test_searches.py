"""What somebody types is looked for in one way: `access.searching` (decision 14)."""

import re

import pytest

from access.searching import plain_sql
from clients.reached import PLAIN
from tests.guards.code import CHECKOUT, Module, modules

OTHERS = re.compile(r"__icontains|__iregex|\bILIKE\b|~\*")
ITS_HOMES = ("access.searching", "clients.reached")  # the second has SQL of its own
MIGRATION = "clients/migrations/0006_words_without_accents.py"


def others(module: Module) -> list[str]:
    return [] if module.name in ITS_HOMES else OTHERS.findall(module.source)


@pytest.mark.parametrize("module", modules(), ids=lambda module: module.name)
def test_nothing_is_looked_for_in_another_way(module: Module) -> None:
    assert others(module) == []


@pytest.mark.parametrize("source", ["x.filter(name__icontains=q)", 'f"name ILIKE {x}"', "'a ~* b'"])
def test_another_way_would_be_seen(source: str) -> None:
    assert others(Module("clients.querysets", source))


def test_the_index_of_words_is_made_by_the_table_of_letters() -> None:
    """Whoever changes the table makes the index anew, in a migration."""
    found: dict[str, str] = {}
    exec((CHECKOUT / MIGRATION).read_text(), found)  # noqa: S102 - our own file
    assert found["PLAIN"] == plain_sql("name") == PLAIN.replace("product.name", "name")
