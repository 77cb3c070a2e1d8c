"""E-mail addresses as people type them."""

import re

from django import forms
from django.core.validators import EmailValidator, validate_email


class PlainAddress(EmailValidator):
    """As Django's, without local parts in quotation marks: "a,b"@example.com is an address, but the
    outbox holds no commas, blanks and brackets in one (T34)."""

    user_regex = re.compile(
        r"^[-!#$%&'*+/=?^_`{}|~0-9A-Z]+(\.[-!#$%&'*+/=?^_`{}|~0-9A-Z]+)*\Z", re.IGNORECASE
    )


plain_address = PlainAddress()


class AddressField(forms.EmailField):
    """An address that a mail of ours can go to."""

    default_validators = [plain_address]


def accept_plain_only(field: forms.Field) -> None:
    """Makes a library's field as strict as an `AddressField`."""
    field.validators = [plain_address if one is validate_email else one for one in field.validators]
