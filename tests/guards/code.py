"""The portal's own files, read as text and as syntax trees: what the guards look at."""

import ast
import subprocess
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path

CHECKOUT = Path(__file__).resolve().parent.parent.parent
APPS = ("access", "partners", "clients", "billing", "tenders", "portal")  # from the ground up


@dataclass(frozen=True)
class Module:
    """A Python file: its dotted name and its source."""

    name: str
    source: str

    @property
    def app(self) -> str:
        return self.name.partition(".")[0]

    @property
    def inner(self) -> str:
        """The name inside its app: `services.opening` of `clients.services.opening`."""
        return self.name.partition(".")[2]

    @property
    def tree(self) -> ast.Module:
        return ast.parse(self.source)

    def imports(self) -> Iterator[str]:
        """What is imported at run time, as dotted names with the name taken: `a.b.thing`."""
        yield from _imports(self.tree)


def modules() -> list[Module]:
    """Every Python file of the apps, migrations aside."""
    found = []
    for app in APPS:
        for path in sorted((CHECKOUT / app).rglob("*.py")):
            if "migrations" not in path.parts:
                parts = path.relative_to(CHECKOUT).with_suffix("").parts
                name = ".".join(part for part in parts if part != "__init__")
                found.append(Module(name, path.read_text()))
    return found


def templates() -> list[Path]:
    return sorted((CHECKOUT / "templates").rglob("*.html"))


def tracked_files() -> list[Path]:
    """The files under version control; all of them where there is no repository."""
    listed = subprocess.run(
        ["git", "ls-files", "-z"],  # noqa: S607 - whichever git the developer has
        cwd=CHECKOUT,
        capture_output=True,
        check=False,
    )
    if listed.returncode:
        return [path for app in (*APPS, "tests") for path in (CHECKOUT / app).rglob("*.*")]
    names = listed.stdout.decode().split("\0")
    return [CHECKOUT / name for name in names if name and (CHECKOUT / name).is_file()]


def _imports(node: ast.AST) -> Iterator[str]:
    for child in ast.iter_child_nodes(node):
        if isinstance(child, ast.If) and "TYPE_CHECKING" in ast.unparse(child.test):
            continue
        if isinstance(child, ast.Import):
            yield from (alias.name for alias in child.names)
        elif isinstance(child, ast.ImportFrom):
            yield from (f"{child.module}.{alias.name}" for alias in child.names)
        yield from _imports(child)
