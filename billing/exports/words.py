"""Words in files, in the reader's language: names of the catalogue, and why an entry stands."""

import re
from typing import Any

from django.db.models import Case, CharField, F, TextField, Value, When
from django.db.models.fields.json import KT, KeyTextTransform
from django.db.models.functions import Coalesce, Concat, NullIf
from django.utils.translation import get_language

from billing.entries import SENTENCES

HOLE = re.compile(r"%\((\w+)\)s|(%%)")


def named(path: str) -> Any:
    """The name of what the catalogue calls by `path` (a product type), in the active language."""
    translated = NullIf(KeyTextTransform(get_language() or "en", f"{path}__names"), Value(""))
    return Coalesce(translated, F(f"{path}__name"), output_field=TextField())


def fact(name: str) -> Any:
    """What an entry's sentence calls by `name`, as text; NULL where it names no such thing. The
    product is named in the reader's language as long as the entry's line tells which it is."""
    kept = KT(f"facts__{name}")
    return Coalesce(named("line__product_type"), kept) if name == "product" else kept


def why() -> Any:
    """`billing.entries.sentence`, written by the database: a reason without words is its key."""
    return Case(
        *(When(reason=key, then=_sentence(str(words))) for key, words in SENTENCES.items()),
        default=F("reason"),
        output_field=CharField(),
    )


def _sentence(words: str) -> Any:
    """The words with their holes filled from the facts; a missing fact leaves nothing."""
    parts: list[Any] = []
    at = 0
    for hole in HOLE.finditer(words):
        parts += [Value(words[at : hole.start()])] if hole.start() > at else []
        parts.append(fact(hole[1]) if hole[1] else Value("%"))
        at = hole.end()
    parts += [Value(words[at:])] if at < len(words) else []
    joined = parts if len(parts) > 1 else [*parts, Value("")]
    return Concat(*joined, output_field=TextField())
