"""What names that other people read may hold."""

from django.core.exceptions import ValidationError
from django.utils.translation import gettext as _


def plain_name(name: str) -> str:
    """The name on one line. Raises ValidationError when it holds a web address, which would
    become a link in somebody's mail (threat T34)."""
    name = " ".join(name.split())
    if "://" in name or "www." in name.lower():
        raise ValidationError(_("A name holds no web address."))
    return name
