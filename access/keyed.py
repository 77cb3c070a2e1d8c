"""Secrets of mailed links: computed from an id and the portal's key, kept in the database as a hash
only. They outlive a change of the key."""

import hashlib

from django.conf import settings
from django.utils.crypto import constant_time_compare, salted_hmac


def token_of(salt: str, value: str, token_hash: str) -> str:
    """The secret of a link, 256 bits: made with SECRET_KEY, or with that key before it whose
    secret the table knows, so that mails written after a change hold the address that works."""
    for key in [settings.SECRET_KEY, *settings.SECRET_KEY_FALLBACKS]:
        token = _made_with(key, salt, value)
        if constant_time_compare(hash_of(token), token_hash):
            return token
    return _made_with(settings.SECRET_KEY, salt, value)


def hash_of(token: str) -> str:
    return hashlib.sha256(token.encode()).hexdigest()


def _made_with(key: str, salt: str, value: str) -> str:
    return salted_hmac(salt, value, secret=key, algorithm="sha256").hexdigest()
