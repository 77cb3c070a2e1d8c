"""The staff's admin: sign-in through the portal's own, and no page that is a back door (T47)."""

# These register what is taken out below.
import allauth.account.admin
import allauth.mfa.admin
import allauth.usersessions.admin  # noqa: F401
import django.contrib.auth.admin  # noqa: F401 - the same
from allauth.account.models import EmailAddress, EmailConfirmation
from allauth.mfa.models import Authenticator
from allauth.usersessions.models import UserSession
from django.contrib import admin
from django.contrib.auth.models import Group

from access.admin import jobs, mail, organisations, people, support
from access.admin.second_factors import guard

__all__ = ["jobs", "mail", "organisations", "people", "support"]

# Groups hold what clients granted to partners, and a verified address opens invitations: both
# are written by services only. Second factors and sessions are their person's own.
for model in (Group, EmailAddress, EmailConfirmation, Authenticator, UserSession):
    if admin.site.is_registered(model):
        admin.site.unregister(model)

guard(admin.site)
