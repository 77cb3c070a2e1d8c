"""The verbs of a person's own profile."""

from secrets import token_hex

from allauth.mfa.models import Authenticator
from allauth.usersessions.models import UserSession
from django.conf import settings
from django.db import transaction
from django.utils import timezone
from django.utils.translation import gettext as _

from access.errors import Refused
from access.mail import Recipient, queue_mail
from access.models import User


def change_profile(*, person: User, name: str, language: str) -> User:
    """How the portal calls the person, and the language of their pages and mails."""
    if language not in dict(settings.LANGUAGES):
        raise Refused(_("The portal does not speak this language."), field="language")
    person.name, person.language = name, language
    person.save(update_fields=["name", "language"])
    return person


@transaction.atomic
def remove_second_factor(*, person: User, by: User) -> None:
    """For somebody who has lost phone, key and recovery codes, after staff made sure who they
    are. Their sessions end, and they are told by mail, so that a trick on staff is seen."""
    if person == by or (person.is_staff and not by.is_superuser):
        raise Refused(_("You cannot remove the second factor of %s.") % person)
    found = Authenticator.objects.select_for_update().filter(user=person)
    if not found:
        raise Refused(_("%s has no second factor.") % person)
    found.delete()
    for session in UserSession.objects.filter(user=person):
        session.end()
    kind = "account.second_factor_removed"
    queue_mail(
        kind=kind,
        key=f"{kind}:{token_hex(16)}",
        to=[Recipient(person.email, person.name, person.language)],
        context={
            "email": person.email,
            "user": person.pk,
            "at": timezone.now().isoformat(),
        },
    )
