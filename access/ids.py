"""Random public ids: what addresses show instead of counting numbers (T43)."""

from django.utils.crypto import get_random_string

ALPHABET = "23456789abcdefghjkmnpqrstuvwxyz"


def public_id() -> str:
    """Sixteen random characters that cannot be mistaken for each other: 79 bits."""
    return get_random_string(16, ALPHABET)
