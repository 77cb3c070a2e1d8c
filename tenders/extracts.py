"""Extracts: what partners read of a tender before they open it (T2, threats T23, T24). Pure.

Nothing in an extract tells who asks or how to reach them, also when somebody typed it into the
text: addresses, numbers to call, links, host names, handles, streets, and the requester's own
words are masked. Prices, dates, times, quantities and versions stay.
"""

import html
import re
import unicodedata
from collections.abc import Callable, Iterable, Iterator
from dataclasses import dataclass
from typing import TYPE_CHECKING

from tenders import contact_patterns as known

if TYPE_CHECKING:
    from tenders.models import Tender

MASK = "[…]"
"""What stands in for a contact detail, in every language."""

type Span = tuple[int, int]


def make_extract(tender: "Tender") -> None:
    """Fills `extract_title` and `extract` from the title and the need, masked (T2, T24). Saves
    nothing. The requester's own name, company, number and addresses go wherever they stand."""
    own = own_words(tender)
    tender.extract_title = masked(" ".join(tender.title.split()), own)[:160]
    tender.extract = masked(tender.need, own)


def masked(text: str, own: Iterable[str] = ()) -> str:
    """`text` with every contact detail replaced by `MASK`; what nobody sees is dropped.

    `own`: words that are contact details because they are the requester's (see `own_words`).
    """
    text = "".join(_visible(unicodedata.normalize("NFC", html.unescape(text))))
    spans: list[Span] = []
    own = list(own)
    for view in (_folded(text), _joined(_folded(text))):
        for find in (*_FINDERS, lambda folded: _own(folded, own)):
            spans += [view.span(*found) for found in find(view.text)]
    return _replaced(text, spans)


# ---- One text to read, whatever it was typed in ----------------------------------------------


@dataclass(frozen=True, slots=True)
class View:
    """A text as the patterns read it; `origin` tells where each of its characters stands in the
    text that was typed."""

    text: str
    origin: list[int]

    def span(self, start: int, end: int) -> Span:
        return self.origin[start], self.origin[end - 1] + 1


_HIDDEN = {"Cf", "Cc", "Co", "Cs", "Cn"}
_BLANK = "\ufe0e\ufe0f\u034f\u115f\u1160\u3164"
_LOOKALIKES = str.maketrans(
    dict.fromkeys("․‧·•∙⋅。｡", ".")
    | dict.fromkeys("‐‑‒–—−﹘﹣", "-")
    | dict.fromkeys("⁄∕", "/")
    | dict.fromkeys("’‘ʼ`´", "'")
)


def _visible(text: str) -> Iterator[str]:
    """Each character that somebody sees: no zero-width ones, none that turn the writing round."""
    for character in text:
        kind = unicodedata.category(character)
        if character in "\n\t" or (kind not in _HIDDEN | {"Me"} and character not in _BLANK):
            yield character


def _folded(text: str) -> View:
    """Full-width, superscript and circled characters as plain ones, every figure as 0 to 9."""
    read: list[str] = []
    origin: list[int] = []
    for place, character in enumerate(text):
        plain = unicodedata.normalize("NFKC", character.translate(_LOOKALIKES))
        for one in plain.translate(_LOOKALIKES):
            figure = unicodedata.digit(one, None)
            read.append(one if figure is None else str(figure))
            origin.append(place)
    return View(_LETTER_O.sub("0", "".join(read)), origin)


_LETTER_O = re.compile(r"(?<![^\W\d_])[oO](?=\d)|(?<=\d)[oO](?=[\d\s]\d)")
_APART = re.compile(r"(?<!\S)\S(?:[ \t]{1,2}\S){4,}(?!\S)")


def _joined(view: View) -> View:
    """The same with `i n f o @ h o s t . c h` pulled together."""
    gaps = {
        place
        for run in _APART.finditer(view.text)
        for place in range(*run.span())
        if view.text[place] in " \t"
    }
    kept = [place for place in range(len(view.text)) if place not in gaps]
    return View("".join(view.text[place] for place in kept), [view.origin[p] for p in kept])


def _replaced(text: str, spans: list[Span]) -> str:
    """The text with each span, and what lies between two that all but touch, masked once."""
    parts: list[str] = []
    at = 0
    for start, end in _merged(text, spans):
        parts += [text[at:start], MASK]
        at = end
    return "".join([*parts, text[at:]]).strip()


def _merged(text: str, spans: list[Span]) -> list[Span]:
    merged: list[Span] = []
    for start, end in sorted(spans):
        if merged and not text[merged[-1][1] : start].strip(" \t.,;:/()<>[]-"):
            merged[-1] = (merged[-1][0], max(end, merged[-1][1]))
        else:
            merged.append((start, end))
    return merged


# ---- Numbers to call --------------------------------------------------------------------------

_FIGURES = re.compile(r"(?:\+|\(\+?|\b)\d(?:[ \t\n.()/_*,-]{0,4}\d){4,24}")
_DAY = re.compile(
    r"(?<![\d.])(?:0?[1-9]|[12]\d|3[01])\s?(?P<by>[./-])\s?(?:0?[1-9]|1[0-2])\s?(?P=by)\s?"
    r"(?:19\d\d|20\d\d|\d\d)(?!\d|\s?[./-]\s?\d\d?\s?[./-])(?!(?P=by)\d)"
    r"|(?<![\d-])(?:19|20)\d\d[-/.](?:0[1-9]|1[0-2])[-/.](?:0[1-9]|[12]\d|3[01])(?!\d|-\d)"
)
_TIME = re.compile(r"\b(?:[01]?\d|2[0-4])[:h][0-5]\d(?::[0-5]\d)?(?!\d)")
_CURRENCY = r"(?:CHF|EUR|USD|GBP|SFr\.?|Fr\.?|€|\$|£|Franken|francs?|euros?|franchi|francos)"
_AMOUNT = (
    r"(?!0\d)(?:\d{1,3}(?:[ '.]\d{3}){1,3}(?:[.,](?:\d{1,2}|-))?|\d{1,9}(?:[.,](?:\d{1,2}|-))?)"
)
_TO = r"(?:-|to|à|a|bis|y|et|und)"
_PRICE = re.compile(
    rf"{_CURRENCY}\s{{0,2}}(?:{_AMOUNT})(?:\s?{_TO}\s?(?:{_AMOUNT}))?(?!\d|[ .']\d)"
    rf"|(?<![\d+])(?<!\d[ '.])(?:(?:{_AMOUNT})\s?{_TO}\s?)?(?:{_AMOUNT})\s{{0,2}}"
    rf"{_CURRENCY}(?!\w)",
    re.IGNORECASE,
)
_VERSION = re.compile(r"(?:\bv|version\s|release\s)\d+(?:\.\d+)+", re.IGNORECASE)
_NO_NUMBER = (_DAY, _TIME, _VERSION, _PRICE)
_ROUND = re.compile(r"(?:[1-9]\d*0|(?:19|20)\d\d)(?:\s?[-/,]\s?(?:[1-9]\d*0|(?:19|20)\d\d))+")
_THOUSANDS = re.compile(r"[1-9]\d{0,2}(?:[ .,]000)+")
_PAIRS = re.compile(r"\d\d(?:[ .-]\d\d){3,}|\d{3}[ .-]\d\d[ .-]\d\d")


def _numbers(text: str) -> Iterator[Span]:
    """Figures that make a number to call: international, with a leading nought, or too long for
    anything else; and shorter ones where words say that they are to be called."""
    bare = _without(text, _NO_NUMBER)
    called = {found.end() for found in known.CALLED.finditer(bare)}
    for found in _FIGURES.finditer(bare):
        if found.start() in called or _to_call(found[0]):
            yield found.span()


def _without(text: str, patterns: Iterable[re.Pattern[str]]) -> str:
    """The text with what these find blotted out, at the same length."""
    for pattern in patterns:
        text = pattern.sub(lambda found: "\x00" * len(found[0]), text)
    return text


def _to_call(run: str) -> bool:
    figures = re.sub(r"\D", "", run)
    if run.lstrip("(").startswith("+") or figures.startswith("00"):
        return len(figures) >= 7
    if figures.startswith("0"):
        return len(figures) >= 7
    if "\n" in run or "," in run or _ROUND.fullmatch(run) or _THOUSANDS.fullmatch(run):
        return False
    return len(figures) >= 9 or bool(_PAIRS.fullmatch(run))


# ---- Everything else --------------------------------------------------------------------------


def _all(*patterns: re.Pattern[str]) -> Callable[[str], Iterator[Span]]:
    def find(text: str) -> Iterator[Span]:
        for pattern in patterns:
            for found in pattern.finditer(text):
                yield found.span()

    return find


_PRODUCTS = {"asp.net", "vb.net", "ado.net", "paint.net", "booking.com", "socket.io"}
_ENDINGS = frozenset(known.COUNTRY_DOMAINS + known.WIDE_DOMAINS)
_SOFTWARE = frozenset(known.NOT_ENDINGS)


def _hosts(text: str) -> Iterator[Span]:
    """Host names: a known ending, or a word after a dot that begins no new sentence."""
    for found in known.HOST.finditer(text):
        if _is_host(found["name"], found["ending"], found[0]):
            yield found.span()


def _is_host(name: str, ending: str, whole: str) -> bool:
    if ending.lower() in _ENDINGS:
        return whole.lower() not in _PRODUCTS
    if "/" in whole and ending.lower() not in _SOFTWARE and not name.replace(".", "").isdigit():
        return True
    begins = ending[0].isupper() and not ending.isupper()  # a sentence
    if len(ending) == 2 or ending.lower() in _SOFTWARE or begins:
        return ending.startswith("xn--")
    return any(character.isalpha() for character in name) and len(name) > 2


_FINDERS: tuple[Callable[[str], Iterator[Span]], ...] = (
    _all(*known.ADDRESSES, *known.LINKS, *known.SPELT_HOSTS, *known.HANDLES),
    _all(*known.PLACES, *known.CONTACT_LINES, known.SPELT_NUMBERS),
    _hosts,
    _numbers,
)


# ---- The requester's own words ----------------------------------------------------------------

_COMMON = frozenset(
    known.words(
        "and und the der die das des del della delle dei les los las une uns von van dem den "
        "pour per por für con avec mit sur our your gmbh sarl sàrl sagl srl spa sas sasu eurl "
        "ltd llc inc corp cie sons söhne fils info mail email e-mail contact kontakt contatto "
        "contacto hello hallo office admin sales web www site website webseite shop store "
        "online digital digitale cloud hosting server service services dienste solution "
        "solutions consulting group groupe gruppe agency agence agentur design media studio "
        "marketing software system systems technology technologies data team club verein "
        "association schweiz suisse svizzera switzerland swiss france deutschland germany "
        "italia italie españa spain international management company restaurant hotel post "
        "bank schule école school street strasse straße rue avenue road via chemin route place "
        "weg platz"
    )
)
_FREE_MAIL = frozenset(
    known.words(
        "gmail googlemail outlook hotmail live msn yahoo icloud gmx web bluewin sunrise proton "
        "protonmail orange wanadoo free laposte sfr libero example mail email"
    )
)


def own_words(tender: "Tender") -> list[str]:
    """What tells who asks: the names and numbers of the contact, whole and word by word, and the
    name, address and web site of the organisation for which it is asked."""
    local, _at, host = tender.contact_email.partition("@")
    labels = [label for label in host.split(".")[:-1] if label.lower() not in _FREE_MAIL]
    whole = [tender.contact_name, tender.company, tender.contact_email, tender.contact_phone, local]
    words = [*labels, *re.split(r"[\W_\d]+", local)]
    if tender.organisation is not None:
        theirs = tender.organisation
        whole += [theirs.name, theirs.street, theirs.registration_number, theirs.vat_number]
    words += [word for text in (*whole[:2], *whole[5:7]) for word in re.split(r"[\W\d_]+", text)]
    words = [word for word in words if len(word) > 2 and word.lower() not in _COMMON]
    whole = [text.strip() for text in whole if len(text.strip()) > 2]
    return list(dict.fromkeys([text for text in whole if text.lower() not in _COMMON] + words))


_WRITTEN_OUT = {ord("ä"): "ae", ord("ö"): "oe", ord("ü"): "ue", ord("ß"): "ss"}


def _own(text: str, own: list[str]) -> Iterator[Span]:
    """Where the requester's own words stand, with or without accents and signs in between."""
    plain = "".join(_unaccented(character) for character in text)
    for word in own:
        for pattern in _spellings(word):
            for found in re.finditer(pattern, plain, re.IGNORECASE):
                yield found.span()


def _unaccented(character: str) -> str:
    """One character without its accent: the text keeps its length."""
    return unicodedata.normalize("NFD", character)[0]


def _spellings(word: str) -> Iterator[str]:
    figures = re.sub(r"\D", "", word)
    if len(figures) >= 6:
        tail = figures.removeprefix("00")[-9:] if len(figures) > 9 else figures.lstrip("0")
        yield r"\D{0,3}".join(tail)
    signs = re.findall(r"[^\W_]", "".join(_unaccented(c) for c in _folded(word).text))
    if len(signs) < 3:
        return
    between = r"[\W_]{0,3}" if len(signs) > 4 else ""
    yield r"(?<![^\W_])" + between.join(map(re.escape, signs)) + r"(?:'?s)?(?![^\W_])"
    written = word.lower().translate(_WRITTEN_OUT)
    if written != word.lower():
        yield r"(?<![^\W_])" + re.escape(written) + r"(?![^\W_])"
