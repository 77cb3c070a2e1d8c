"""The laws of a catalogue of translations, beyond those of `tools/translations.py check`: what a
reader would trip over in one language."""

import re
from collections.abc import Callable, Iterator

import polib

NBSP = "\u00a0\u202f"

INFORMAL = {
    "de": re.compile(r"\b(du|dir|dich|dein\w*|euch|euer|eure\w*)\b", re.I),
    "fr": re.compile(r"\b(tu|toi|ton|ta|tes|te)\b|\bt[’'](?=\w)", re.I),
    "it": re.compile(r"\b(tu|tuo|tua|tuoi|tue|ti|te|voi|vostr[oaie])\b", re.I),
    "es": re.compile(r"\b(tú|tu|tus|ti|te|contigo|vosotr[oa]s|vuestr[oa]s?)\b", re.I),
}
"""Every reader is addressed formally: Sie, vous, Lei, usted."""

_CODE = re.compile(r"<[^>]*>|https?://\S*|%\(\w+\)[sd]|%%|%[sd]|\{\w*\}|\{\"[^}]*\}|\d+:\s?\d+")
_TIGHT = re.compile(rf"(?<=[\w’)%»…X])[:;?!»]|«(?![{NBSP}])|(?<![\w{NBSP}.…!?])[;!?»]")
_SWISS = re.compile(
    r"\b\w*(?:schliess|gross|gröss|strasse|ausser|heiss|grüss|gemäss|massnahm|fliess|stoss)\w*",
    re.I,
)

Texts = list[str]


def texts_of(entry: polib.POEntry) -> Texts:
    return list(entry.msgstr_plural.values()) if entry.msgid_plural else [entry.msgstr]


def impolite(language: str, text: str) -> str:
    hit = INFORMAL[language].search(text)
    return f"addresses the reader informally: {hit.group()!r}" if hit else ""


def badly_set(language: str, text: str) -> str:
    """French has a narrow place before its tall signs, German and the others quotes of their own,
    and nobody a typewriter's apostrophe."""
    plain = _CODE.sub("X", text)
    if language == "fr" and (hit := _TIGHT.search(plain)):
        return f"needs a non-breaking space at {hit.group()!r}"
    wrong = {"de": "«»”‚‘", "fr": "“”„", "it": "„", "es": "„"}[language]
    if odd := set(plain) & set(wrong + '"'):
        return f"uses the quotes {sorted(odd)}"
    if language != "es" and re.search(r"\w'\w", plain):
        return "has a straight apostrophe"
    if language == "de" and (hit := _SWISS.search(plain)):
        return f"writes {hit.group()!r} where the others have ß"
    return ""


def ill_fitting(source: str, text: str) -> str:
    """Blanks at the ends and tags are as in the source: texts are put together around them."""
    if (source[:1].isspace(), source[-1:].isspace()) != (text[:1].isspace(), text[-1:].isspace()):
        return "begins or ends with other blanks"
    if _tags(source) != _tags(text):
        return f"has other tags: {_tags(text)} instead of {_tags(source)}"
    return ""


def _tags(text: str) -> list[str]:
    return sorted(re.findall(r"</?[a-z]\w*", text))


def wrong_plurals(entry: polib.POEntry, forms: int) -> str:
    if not entry.msgid_plural:
        return ""
    if sorted(entry.msgstr_plural) != list(range(forms)):
        return f"has the plural forms {sorted(entry.msgstr_plural)}, the language has {forms}"
    return "" if all(entry.msgstr_plural.values()) else "has an empty plural form"


def faults(catalogue: polib.POFile, language: str) -> Iterator[str]:
    """Every fault of a catalogue, with the text that has it."""
    forms = int(re.search(r"nplurals=(\d)", catalogue.metadata["Plural-Forms"]).group(1))
    for entry in catalogue:
        if entry.obsolete:
            continue
        found = [wrong_plurals(entry, forms)]
        for text in texts_of(entry):
            checks: list[Callable[[str, str], str]] = [impolite, badly_set]
            found += [check(language, text) for check in checks]
            if text:
                found.append(ill_fitting(entry.msgid, text))
        yield from (f"{language}: {entry.msgid[:60]!r} {one}" for one in found if one)
