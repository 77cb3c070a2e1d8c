"""The acts log in words: a sentence for each act, labels for what an act changed (A2).

Each app adds its own acts, fields and words in its `acts` module, which its `apps` module imports.
Pure: no database; what a reader may see is decided by who asks for the lines.
"""

from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any

from django.utils import formats, timezone
from django.utils.dateparse import parse_date, parse_datetime
from django.utils.functional import Promise
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy, ngettext

from access.rules import ACTS, Role
from access.typography import with_colon

OBJECT = "%(object)s"
NAMED = 5
"""How many things of a longer list are named before the rest is counted."""

KINDS: dict[str, Promise] = {
    "organisation": gettext_lazy("Organisation"),
    "people": gettext_lazy("People"),
    "support": gettext_lazy("The vendor's support"),
}
"""What acts are about; an act's kind is the word before its dot."""

SENTENCES: dict[str, Promise] = {
    "organisation.create": gettext_lazy("Founded %(object)s"),
    "organisation.change": gettext_lazy("Changed the data of %(object)s"),
    "people.add": gettext_lazy("Gave a role: %(object)s"),
    "people.change": gettext_lazy("Changed a role: %(object)s"),
    "people.remove": gettext_lazy("Took somebody out of the organisation: %(object)s"),
    "people.leave": gettext_lazy("Left the organisation"),
    "people.invite": gettext_lazy("Invited somebody into the organisation: %(object)s"),
    "people.invite_again": gettext_lazy("Sent an invitation again: %(object)s"),
    "people.withdraw_invitation": gettext_lazy("Withdrew an invitation: %(object)s"),
    "people.join": gettext_lazy("Accepted an invitation and joined: %(object)s"),
    "people.refuse_invitation": gettext_lazy("Refused an invitation: %(object)s"),
    "support.open": gettext_lazy("Let the vendor's support in"),
    "support.prolong": gettext_lazy("Gave the vendor's support more time"),
    "support.close": gettext_lazy("Shut the vendor's support out"),
    "support.lapse": gettext_lazy("The time of the vendor's support was over"),
    "support.look_up": gettext_lazy("Found the organisation by its VIP code or by a person's code"),
    "support.premium": gettext_lazy("Changed the premium support"),
    "support.new_vip_code": gettext_lazy("Made a new VIP code"),
}
"""Act -> what was done, in a sentence that names its object at most once."""

FIELDS: dict[str, Promise] = {
    "name": gettext_lazy("Name"),
    "role": gettext_lazy("Role"),
    "accounting": gettext_lazy("Accounting right"),
    "street": gettext_lazy("Street and number"),
    "postcode": gettext_lazy("Postcode"),
    "city": gettext_lazy("Town"),
    "country": gettext_lazy("Country"),
    "registration_number": gettext_lazy("Registration number"),
    "vat_number": gettext_lazy("VAT number"),
    "website": gettext_lazy("Web site"),
    "affiliate": gettext_lazy("Affiliate"),
    "email": gettext_lazy("E-mail address"),
    "every_product": gettext_lazy("All products, future ones too"),
    "requires_second_factor": gettext_lazy("Requires a second factor"),
    "premium_support": gettext_lazy("Premium support"),
    "may_write": gettext_lazy("May change settings"),
    "reason": gettext_lazy("What it is about"),
    "until": gettext_lazy("Until"),
    "clients": gettext_lazy("Clients"),
}
"""Key of `before` and `after` -> its label."""

WORDS: dict[str, dict[str, Any]] = {"role": dict(Role.choices)}
"""Key of `before` and `after` -> the word for each of its values."""


def add(
    *,
    kinds: Mapping[str, Promise] | None = None,
    sentences: Mapping[str, Promise] | None = None,
    fields: Mapping[str, Promise] | None = None,
    words: Mapping[str, Mapping[str, Any]] | None = None,
) -> None:
    """Adds an app's own acts to the tables above."""
    KINDS.update(kinds or {})
    SENTENCES.update(sentences or {})
    FIELDS.update(fields or {})
    for key, found in (words or {}).items():
        WORDS.setdefault(key, {}).update(found)


def template(act: str, *, allowed: bool = True) -> str:
    """The sentence of an act, with `%(object)s` where its object is named.

    A refused act is a line of the table of rights (T9). An act without a sentence, as an old line
    may hold, stands as it is.
    """
    if not allowed:
        tried = ACTS[act].label if act in ACTS else act
        return _("Tried, but was not allowed: %(act)s") % {"act": tried} + f" – {OBJECT}"
    return str(SENTENCES.get(act, f"{act}: {OBJECT}"))


def label(act: str) -> str:
    """The act without its object, for a list of acts."""
    return template(act).replace(OBJECT, "…").strip(" :")


def around(text: str, name: str) -> tuple[str, str, str]:
    """A sentence in three: what stands before the object, its name, and what stands after. Only
    the first holds anything where the sentence, or the line, names no object."""
    before, found, after = text.partition(OBJECT)
    if not name or not found:
        return (before + after).rstrip(" \u00a0:–"), "", ""
    return before, name, after


def object_name(kind: str, name: str) -> str:
    """How a line names its object: a membership by its person, as the log is one organisation's."""
    return name.partition(" · ")[0] if kind == "membership" else name


@dataclass(frozen=True, slots=True)
class Change:
    """One field that an act changed, as words: from `before` to `after`, or for a list what came
    (`gained`) and what went (`lost`)."""

    label: str
    before: str = ""
    after: str = ""
    gained: list[str] = field(default_factory=list)
    lost: list[str] = field(default_factory=list)

    def __str__(self) -> str:
        """On one line, for a table of text."""
        if self.gained or self.lost:
            parts = [f"+ {name}" for name in self.gained] + [f"− {name}" for name in self.lost]
            return f"{with_colon(self.label)} {', '.join(parts)}"
        if self.before and self.after:
            return f"{with_colon(self.label)} {self.before} → {self.after}"
        if self.before:
            return f"{with_colon(self.label)} {self.before} →"
        return f"{with_colon(self.label)} {self.after}"


def difference(before: Any, after: Any) -> list[Change]:
    """What an act changed, readably, in the order of the stored facts; what stayed is left out."""
    old, new = _facts(before), _facts(after)
    changes = []
    for key in [*old, *(key for key in new if key not in old)]:
        was, now = old.get(key), new.get(key)
        if was == now and key in old and key in new:
            continue
        change = _change(key, was, now)
        if change is not None:
            changes.append(change)
    return changes


def _facts(stored: Any) -> dict[str, Any]:
    if stored is None:
        return {}
    return stored if isinstance(stored, dict) else {"": stored}


def _change(key: str, was: Any, now: Any) -> Change | None:
    name = str(FIELDS.get(key, key.replace("_", " ").capitalize()))
    if isinstance(was, list) and isinstance(now, list):
        gained = [_word(key, one) for one in now if one not in was]
        lost = [_word(key, one) for one in was if one not in now]
        return Change(name, gained=gained, lost=lost) if gained or lost else None
    old, new = _word(key, was), _word(key, now)
    return Change(name, old, new) if old or new else None


def _word(key: str, value: Any) -> str:
    """A stored value in the reader's language; nothing is the empty text."""
    if value is None or value == "" or value == []:
        return ""
    if isinstance(value, bool):
        return _("yes") if value else _("no")
    if isinstance(value, list):
        return _several([_word(key, one) for one in value])
    if isinstance(value, dict):
        return _several([str(change) for change in difference(None, value)])
    text = str(value)
    if text in WORDS.get(key, {}):
        return str(WORDS[key][text])
    return _when(key, text) or text


def _several(words: list[str]) -> str:
    rest = len(words) - NAMED
    if rest <= 1:
        return ", ".join(words)
    more = ngettext("and %(n)d more", "and %(n)d more", rest) % {"n": rest}
    return f"{', '.join(words[:NAMED])} {more}"


def _when(key: str, text: str) -> str:
    """A moment or a day that was stored as ISO 8601, in the reader's way; empty for others."""
    try:
        if key.endswith("_on") and (day := parse_date(text)):
            return formats.date_format(day, "SHORT_DATE_FORMAT")
        if (key.endswith("_at") or key == "until") and (moment := parse_datetime(text)):
            local = timezone.localtime(moment) if timezone.is_aware(moment) else moment
            return formats.date_format(local, "SHORT_DATETIME_FORMAT")
    except ValueError:
        pass  # no such day: as it was stored
    return ""
