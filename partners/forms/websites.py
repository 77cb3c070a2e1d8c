"""What an address must be to be shown as a partner's web site (P1, D1, T38)."""

import re
from ipaddress import ip_address
from urllib.parse import urlsplit

from django.conf import settings
from django.core.exceptions import ValidationError
from django.core.validators import URLValidator
from django.utils.translation import gettext as _

LOCAL = ("localhost", "local", "internal", "intranet", "lan", "home", "corp", "invalid", "onion")
"""Last parts of names that lead nowhere from outside."""

_well_formed = URLValidator(schemes=["https"])


def public_website(address: str) -> str:
    """The address of a site on the public web: https, a name with a domain, without a password;
    no IP address, no machine of a local network, and not this portal.

    Raises ValidationError that says which. Nobody fetches it: staff look at it (threat: a portal
    that fetches what strangers type can be sent anywhere).
    """
    address = address.strip()
    if not address.lower().startswith("https://"):
        raise ValidationError(_("The address begins with https://"))
    if re.search(r"[\s<>\"\\\\`{}|^]", address):
        raise ValidationError(_("This is no address of a web site."))
    host = _host(address)
    if _is_ip(host):
        raise ValidationError(_("Give the name of the site, not an IP address."))
    if "." not in host or host.rpartition(".")[2] in LOCAL:
        raise ValidationError(_("This address leads nowhere from outside your network."))
    if host == urlsplit(settings.BASE_URL).hostname:
        raise ValidationError(_("This is the address of this portal. Give your own web site."))
    try:
        _well_formed(address)
    except ValidationError:
        raise ValidationError(_("This is no address of a web site.")) from None
    return address


def _host(address: str) -> str:
    try:
        parts = urlsplit(address)
        host, _port = parts.hostname or "", parts.port
    except ValueError:
        raise ValidationError(_("This is no address of a web site.")) from None
    if parts.username or parts.password or not host:
        raise ValidationError(_("This is no address of a web site."))
    return host.rstrip(".").lower()


def _is_ip(host: str) -> bool:
    """In any spelling that a browser takes for one: 127.0.0.1, 127.1, 2130706433, 0x7f.1, [::1]"""
    try:
        ip_address(host.strip("[]"))
    except ValueError:
        return bool(re.fullmatch(r"(0x[0-9a-f]*|[0-9]+)(\.(0x[0-9a-f]*|[0-9]+))*", host))
    return True
