"""The staff's admin: sign-in through the portal's own, and no page that is a back door (T47)."""

import allauth.account.admin  # noqa: F401 - registers what is taken out below
import django.contrib.auth.admin  # noqa: F401 - the same
from allauth.account.decorators import secure_admin_login
from allauth.account.models import EmailAddress, EmailConfirmation
from django.contrib import admin
from django.contrib.auth.models import Group

from access.admin import mail, organisations, people, support

__all__ = ["mail", "organisations", "people", "support"]

# Groups hold what clients granted to partners, and a verified address opens invitations: both
# are written by services only.
for model in (Group, EmailAddress, EmailConfirmation):
    if admin.site.is_registered(model):
        admin.site.unregister(model)

# One sign-in for all, with its limits and second factors; somebody who is no staff gets a 403.
admin.site.login = secure_admin_login(admin.site.login)  # type: ignore[method-assign]
