"""What the gallery shows: for each kind of letter its purpose in a line, and one or more cases.

A case makes the rows that its letter reads in a `World`, and answers the facts that the mail would
hold. Its module imports nothing that writes for good.
"""

from collections.abc import Callable
from dataclasses import dataclass, field
from typing import Any

from django.utils.functional import Promise
from django.utils.translation import gettext_lazy as _

from portal.mail_samples.world import World

type Words = str | Promise
type Maker = Callable[[World], dict[str, Any]]

AREAS: dict[str, Words] = {
    "account": _("Accounts"),
    "access": _("People and support"),
    "clients": _("Partnerships"),
    "billing": _("Orders, renewals and money"),
    "partners": _("Partner programme and directory"),
    "tenders": _("Tenders"),
}
"""The areas in the gallery's order: what stands before the dot of a kind."""

TO_CLIENT = _("To the client")
TO_PARTNER = _("To the partner")
ONLY = "1"


@dataclass(frozen=True, slots=True)
class Case:
    """One letter to show: `label` tells it from the others of its kind, `key` is in addresses."""

    key: str
    label: Words
    facts: Maker


@dataclass(frozen=True, slots=True)
class Kind:
    """A kind of letter: why it exists, in a line, and its cases."""

    kind: str
    purpose: Words
    cases: list[Case] = field(default_factory=list)

    @property
    def area(self) -> str:
        return self.kind.partition(".")[0]

    def case(self, key: str) -> Case:
        """The case with this key, else the first."""
        return next((case for case in self.cases if case.key == key), self.cases[0])


kinds: dict[str, Kind] = {}


def sample(kind: str, purpose: Words = "", case: Words = "") -> Callable[[Maker], Maker]:
    """Registers what makes the facts of a letter of this kind. A second case needs no `purpose`."""

    def register(maker: Maker) -> Maker:
        found = kinds.setdefault(kind, Kind(kind, purpose))
        found.cases.append(Case(str(len(found.cases) + 1), case, maker))
        return maker

    return register
