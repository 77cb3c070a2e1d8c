"""Translations without gettext's programs: `compile` them, or `check` that none is missing."""

import shutil
import subprocess
import sys
import tempfile
from collections.abc import Iterator
from pathlib import Path

import polib

CHECKOUT = Path(__file__).resolve().parent.parent
sys.path.insert(0, str(CHECKOUT))
APPS = ("access", "partners", "clients", "billing", "tenders", "portal", "templates", "static")


def check() -> list[str]:
    """Every fault of every catalogue, with its place."""
    catalogues = sorted((CHECKOUT / "locale").glob("*/LC_MESSAGES/django.po"))
    wanted = extract() if shutil.which("xgettext") else {}
    return [fault for path in catalogues for fault in faults(path, wanted)]


def faults(path: Path, wanted: dict[tuple[str | None, str], str]) -> Iterator[str]:
    name = path.relative_to(CHECKOUT)
    entries = {(entry.msgctxt, entry.msgid): entry for entry in polib.pofile(str(path))}
    for entry in entries.values():
        if not entry.obsolete and (entry.fuzzy or not entry.translated()):
            yield f"{name}:{entry.linenum}: not translated: {entry.msgid!r}"
    for key, place in wanted.items():
        if key not in entries or entries[key].obsolete:
            yield f"{name}: missing, from {place}: {key[1]!r}"


def extract() -> dict[tuple[str | None, str], str]:
    """All texts of the code that are marked for translation, each with its place."""
    with tempfile.TemporaryDirectory() as folder:
        for app in APPS:
            if (CHECKOUT / app).exists():
                shutil.copytree(CHECKOUT / app, Path(folder) / app)
        (Path(folder) / "locale").mkdir()
        subprocess.run(
            [sys.executable, "-m", "django", "makemessages", "--locale=xx", "--verbosity=0"],
            cwd=folder,
            check=True,
            env={"PATH": "/usr/local/bin:/usr/bin:/bin"},
        )
        found = polib.pofile(str(Path(folder) / "locale" / "xx" / "LC_MESSAGES" / "django.po"))
    return {
        (entry.msgctxt, entry.msgid): ":".join(entry.occurrences[0]) if entry.occurrences else "?"
        for entry in found
    }


def main() -> None:
    from portal.launch import compile_translations

    if sys.argv[1:] == ["compile"]:
        compile_translations(CHECKOUT / "locale")
    elif sys.argv[1:] == ["check"]:
        found = check()
        sys.stderr.write("".join(f"{fault}\n" for fault in found[:40]))
        if len(found) > 40:
            sys.stderr.write(f"… and {len(found) - 40} more\n")
        sys.exit(bool(found))
    else:
        sys.exit("Say compile or check.")


if __name__ == "__main__":
    main()
