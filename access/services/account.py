"""The verbs on a person's own account."""

from django.conf import settings
from django.utils.translation import gettext as _

from access.errors import Refused
from access.models import User


def change_language(*, person: User, language: str) -> None:
    """The language of the person's pages and mails; one of `settings.LANGUAGES`."""
    if language not in dict(settings.LANGUAGES):
        raise Refused(_("The portal does not speak this language."), field="language")
    person.language = language
    person.save(update_fields=["language"])
