"""A partner's web site is one on the public web: https, a name, not this portal (P1, O7, T38)."""

import pytest
from django.core.exceptions import ValidationError

from partners.forms.websites import public_website

GOOD = [
    "https://garage-nord.example",
    "https://www.garage-nord.example/",
    "https://shop.garage-nord.example:8443/start?lang=fr#top",
    "https://bücher.example/",
    "https://xn--bcher-kva.example/",
    "HTTPS://Garage-Nord.example/",
    "  https://garage-nord.example  ",
    "https://1und1.example",
]
WRONG = [
    ("", "https://"),
    ("garage-nord.example", "https://"),
    ("http://garage-nord.example", "https://"),
    ("ftp://garage-nord.example", "https://"),
    ("javascript:alert(1)", "https://"),
    ("data:text/html,hello", "https://"),
    ("https://", "no address"),
    ("https:///path", "no address"),
    ("https://127.0.0.1/", "IP address"),
    ("https://127.1/", "IP address"),
    ("https://2130706433/", "IP address"),
    ("https://0x7f000001/", "IP address"),
    ("https://10.0.0.8:8443/", "IP address"),
    ("https://[::1]/", "IP address"),
    ("https://localhost/", "outside your network"),
    ("https://localhost:8000/", "outside your network"),
    ("https://intranet/", "outside your network"),
    ("https://app.localhost/", "outside your network"),
    ("https://printer.local/", "outside your network"),
    ("https://db.internal/", "outside your network"),
    ("https://portal.example/", "this portal"),
    ("https://PORTAL.example./o/alpine-web/", "this portal"),
    ("https://user:secret@garage-nord.example/", "no address"),
    ("https://garage-nord.example@evil.example/", "no address"),
    ("https://garage nord.example/", "no address"),
    ("https://garage-nord.example\r\nBcc: all@evil.example", "no address"),
    ('https://garage-nord.example/"><script>', "no address"),
    ("https://[broken/", "no address"),
    ("https://-garage.example/", "no address"),
    ("https://garage-nord.example:99999/", "no address"),
]


@pytest.fixture(autouse=True)
def _base(settings):
    settings.BASE_URL = "https://portal.example"


@pytest.mark.parametrize("address", GOOD)
def test_a_site_on_the_web_is_taken(address):
    assert public_website(address) == address.strip()


@pytest.mark.parametrize(("address", "why"), WRONG)
def test_what_is_none_is_refused_with_its_reason(address, why):
    with pytest.raises(ValidationError, match=why):
        public_website(address)
