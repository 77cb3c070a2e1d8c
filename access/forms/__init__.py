from access.forms.account import PasswordForm, SignupForm
from access.forms.names import plain_name
from access.forms.organisation import OrganisationDataForm, OrganisationForm
from access.forms.people import InviteForm, MemberFilter, RoleForm

__all__ = [
    "InviteForm",
    "MemberFilter",
    "OrganisationDataForm",
    "OrganisationForm",
    "PasswordForm",
    "RoleForm",
    "SignupForm",
    "plain_name",
]
