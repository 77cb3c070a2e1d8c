"""The verbs of the partner programme (P1, P5) and of the directory (D1)."""

from partners.services.programme import NotPossible, apply, approve, refuse, suspend

__all__ = ["NotPossible", "apply", "approve", "refuse", "suspend"]
