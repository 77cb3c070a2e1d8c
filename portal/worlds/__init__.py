"""Worlds: organisations, people, products and partnerships from a file (see `docs/world.md`).

The demo world is such a file; the code knows nothing about it.
"""

import json
from pathlib import Path
from typing import Any

from access.models import Organisation, User
from clients.models import Category
from portal.worlds import building, checking, format
from portal.worlds.reading import Mistake, WorldError

__all__ = ["DEMO", "Mistake", "WorldError", "is_empty", "load", "read", "read_file"]

DEMO = Path(__file__).with_name("demo.json")


def read_file(path: Path) -> format.World:
    """The world in the file. Raises WorldError with all mistakes that reading it finds."""
    try:
        content = path.read_text(encoding="utf-8-sig")
    except OSError as problem:
        raise WorldError(Mistake("", f"The file can't be read: {problem.strerror}.")) from None
    except UnicodeDecodeError as problem:
        raise WorldError(Mistake(f"byte {problem.start}", "is not UTF-8.")) from None
    try:
        data = json.loads(content, object_pairs_hook=_without_doubles)
    except json.JSONDecodeError as problem:
        place = f"line {problem.lineno}, column {problem.colno}"
        raise WorldError(Mistake(place, f"is not JSON: {problem.msg}.")) from None
    except RecursionError:
        raise WorldError(Mistake("", "The file is nested too deeply.")) from None
    return read(data, folder=path.parent)


def read(data: Any, *, folder: Path | None = None) -> format.World:
    """The world that the data (from JSON) describe; its pictures are in `folder`. Raises
    WorldError."""
    world, report = format.read(data, folder)
    if world is not None:
        checking.check(world, report)
    if world is None or report.mistakes:
        raise WorldError(*report.mistakes)
    return world


def load(world: format.World) -> None:
    """Builds the world in one transaction. Raises WorldError, and then nothing is built."""
    if not is_empty():
        raise WorldError(
            Mistake("", "The database holds people, organisations or a catalogue already.")
        )
    building.build(world)


def is_empty() -> bool:
    """Whether the database holds nothing yet that a world would bring."""
    return not any(model.objects.exists() for model in (User, Organisation, Category))


def _without_doubles(pairs: list[tuple[str, Any]]) -> dict[str, Any]:
    """Refuses a key that an object holds twice: JSON would silently keep the last one."""
    found: dict[str, Any] = {}
    for name, value in pairs:
        if name in found:
            raise WorldError(Mistake(f"“{name}”", "stands twice in one object."))
        found[name] = value
    return found
