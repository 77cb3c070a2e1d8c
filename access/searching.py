"""What somebody types into a search field is found letter case and accents aside, everywhere in
the same way: "hotel" finds "Hôtel", and "hôtel" finds "Hotel"."""

import re
import unicodedata
from collections import defaultdict
from typing import Any

from django.db.models import Q

LATIN = frozenset([*range(0x00C0, 0x0180), *range(0x0218, 0x021C)])  # Western, Central Europe
ACCENTS = range(0x0300, 0x0370)
SPECIAL = frozenset(".[]{}()*+?|^$\\")
LONGEST = 100
"""How much of a text is looked for: a pattern's cost grows with it."""
OF_THEIR_OWN = {"ø": "o", "ð": "d", "đ": "d", "ł": "l", "ı": "i", "ß": "ss", "æ": "ae", "œ": "oe"}
IN_TWO_LETTERS = {"ae": "äæ", "oe": "öœ", "ue": "ü", "ss": "ß"}
"""As people write them whose keyboard lacks them: "Zuerich" finds "Zürich"."""


def plain(text: str) -> str:
    """Small letters, the Latin ones without their accents."""
    return "".join(map(_bare, unicodedata.normalize("NFC", text.lower())))


def _bare(letter: str) -> str:
    if ord(letter) in ACCENTS:
        return ""
    if ord(letter) not in LATIN:
        return letter
    return OF_THEIR_OWN.get(letter) or unicodedata.normalize("NFD", letter)[0]


def _letters() -> dict[str, str]:
    """Each small letter with all that `plain` makes begin with it: `e` with `eèéêë…`."""
    letters: dict[str, str] = defaultdict(str)
    for letter in LATIN_LETTERS:
        letters[plain(letter)[0]] += letter
    return {bare: f"[{bare}{others}]" for bare, others in letters.items()}


LATIN_LETTERS = [
    letter
    for letter in map(chr, sorted(LATIN))
    if plain(letter) != letter and (letter.islower() or len(letter.lower()) > 1)
]
LETTERS = _letters()
PAIRS = {
    pair: f"(?:{LETTERS[pair[0]]}{LETTERS[pair[1]]}|[{signs}])"
    for pair, signs in IN_TWO_LETTERS.items()
}
PIECES = re.compile("|".join([*PAIRS, "."]), re.DOTALL)


def pattern(text: str) -> str:
    """A regular expression of PostgreSQL's (`__iregex`) for what holds `text`."""
    return "".join(_piece(found.group()) for found in PIECES.finditer(plain(text)))


def _piece(text: str) -> str:
    if known := PAIRS.get(text) or LETTERS.get(text):
        return known
    return "\\" + text if text in SPECIAL else text


def holds(text: str, *fields: str) -> Q:
    """Rows of which one of the `fields` holds `text`, without the spaces around it; all rows where
    it is empty."""
    wanted, found = text.strip()[:LONGEST], Q()
    if not wanted:
        return found
    lookup: Any = pattern(wanted)
    for field in fields:
        found |= Q(**{f"{field}__iregex": lookup})
    return found


def plain_sql(column: str) -> str:
    """The same as `plain`, of a column, for an index: the index holds this very text."""
    sql, shorter = f"lower({column})", ""
    for letter in sorted(LATIN_LETTERS):
        if len(bare := plain(letter)) > 1:
            sql = f"replace({sql}, '{letter}', '{bare}')"
        else:
            shorter += letter
    return f"translate({sql}, '{shorter}', '{''.join(map(plain, shorter))}')"


def variants(word: str) -> list[str]:
    """The plain words that are looked for in an index of plain words: "zuerich" may be written
    with "ü", and is then "zurich" there."""
    found = [plain(word)]
    for pair in ("ae", "oe", "ue"):
        found += [one.replace(pair, pair[0]) for one in found if pair in one]
    return found
