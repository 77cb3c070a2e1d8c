"""The link in a mail that stops mails of its kind (RFC 8058).

Signed, so that nobody stops another's mails (T26), and without an end: a mail may be read years
later. It holds the topic, the language and the address that the mail went to, nothing else; that
address stands in the same mail. It opens no account.
"""

from dataclasses import dataclass

from django.conf import settings
from django.core import signing
from django.urls import reverse

from access.models.topics import Topic

SALT = "access.stop_links"


@dataclass(frozen=True)
class Stop:
    """What a link is about: mails on `topic` to `address`, whose reader speaks `language`."""

    address: str
    topic: Topic
    language: str


def stop_path(address: str, topic: Topic, language: str) -> str:
    """The path of the page that stops mails on `topic` to `address`."""
    token = _signer().sign_object([topic.value, language, address.strip().lower()])
    return reverse("mail_stop", args=[token])


def read_stop(token: str) -> Stop | None:
    """What the token says; None when it is damaged or forged, or its topic is none (any more)."""
    try:
        topic, language, address = _signer().unsign_object(token)
        known = language if language in dict(settings.LANGUAGES) else settings.LANGUAGE_CODE
        return Stop(str(address), Topic(topic), known)
    except (signing.BadSignature, ValueError, TypeError):
        return None


def _signer() -> signing.Signer:
    return signing.Signer(salt=SALT, sep=".")
