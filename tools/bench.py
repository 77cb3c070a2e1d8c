"""`make bench`: measure what the portal promises about its speed, each against a floor of its own.

Every module of `bench/` has `run()`, which answers a list of figures: `name`, `value`, `limit`,
`ok`, and a `note` that says what was compared. Both sides of a figure are measured in the same
run, so that a slow machine slows both. A module with `options(parser)` takes options of its own,
and its `run` the arguments; one with `table()` prints what it returns below the figures.
"""

import argparse
import importlib
import json
import os
import sys
from pathlib import Path
from typing import Any

CHECKOUT = Path(__file__).resolve().parent.parent
sys.path.insert(0, str(CHECKOUT))


def main() -> None:
    parser = argparse.ArgumentParser(prog="make bench", description=__doc__)
    parser.add_argument("names", nargs="*", help="only these modules of bench/")
    parser.add_argument("--json", type=Path, help="write the figures to this file, too")
    prepare()
    modules = {name: load(name) for name in found()}
    for module in modules.values():
        if hasattr(module, "options"):
            module.options(parser)
    arguments = parser.parse_args()
    figures: list[dict[str, Any]] = []
    for name in arguments.names or modules:
        say(f"{name} …")
        module = modules[name]
        measured = module.run(arguments) if hasattr(module, "options") else module.run()
        figures += [{"bench": name, **figure} for figure in measured]
    for figure in figures:
        say(line(figure))
    for name in arguments.names or modules:
        if hasattr(modules[name], "table"):
            say(f"\n{modules[name].table()}")
    if arguments.json:
        arguments.json.write_text(json.dumps(figures, indent=2, default=str) + "\n")
    if not all(figure["ok"] for figure in figures):
        raise SystemExit("A figure is beyond its limit.")


def prepare() -> None:
    """Set Django up on a server for benches: DATABASE_URL, else an embedded one of its own."""
    os.environ.setdefault("DEBUG", "true")
    os.environ.setdefault("DATA_DIR", str(CHECKOUT / "var" / "bench"))
    os.environ.setdefault("DJANGO_SETTINGS_MODULE", "portal.settings")
    if not os.environ.get("DATABASE_URL"):
        from portal.embedded import database_url

        folder = Path(os.environ["DATA_DIR"]) / "postgres"
        os.environ["DATABASE_URL"] = database_url(folder, durable=False)
    import django

    django.setup()


def found() -> list[str]:
    files = (CHECKOUT / "bench").glob("[a-z]*.py")
    return sorted(path.stem for path in files if "\ndef run(" in path.read_text())


def load(name: str) -> Any:
    return importlib.import_module(f"bench.{name}")


def line(figure: dict[str, Any]) -> str:
    mark = "ok    " if figure["ok"] else "FAILED"
    words = (
        f"{mark} {figure['bench']}: {figure['name']}: {figure['value']} (limit {figure['limit']})"
    )
    return f"{words} – {figure['note']}" if figure.get("note") else words


def say(text: str) -> None:
    sys.stdout.write(f"{text}\n")
    sys.stdout.flush()


if __name__ == "__main__":
    main()
