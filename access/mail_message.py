"""A mail as it goes to the server, with headers that stay as they are."""

import email.policy
from email.headerregistry import HeaderRegistry, UnstructuredHeader
from email.message import EmailMessage
from typing import Any

from django.core.mail import EmailMultiAlternatives


class WholeHeader(UnstructuredHeader):
    """A header on one line, however long. Python's own would take a long address for text and
    encode it, and no mail program finds an address in that (RFC 8058, RFC 2369)."""

    def fold(self, *, policy: email.policy.EmailPolicy) -> str:
        return f"{self.name}: {self}{policy.linesep}"  # type: ignore[attr-defined]


HEADERS = HeaderRegistry()
HEADERS.map_to_type("list-unsubscribe", WholeHeader)


class PortalMessage(EmailMultiAlternatives):
    """Django's, with the headers of `HEADERS`."""

    def message(self, *, policy: Any = email.policy.default) -> EmailMessage:
        made: EmailMessage = super().message(policy=policy.clone(header_factory=HEADERS))
        return made
