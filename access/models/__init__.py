from access.models.acts import Act
from access.models.grants import (
    AssignedCategory,
    OrganisationGroupPermission,
    OrganisationUserPermission,
    ProductGroupPermission,
    ProductUserPermission,
)
from access.models.invitations import MemberInvitation
from access.models.jobs import JobRun, JobStanding
from access.models.limits import Attempt
from access.models.mail import OutgoingMail
from access.models.organisations import Membership, Organisation
from access.models.people import User
from access.models.support import SupportAccess, SupportCode, SupportLookup
from access.models.topics import MutedTopic, Topic

__all__ = [
    "Act",
    "AssignedCategory",
    "Attempt",
    "JobRun",
    "JobStanding",
    "MemberInvitation",
    "Membership",
    "MutedTopic",
    "Organisation",
    "OrganisationGroupPermission",
    "OrganisationUserPermission",
    "OutgoingMail",
    "ProductGroupPermission",
    "ProductUserPermission",
    "SupportAccess",
    "SupportCode",
    "SupportLookup",
    "Topic",
    "User",
]
