"""No page speaks to a mail server: while it is away, nothing is slower for who waits for a page."""

import time
from typing import Any

import pytest
from django.core.mail.backends.base import BaseEmailBackend
from django.test import Client
from django.urls import reverse

from access.models import OutgoingMail
from tests.tenders.requesting import send
from tests.world import PASSWORD, World

pytestmark = pytest.mark.django_db
ASKED: list[str] = []


class DeadMailer(BaseEmailBackend):
    """Notes whoever opens it."""

    def __init__(self, **options: Any) -> None:
        super().__init__(**options)
        ASKED.append("made")

    def open(self) -> bool:
        ASKED.append("opened")
        raise ConnectionRefusedError("no mail server")

    def send_messages(self, messages: Any) -> int:
        ASKED.append("sent")
        raise ConnectionRefusedError("no mail server")


@pytest.fixture(autouse=True)
def no_mail_server(settings: Any, monkeypatch: pytest.MonkeyPatch) -> None:
    import smtplib

    def never(*args: Any, **kwargs: Any) -> None:
        ASKED.append("SMTP")
        raise ConnectionRefusedError("no mail server")

    ASKED.clear()
    settings.MAILERS = {"default": {"BACKEND": f"{__name__}.DeadMailer"}}
    monkeypatch.setattr(smtplib.SMTP, "connect", never)


def sign_up(browser: Client, world: World) -> Any:
    password = "quite a long password 7"
    return browser.post(
        reverse("account_signup"),
        {
            "email": "new@cafe-du-port.example",
            "name": "Nora Neuf",
            "password1": password,
            "password2": password,
        },
    )


def forget(browser: Client, world: World) -> Any:
    return browser.post(reverse("account_reset_password"), {"email": "lea@alpineweb.example"})


def forget_unknown(browser: Client, world: World) -> Any:
    return browser.post(reverse("account_reset_password"), {"email": "nobody@x.example"})


def change_password(browser: Client, world: World) -> Any:
    browser.post(reverse("account_login"), {"login": "lea@alpineweb.example", "password": PASSWORD})
    new = {"password1": "another long one 8", "password2": "another long one 8"}
    return browser.post(reverse("account_change_password"), {"oldpassword": PASSWORD} | new)


def invite(browser: Client, world: World) -> Any:
    browser.force_login(world.person("lea"))
    return browser.post(
        reverse("member_invite", args=["alpine-web"]),
        {"email": "new@cafe-du-port.example", "role": "collaborator"},
    )


def submit_tender(browser: Client, world: World) -> Any:
    return send(browser, world)


FLOWS = [sign_up, forget, forget_unknown, change_password, invite, submit_tender]


@pytest.mark.parametrize("flow", FLOWS, ids=lambda flow: flow.__name__)
def test_the_mail_waits_and_the_page_does_not(
    world: World, flow: Any, django_capture_on_commit_callbacks: Any
) -> None:
    before = set(OutgoingMail.objects.values_list("pk", flat=True))
    begun = time.perf_counter()
    with django_capture_on_commit_callbacks(execute=True):
        answer = flow(Client(), world)
    assert answer.status_code == 302
    assert time.perf_counter() - begun < 5
    new = OutgoingMail.objects.exclude(pk__in=before)
    assert {mail.state for mail in new} == {"queued"}
    assert ASKED == []


def test_control_the_sender_asks(world: World) -> None:
    from access.mail import send_due_mail

    forget(Client(), world)
    send_due_mail()
    assert ASKED
