"""Sizes, addresses and migrations: laws that any file can break."""

import ast
import re
from pathlib import Path

import pytest
from django.apps import apps
from django.core.management import call_command
from django.db.migrations.autodetector import MigrationAutodetector
from django.db.migrations.loader import MigrationLoader
from django.db.migrations.state import ProjectState

from tests.guards.code import CHECKOUT, templates, tracked_files

MOST_LINES, MOST_IN_A_FUNCTION, MOST_IN_A_TEMPLATE = 400, 40, 150
TEXT = {".py", ".html", ".txt", ".md", ".toml", ".cfg", ".yml", ".yaml", ".json", ".css", ".js"}
TEXT |= {".sh", ".lock", ".po", ".conf", "", ".ini", ".xml"}

# Put together here, so that this file does not hold what it looks for.
REGISTRIES = ("pypi" + ".org", "pythonhosted" + ".org", "registry." + "npmjs", "npmjs" + ".com")
REGISTRIES += ("index-" + "url http", "index-" + "url=http", "artifact" + "ory", "crates" + ".io")
FOREIGN = re.compile(
    r"|".join(re.escape(name) for name in REGISTRIES)
    + r"|(?<![\w./<-])/(?:work|root|home/\w+|Users/\w+)/"
    + r"|(?<![\w./<-])/tmp/"
    + r"(?:w|brief)/"
)


def python_files() -> list[Path]:
    return [
        path for path in tracked_files() if path.suffix == ".py" and "migrations" not in path.parts
    ]


def long_functions(source: str) -> list[str]:
    """The functions with more lines than a screen holds."""
    return [
        node.name
        for node in ast.walk(ast.parse(source))
        if isinstance(node, ast.FunctionDef | ast.AsyncFunctionDef)
        and node.end_lineno - node.lineno + 1 > MOST_IN_A_FUNCTION
    ]


def length(path: Path) -> int:
    return len(path.read_text().splitlines())


def short(path: Path) -> str:
    return str(path.relative_to(CHECKOUT))


def test_no_file_is_too_long() -> None:
    assert {short(path): length(path) for path in python_files() if length(path) > MOST_LINES} == {}


def test_no_template_is_too_long() -> None:
    found = {short(path): length(path) for path in templates()}
    assert {name: lines for name, lines in found.items() if lines > MOST_IN_A_TEMPLATE} == {}


def test_no_function_is_too_long() -> None:
    """A journey in a browser is one story, and told in one piece."""
    stories = CHECKOUT / "tests" / "browser"
    read = [path for path in python_files() if not path.is_relative_to(stories)]
    found = {short(path): long_functions(path.read_text()) for path in read}
    assert {name: functions for name, functions in found.items() if functions} == {}


def test_a_long_function_is_seen() -> None:
    assert long_functions("def long():\n" + "    pass\n" * MOST_IN_A_FUNCTION) == ["long"]
    assert long_functions("def short():\n" + "    pass\n" * (MOST_IN_A_FUNCTION - 1)) == []


def test_no_file_holds_the_address_of_a_registry_or_of_a_machine() -> None:
    found = {}
    for path in tracked_files():
        if path.suffix in TEXT and "vendor" not in path.parts:
            text = path.read_bytes().decode(errors="replace")
            if hits := sorted({hit.group() for hit in FOREIGN.finditer(text)}):
                found[short(path)] = hits
    assert found == {}


@pytest.mark.parametrize(
    "text",
    [
        "https://" + "pypi" + ".org/simple",
        "cd /" + "work/main",
        'open("/' + 'root/.ssh")',
        "/" + "home/ann/portal",
    ],
)
def test_such_an_address_is_seen(text: str) -> None:
    assert FOREIGN.search(text)


@pytest.mark.parametrize(
    "text", ["templates/work/list.html", "https://x.example/root/", "</root/>"]
)
def test_an_innocent_path_is_no_fault(text: str) -> None:
    assert not FOREIGN.search(text)


# ---- Migrations -----------------------------------------------------------------------------


def missing_migrations(state: ProjectState) -> dict[str, list[object]]:
    """The migrations that the models of `state` still need, by app."""
    loader = MigrationLoader(None)
    return MigrationAutodetector(loader.project_state(), state).changes(graph=loader.graph)


@pytest.mark.django_db
def test_no_migration_is_missing() -> None:
    call_command("makemigrations", check=True, dry_run=True, verbosity=0)


def test_a_missing_migration_is_seen() -> None:
    state = ProjectState.from_apps(apps)
    assert missing_migrations(state) == {}
    state.models["clients", "product"].fields.pop("notes")
    assert list(missing_migrations(state)) == ["clients"]
