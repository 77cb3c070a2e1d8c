"""The verbs of the partner programme (P1, P5) and of the directory (D1)."""

from partners.services.applying import apply, save_draft, send, withdraw
from partners.services.common import NotPossible
from partners.services.programme import approve, refuse, resume, suspend

__all__ = [
    "NotPossible",
    "apply",
    "approve",
    "refuse",
    "resume",
    "save_draft",
    "send",
    "suspend",
    "withdraw",
]
