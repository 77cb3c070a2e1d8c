"""The verbs that write people, organisations and memberships (O1-O3, O6)."""

from access.errors import AlreadyMember, LastLegalRepresentative
from access.services.account import change_language
from access.services.invitations import (
    accept_invitation,
    invitation_outcome,
    invite_member,
    refuse_invitation,
    resend_invitation,
    withdraw_invitation,
)
from access.services.organisations import change_organisation, create_organisation
from access.services.people import (
    add_member,
    change_member,
    end_membership,
    leave,
    remove_member,
)

__all__ = [
    "AlreadyMember",
    "LastLegalRepresentative",
    "accept_invitation",
    "add_member",
    "change_language",
    "change_member",
    "change_organisation",
    "create_organisation",
    "end_membership",
    "invitation_outcome",
    "invite_member",
    "leave",
    "refuse_invitation",
    "remove_member",
    "resend_invitation",
    "withdraw_invitation",
]
