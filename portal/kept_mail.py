"""Mails kept as files instead of being sent: for development and the demo.

Each mail is one `.eml` file. Its name begins with the time and ends with a random part, so that
many processes write at once and names sort by age; a file appears whole or not at all.
"""

import email.policy
import os
import re
import time
from collections.abc import Sequence
from dataclasses import dataclass
from email import message_from_bytes
from email.message import EmailMessage as ParsedMessage
from email.utils import parseaddr
from pathlib import Path
from secrets import token_hex
from typing import Any

from django.conf import settings
from django.core.mail import EmailMessage
from django.core.mail.backends.base import BaseEmailBackend

NAME = re.compile(r"[0-9]{20}-[0-9a-f]{16}")
READ_AT_MOST = 2_000_000  # bytes of one file


def folder() -> Path:
    return Path(settings.DATA_DIR) / "mails"


class EmailBackend(BaseEmailBackend):
    """Keeps each message in the folder `mails` of the data folder."""

    def __init__(self, *, folder: Path | str | None = None, **kwargs: Any) -> None:
        super().__init__(**kwargs)
        self.folder = Path(folder) if folder else None

    def send_messages(self, email_messages: Sequence[EmailMessage]) -> int:
        for message in email_messages:
            keep(message.message().as_bytes(), self.folder or folder())
        return len(email_messages)


def keep(content: bytes, into: Path) -> str:
    """Write one mail into the folder, for its owner only, and answer its key."""
    into.mkdir(mode=0o700, parents=True, exist_ok=True)
    key = f"{time.time_ns():020}-{token_hex(8)}"
    draft = into / f"{key}.part"
    with os.fdopen(os.open(draft, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600), "wb") as file:
        file.write(content)
    draft.rename(into / f"{key}.eml")
    return key


@dataclass(frozen=True)
class KeptMail:
    """One kept mail, parsed."""

    key: str
    message: ParsedMessage

    @property
    def subject(self) -> str:
        return str(self.message["Subject"] or "")

    @property
    def to(self) -> str:
        return str(self.message["To"] or "")

    @property
    def name(self) -> str:
        return parseaddr(self.to)[0]

    @property
    def address(self) -> str:
        return parseaddr(self.to)[1]

    @property
    def language(self) -> str:
        return str(self.message["Content-Language"] or "")

    @property
    def kept_at(self) -> float:
        """Seconds since the epoch."""
        return int(self.key.partition("-")[0]) / 1e9

    @property
    def headers(self) -> list[tuple[str, str]]:
        return [(name, str(value)) for name, value in self.message.items()]

    @property
    def text(self) -> str:
        return self._part("plain")

    @property
    def html(self) -> str:
        return self._part("html")

    def _part(self, kind: str) -> str:
        part = self.message.get_body((kind,))
        return str(part.get_content()) if part else ""


def keys() -> list[str]:
    """The keys of all kept mails, newest first."""
    try:
        names = [entry.name for entry in os.scandir(folder()) if entry.name.endswith(".eml")]
    except FileNotFoundError:
        return []
    found = (name.removesuffix(".eml") for name in names)
    return sorted((key for key in found if NAME.fullmatch(key)), reverse=True)


def read(key: str) -> KeptMail | None:
    """The mail of this key; None when there is none, or when the key is not one of ours."""
    if not NAME.fullmatch(key):
        return None
    try:
        with (folder() / f"{key}.eml").open("rb") as file:
            content = file.read(READ_AT_MOST)
    except FileNotFoundError:
        return None
    return KeptMail(key, message_from_bytes(content, ParsedMessage, policy=email.policy.default))


def search(text: str, *, newest: int) -> list[KeptMail]:
    """The newest kept mails whose recipient or subject holds the text, letter case aside."""
    wanted, found = text.strip().casefold(), []
    for key in keys():
        mail = read(key)
        if mail and wanted in f"{mail.to}\n{mail.subject}".casefold():
            found.append(mail)
            if len(found) == newest:
                break
    return found
