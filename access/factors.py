"""The second factors that people have set up."""

from allauth.mfa.models import Authenticator
from django.db.models import QuerySet

from access.models import User

FACTORS = (Authenticator.Type.TOTP, Authenticator.Type.WEBAUTHN)


def factors_of(person: User | int) -> QuerySet[Authenticator]:
    """What asks this person (or the one of this key) for more than a password. Recovery codes
    alone are none: they come with the others."""
    return Authenticator.objects.filter(user=person, type__in=FACTORS)
