"""The translations: `compile` them, `check` that none is missing, or `update` the catalogues
from the code (which needs gettext's xgettext; the others do not)."""

import re
import shutil
import subprocess
import sys
import tempfile
from collections.abc import Iterator
from pathlib import Path

import polib

CHECKOUT = Path(__file__).resolve().parent.parent
sys.path.insert(0, str(CHECKOUT))
LANGUAGES = ("de", "es", "fr", "it")
PLURALS = dict.fromkeys(("de", "es", "it"), "nplurals=2; plural=(n != 1);") | {
    "fr": "nplurals=2; plural=(n > 1);"
}
APPS = ("access", "partners", "clients", "billing", "tenders", "portal", "templates", "static")


def check() -> list[str]:
    """Every fault of every catalogue, with its place."""
    catalogues = [CHECKOUT / "locale" / name / "LC_MESSAGES" / "django.po" for name in LANGUAGES]
    wanted = extract() if shutil.which("xgettext") else {}
    return [fault for path in catalogues for fault in faults(path, wanted)]


def faults(path: Path, wanted: dict[tuple[str | None, str], polib.POEntry]) -> Iterator[str]:
    name = path.relative_to(CHECKOUT)
    entries = {(entry.msgctxt, entry.msgid): entry for entry in polib.pofile(str(path))}
    for entry in entries.values():
        if not entry.obsolete and (entry.fuzzy or not entry.translated()):
            yield f"{name}:{entry.linenum}: not translated: {entry.msgid!r}"
        elif not entry.obsolete and misplaced(entry):
            yield f"{name}:{entry.linenum}: other placeholders than {entry.msgid!r}"
    for key, source in wanted.items():
        if key not in entries or entries[key].obsolete:
            place = ":".join(source.occurrences[0]) if source.occurrences else "?"
            yield f"{name}: missing, from {place}: {key[1]!r}"


def misplaced(entry: polib.POEntry) -> bool:
    """Whether a translation has other placeholders than its source. A singular may say "one"."""
    wanted = placeholders(entry.msgid) | placeholders(entry.msgid_plural)
    if not entry.msgid_plural:
        return placeholders(entry.msgstr) != wanted
    texts = [entry.msgstr_plural[number] for number in sorted(entry.msgstr_plural)]
    return any(not placeholders(text) <= wanted for text in texts) or (
        placeholders(texts[-1]) != wanted
    )


def placeholders(text: str) -> set[str]:
    return set(re.findall(r"%\(\w+\)[sd]|%[sd]|\{\w*\}", text))


def update() -> None:
    """Brings every catalogue up to date with the code: new texts are added, empty; texts that
    left are dropped; what is translated stays."""
    found = extract()
    for language in LANGUAGES:
        path = CHECKOUT / "locale" / language / "LC_MESSAGES" / "django.po"
        path.parent.mkdir(parents=True, exist_ok=True)
        old = polib.pofile(str(path)) if path.exists() else []
        known = {(entry.msgctxt, entry.msgid): entry for entry in old if not entry.obsolete}
        new = polib.POFile(wrapwidth=100)
        new.metadata = {
            "Language": language,
            "MIME-Version": "1.0",
            "Content-Type": "text/plain; charset=UTF-8",
            "Content-Transfer-Encoding": "8bit",
            "Plural-Forms": PLURALS[language],
        }
        for key, entry in sorted(found.items(), key=lambda item: (item[0][1], item[0][0] or "")):
            kept = known.get(key)
            if kept is not None and bool(kept.msgid_plural) == bool(entry.msgid_plural):
                entry = kept
            elif entry.msgid_plural:
                entry.msgstr_plural = {0: "", 1: ""}
            entry.occurrences, entry.comment, entry.flags = (
                [],
                "",
                sorted(set(entry.flags) & {"python-format", "python-brace-format"}),
            )
            new.append(entry)
        new.save(str(path))


def extract() -> dict[tuple[str | None, str], polib.POEntry]:
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
    return {(entry.msgctxt, entry.msgid): entry for entry in found}


def main() -> None:
    from portal.launch import compile_translations

    if sys.argv[1:] == ["compile"]:
        compile_translations(CHECKOUT / "locale")
    elif sys.argv[1:] == ["update"]:
        update()
    elif sys.argv[1:] == ["check"]:
        found = check()
        sys.stderr.write("".join(f"{fault}\n" for fault in found[:40]))
        if len(found) > 40:
            sys.stderr.write(f"… and {len(found) - 40} more\n")
        sys.exit(bool(found))
    else:
        sys.exit("Say compile, check or update.")


if __name__ == "__main__":
    main()
