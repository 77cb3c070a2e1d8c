"""A server that takes mails, a letter to send, and short names for the outbox's tests."""

import socket
from collections.abc import Iterator
from email import message_from_bytes, policy
from email.message import EmailMessage

import pytest
from aiosmtpd.controller import Controller

from access import letters, mail
from access.mail import Recipient, queue_mail
from access.models import OutgoingMail

GINA = Recipient("gina@garage-nord.example", "Gina Blanc", "en")
LEA = Recipient("lea@alpineweb.example", "Lea Martin", "fr")
ADAM = Recipient("adam@alpineweb.example", "Adam Favre", "en")
State = OutgoingMail.State


@pytest.fixture
def outbox(db: None, monkeypatch: pytest.MonkeyPatch) -> None:
    """A letter that is true unless the facts say otherwise, no other mail, and no broker."""
    OutgoingMail.objects.all().delete()

    def hello(facts: letters.Facts) -> letters.Letter | None:
        if facts.get("over"):
            return None
        return letters.Letter(
            subject=f"Hello {facts.get('n', '')}".strip(), paragraphs=["Good day."], why="A test."
        )

    monkeypatch.setitem(letters.registry, "test.hello", hello)
    monkeypatch.setattr(mail, "wake", lambda: None)
    monkeypatch.setattr(mail, "_door", mail._Door())  # it remembers a server that let nobody in


def queue(key: str = "event", *to: Recipient, **context: object) -> None:
    queue_mail(kind="test.hello", key=key, to=to or [GINA], context=context)


def only_mail() -> OutgoingMail:
    return OutgoingMail.objects.get()


class Sink:
    """An SMTP server that keeps what it accepts, and answers an address as it is told to."""

    def __init__(self) -> None:
        self.answers: dict[str, str] = {}
        self.received: list[EmailMessage] = []
        self.senders: list[str] = []
        self.sessions: set[int] = set()

    async def handle_RCPT(self, server, session, envelope, address, options):  # noqa: N802
        answer = self.answers.get(address)
        if answer is None:
            envelope.rcpt_tos.append(address)
        return answer or "250 OK"

    async def handle_DATA(self, server, session, envelope):  # noqa: N802
        self.sessions.add(id(session))
        self.senders.append(envelope.mail_from)
        self.received.append(message_from_bytes(envelope.content, policy=policy.default))
        return "250 OK"


def free_port() -> int:
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        return probe.getsockname()[1]


def use_server(settings, port: int) -> None:
    settings.MAILERS = {
        "default": {
            "BACKEND": "django.core.mail.backends.smtp.EmailBackend",
            "OPTIONS": {"host": "127.0.0.1", "port": port, "timeout": 5},
        }
    }


@pytest.fixture
def sink(settings) -> Iterator[Sink]:
    handler = Sink()
    controller = Controller(handler, hostname="127.0.0.1", port=free_port())
    controller.start()
    use_server(settings, controller.port)
    yield handler
    controller.stop()
