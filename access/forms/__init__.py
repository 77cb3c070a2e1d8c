from access.forms.account import (
    AddEmailForm,
    LoginForm,
    PasswordForm,
    ResetPasswordForm,
    SignupForm,
)
from access.forms.names import plain_name
from access.forms.organisation import OrganisationDataForm, OrganisationForm
from access.forms.people import InviteForm, MemberFilter, RoleForm

__all__ = [
    "AddEmailForm",
    "InviteForm",
    "LoginForm",
    "MemberFilter",
    "OrganisationDataForm",
    "OrganisationForm",
    "PasswordForm",
    "ResetPasswordForm",
    "RoleForm",
    "SignupForm",
    "plain_name",
]
