"""Addresses that people type: those that no mail of ours can go to are refused, never an error."""

from typing import Any

import pytest
from django.test import Client
from django.urls import reverse

from access.models import OutgoingMail
from tests.world import World

pytestmark = pytest.mark.django_db
QUOTED = ['"a,b"@cafe-du-port.example', '"<a>"@cafe-du-port.example', '"a b"@cafe-du-port.example']
PASSWORD = "quite a long password 7"


def forms(address: str) -> dict[str, tuple[str, dict[str, Any]]]:
    """What strangers may send, without an account."""
    person = {"name": "Nora Neuf", "password1": PASSWORD, "password2": PASSWORD}
    return {
        "sign-up": (reverse("account_signup"), {"email": address} | person),
        "reset": (reverse("account_reset_password"), {"email": address}),
    }


@pytest.mark.parametrize("address", QUOTED)
@pytest.mark.parametrize("form", ["sign-up", "reset"])
def test_a_stranger_who_types_one_is_asked_again(world: World, form: str, address: str) -> None:
    page, data = forms(address)[form]
    response = Client().post(page, data)
    assert response.status_code == 200
    assert "Enter a valid email address." in response.text
    assert not OutgoingMail.objects.filter(address__contains='"').exists()


@pytest.mark.parametrize("address", QUOTED)
def test_nobody_is_invited_at_one(world: World, address: str) -> None:
    page = reverse("member_invite", args=["garage-nord"])
    response = world.client("gina").post(page, {"email": address, "role": "collaborator"})
    assert response.status_code == 200
    assert "Enter a valid email address." in response.text
