"""What a service says when it refuses: a sentence for the reader, and the field it is about."""

from typing import TYPE_CHECKING

from django.core.exceptions import PermissionDenied

if TYPE_CHECKING:
    from access.policy import Actor


class Refused(Exception):
    """An act that the rules do not allow now. Nothing was written.

    `str(error)` is a translated sentence that says what to do; `field` names the form field it
    belongs beside, or is None when it concerns the whole.
    """

    def __init__(self, message: object, *, field: str | None = None) -> None:
        super().__init__(message)
        self.message = message
        self.field = field

    def __str__(self) -> str:
        return str(self.message)


class LastLegalRepresentative(Refused):
    """The organisation would be left without a legal representative (O3)."""


class AlreadyMember(Refused):
    """The person has a role in the organisation already (O1)."""


class AlreadyInvited(Refused):
    """An invitation of this organisation to this address waits for an answer."""


class NoLongerMember(Refused):
    """The person has no role in the organisation (any more)."""


class AlreadyAnswered(Refused):
    """The invitation does not wait any more: somebody was faster, or its time has passed (T4)."""


class NotInvited(Refused):
    """The invitation went to an address that is not proven to be this person's (T2, T5)."""


class InviterGone(Refused):
    """Who invited may no longer give this role."""


class OtherOrganisation(Refused):
    """It is up to the people of another organisation."""


class RepresentingRole(Refused):
    """Assigning something to somebody who reaches everything by their role."""


class ActForbidden(PermissionDenied):
    """403: the act, who can do it, and as whom the `actor` was refused; the page names them."""

    def __init__(
        self, message: object, *, act: object, who: list[str], actor: "Actor | None" = None
    ) -> None:
        super().__init__(message)
        self.message = message
        self.act = act
        self.who = who
        self.actor = actor
