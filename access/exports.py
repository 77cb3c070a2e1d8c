"""The acts log as CSV: fixed columns, streamed, moments as ISO 8601 (A2, docs/exports.md)."""

from collections.abc import Iterator
from typing import Any

from django.db.models import QuerySet
from django.utils import timezone
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from access import acts
from access.models import Act
from access.rules import Capacity

CHUNK = 2000
SUPPORT = (Capacity.SUPPORT_READ, Capacity.SUPPORT_WRITE)

ACT_COLUMNS = (
    gettext_lazy("When"),
    gettext_lazy("Who"),
    gettext_lazy("For"),
    gettext_lazy("As"),
    gettext_lazy("What"),
    gettext_lazy("Object"),
    gettext_lazy("Change"),
    gettext_lazy("Allowed"),
    gettext_lazy("Network address"),
    gettext_lazy("Act"),
    gettext_lazy("Kind of object"),
    gettext_lazy("Key of object"),
)
CLIENT_ACT_COLUMNS = (gettext_lazy("Client"), *ACT_COLUMNS)


def act_rows(lines: QuerySet[Act]) -> Iterator[tuple[Any, ...]]:
    """One row for each line, under `ACT_COLUMNS`; needs `acted_for`."""
    for line in lines.iterator(CHUNK):
        yield _act_row(line)


def client_act_rows(lines: QuerySet[Act]) -> Iterator[tuple[Any, ...]]:
    """One row for each line, under `CLIENT_ACT_COLUMNS`; needs `organisation`, `acted_for`."""
    for line in lines.iterator(CHUNK):
        yield (line.organisation.name, *_act_row(line))


def for_whom(line: Act) -> str:
    """The organisation that a line was done for, in words; empty for nobody's and the portal's."""
    if line.capacity in SUPPORT:
        return _("The vendor's support")
    return line.acted_for.name if line.acted_for else ""


def capacity(line: Act) -> str:
    """By which role or grant it was done."""
    return str(Capacity(line.capacity).label) if line.capacity in Capacity.values else ""


def _act_row(line: Act) -> tuple[Any, ...]:
    name = acts.object_name(line.object_type, line.object_name)
    sentence = acts.around(acts.template(line.act, allowed=line.allowed), name)
    return (
        timezone.localtime(line.at).isoformat(timespec="seconds"),
        line.person_name or _("The portal"),
        for_whom(line),
        capacity(line),
        "".join(sentence),
        name,
        " | ".join(str(change) for change in acts.difference(line.before, line.after)),
        _("yes") if line.allowed else _("no"),
        line.address,
        line.act,
        line.object_type,
        line.object_id,
    )
