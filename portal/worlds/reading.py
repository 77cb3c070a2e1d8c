"""Reading a world file: each value by its reader, each mistake with its place.

A reader takes a value, its place in the file and the report. It answers what it read, or None
after it has reported a mistake, so that one pass finds as many mistakes as there are.
"""

import re
from collections.abc import Callable, Collection
from dataclasses import MISSING, dataclass, field, fields
from datetime import date, timedelta
from decimal import Decimal
from difflib import get_close_matches
from pathlib import Path
from typing import Any

from django.core.exceptions import ValidationError
from django.core.validators import URLValidator, validate_email, validate_slug
from django.utils import timezone
from django_countries import countries


@dataclass(frozen=True, slots=True)
class Mistake:
    """What is wrong, and where: `partnerships[2].client`."""

    place: str
    sentence: str

    def __str__(self) -> str:
        return f"{self.place}: {self.sentence}" if self.place else self.sentence


class WorldError(Exception):
    """The world cannot be loaded, and nothing of it was; `mistakes` say why."""

    def __init__(self, *mistakes: Mistake) -> None:
        super().__init__("\n".join(map(str, mistakes)))
        self.mistakes = mistakes


class Report:
    """The mistakes found so far, the names that the file declares, by kind, and the folder of the
    file, where its pictures are."""

    def __init__(self, names: dict[str, list[str]], folder: Path | None = None) -> None:
        self.names = names
        self.folder = folder
        self.mistakes: list[Mistake] = []

    def add(self, place: str, sentence: str) -> None:
        self.mistakes.append(Mistake(place, sentence))


type Reader = Callable[[Any, str, Report], Any]


@dataclass(frozen=True, kw_only=True)
class Entry:
    """An object of the file. Its keys are the fields made by `key`."""

    place: str

    def at(self, name: str) -> str:
        return inside(self.place, name)


def inside(place: str, name: str) -> str:
    return f"{place}.{name}" if place else name


def key(reader: Reader, *, default: Any = MISSING) -> Any:
    """A key of an entry; without `default` the file must have it. A key that could not be read
    is None until the mistakes are raised."""
    return field(default=None, metadata={"reader": reader, "default": default})


def entry[Kind: Entry](kind: type[Kind]) -> Reader:
    """Reads an object as this kind of entry."""
    keys = {each.name: each.metadata for each in fields(kind) if "reader" in each.metadata}

    def read(value: Any, place: str, report: Report) -> Kind | None:
        if not isinstance(value, dict):
            report.add(place, "must be an object: {…}")
            return None
        for name in value:
            if name not in keys:
                hint = suggestion(name, keys, always=True)
                report.add(inside(place, name), f"is an unknown key{hint}")
        found = {}
        for name, metadata in keys.items():
            if name in value:
                found[name] = metadata["reader"](value[name], inside(place, name), report)
            elif metadata["default"] is MISSING:
                report.add(inside(place, name), "is missing.")
            else:
                found[name] = metadata["default"]
        return kind(place=place, **found)

    return read


def list_of(reader: Reader) -> Reader:
    """Reads a list; what could not be read is left out of it."""

    def read(value: Any, place: str, report: Report) -> list[Any] | None:
        if not isinstance(value, list):
            report.add(place, "must be a list: […]")
            return None
        found = [reader(each, f"{place}[{index}]", report) for index, each in enumerate(value)]
        return [each for each in found if each is not None]

    return read


def suggestion(name: str, known: Collection[str], *, always: bool = False) -> str:
    """The end of a sentence about an unknown name: the nearest known one, or else all of them
    when `always`."""
    nearest = get_close_matches(name, known, n=1, cutoff=0.6)
    if nearest:
        return f"; did you mean “{nearest[0]}”?"
    if always and known:
        return f"; possible are {', '.join(sorted(known))}."
    return "."


def leaf[Value](read_value: Callable[[Any], Value]) -> Reader:
    """A reader of a single value from a function that raises ValueError with the sentence."""

    def read(value: Any, place: str, report: Report) -> Value | None:
        try:
            return read_value(value)
        except ValueError as wrong:
            report.add(place, str(wrong))
            return None

    return read


def _text(value: Any, most: int) -> str:
    if not isinstance(value, str):
        raise ValueError('must be a text: "…"')
    stripped: str = value.strip()
    if not stripped:
        raise ValueError("must not be empty.")
    if len(stripped) > most:
        raise ValueError(f"is too long: {len(stripped)} characters, and {most} are possible.")
    if re.search(r"[\x00-\x08\x0b-\x1f\ud800-\udfff]", stripped):
        raise ValueError("holds a character that no text may hold.")
    return stripped


def text(most: int) -> Reader:
    return leaf(lambda value: _text(value, most))


def slug(most: int) -> Reader:
    """A short name for addresses, to which other places of the file refer."""

    def read_value(value: Any) -> str:
        name = _text(value, most)
        try:
            validate_slug(name)
        except ValidationError:
            raise ValueError(
                f"“{name}” may hold letters, figures, - and _ only, without accents."
            ) from None
        return name

    return leaf(read_value)


@leaf
def email(value: Any) -> str:
    address = _text(value, 254)
    try:
        validate_email(address)
    except ValidationError:
        raise ValueError(f"“{address}” is not an e-mail address.") from None
    return address.lower()


@leaf
def https_url(value: Any) -> str:
    address = _text(value, 200)
    try:
        URLValidator(schemes=["https"])(address)
    except ValidationError:
        raise ValueError(f"“{address}” is not an https address.") from None
    return address


@leaf
def country(value: Any) -> str:
    if not isinstance(value, str) or value not in countries:
        raise ValueError(f"“{value}” is no country code (two capital letters, ISO 3166).")
    return str(value)


@leaf
def boolean(value: Any) -> bool:
    if not isinstance(value, bool):
        raise ValueError("must be true or false.")
    return value


def number(least: int, most: int) -> Reader:
    def read_value(value: Any) -> int:
        if not isinstance(value, int) or isinstance(value, bool) or not least <= value <= most:
            raise ValueError(f"must be a whole number from {least} to {most}.")
        return value

    return leaf(read_value)


def decimal(least: str, most: str) -> Reader:
    """An amount or a percentage, written as a text: "9.92"."""

    def read_value(value: Any) -> Decimal:
        try:
            found = Decimal(value) if isinstance(value, str) else None
        except ArithmeticError:
            found = None
        if found is None or not Decimal(least) <= found <= Decimal(most):
            raise ValueError(f'must be a number from {least} to {most} in quotes: "9.92".')
        return found

    return leaf(read_value)


def choice(possible: Collection[str]) -> Reader:
    """One of these words."""
    words = [str(word) for word in possible]

    def read_value(value: Any) -> str:
        if not isinstance(value, str) or value not in words:
            found = suggestion(value, words, always=True) if isinstance(value, str) else ""
            raise ValueError(f"“{value}” is not possible here{found or ': it must be a word.'}")
        return value

    return leaf(read_value)


@leaf
def day(value: Any) -> date:
    """A date (2026-05-31), or days from today (-400d, +30d)."""
    relative = re.fullmatch(r"([+-]\d{1,5})d", value) if isinstance(value, str) else None
    if relative:
        return timezone.localdate() + timedelta(days=int(relative[1]))
    try:
        return date.fromisoformat(value)
    except (TypeError, ValueError):
        raise ValueError(
            f"“{value}” is no date: write 2026-05-31, or days from today as -400d or +30d."
        ) from None


def translations(languages: Collection[str], most: int) -> Reader:
    """Names by language: {"fr": "Hébergement web"}."""

    def read(value: Any, place: str, report: Report) -> dict[str, str] | None:
        if not isinstance(value, dict):
            report.add(place, 'must be an object of names by language: {"fr": "…"}')
            return None
        found = {}
        for language, name in value.items():
            if language not in languages:
                hint = suggestion(language, languages, always=True)
                report.add(f"{place}.{language}", f"is not one of the other languages{hint}")
            else:
                found[language] = text(most)(name, f"{place}.{language}", report)
        return found

    return read


def known(kind: str) -> Reader:
    """The name of something of this kind that the file declares anywhere."""

    def read(value: Any, place: str, report: Report) -> str | None:
        if not isinstance(value, str):
            report.add(place, 'must be a text: "…"')
            return None
        names = report.names[kind]
        name = str(value).lower() if kind == "person" else str(value)
        if name not in names:
            report.add(place, f"there is no {kind} “{name}”{suggestion(name, names)}")
            return None
        return name

    return read
