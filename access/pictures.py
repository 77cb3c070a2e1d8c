"""See as somebody else: an actor to look through, with which nothing can be done.

A picture answers every question about what a partner's people see by the same table and the same
queries as theirs. It belongs to the person who looks, so no line of a log can name another.
"""

from dataclasses import dataclass
from typing import Any

from access.models import User
from access.policy import Actor, forbidden
from access.rules import ACTS, Capacity

LOOKING = frozenset({"organisation.open", "product.see", "people.see"})
"""All that a picture is good for."""

SHOWN = (
    "product.see",
    "product.change_settings",
    "product.order",
    "product.renew",
    "product.cancel",
    "people.see",
    "people.change",
    "organisation.change",
    "accounting.see",
    "log.see",
    "partners.authorise",
)
"""The acts that a picture tells about, in this order."""


@dataclass(frozen=True)
class Picture(Actor):
    """What a partner's people are in the organisation, to be looked at by `person`.

    `may` and `answer` say what they may do; `require`, which every verb asks, refuses all that is
    not looking.
    """

    def require(self, act: str) -> None:
        if act not in LOOKING:
            raise forbidden(self, act)
        super().require(act)

    def acts(self, *, allowed: bool) -> list[Any]:
        """What the partner's people may do, or may not, in words."""
        return [ACTS[act].label for act in SHOWN if self.may(act) is allowed]


def picture_of(partnership: Any, *, full: bool, person: User) -> Picture:
    """The partner's people of a `clients.Partnership`, as they are in the client's organisation.

    For somebody of the client who may see the partnership; whoever calls has asked for that.
    """
    return Picture(
        person=person,
        organisation=partnership.client,
        capacity=Capacity.PARTNER_FULL if full else Capacity.PARTNER_LIMITED,
        membership=None,
        partner=partnership.partner.organisation,
        partnership=partnership,
    )
