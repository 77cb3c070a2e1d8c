"""What sits between words, where languages differ."""

from django.utils.translation import get_language


def with_colon(text: object) -> str:
    """`text` with the colon that leads to what follows; French has a space before it that no line
    breaks at."""
    gap = "\u00a0" if (get_language() or "").startswith("fr") else ""
    return f"{text}{gap}:"
