from access.models.grants import (
    OrganisationGroupPermission,
    OrganisationUserPermission,
    ProductGroupPermission,
    ProductUserPermission,
)
from access.models.limits import Attempt
from access.models.mail import OutgoingMail
from access.models.organisations import Act, Membership, Organisation
from access.models.people import User

__all__ = [
    "Act",
    "Attempt",
    "Membership",
    "Organisation",
    "OrganisationGroupPermission",
    "OrganisationUserPermission",
    "OutgoingMail",
    "ProductGroupPermission",
    "ProductUserPermission",
    "User",
]
