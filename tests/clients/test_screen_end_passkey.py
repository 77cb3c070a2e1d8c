"""The second confirmation with a passkey instead of the password (L6, T21)."""

from time import time

import pytest
from django.urls import reverse

from tests.access.authenticator import add_app, add_passkey, prove
from tests.clients.filling import Filled
from tests.journey import ALPINE

pytestmark = pytest.mark.django_db

BELMONT = "clinique-belmont"
SIDES = [("clara", BELMONT, "partnership_end"), ("lea", ALPINE, "client_end")]


def url(world, side=SIDES[0], client=BELMONT):
    _who, slug, name = side
    return reverse(name, args=[slug, world.partnership(client, ALPINE).public_id])


def state(world, client=BELMONT):
    return world.partnership(client, ALPINE).state


@pytest.fixture
def clara(world):
    add_passkey(world.person("clara"))
    return world.client("clara")


def last_step(browser, address):
    return Filled(browser, address).press("next", understood="on")


def test_who_has_a_passkey_may_choose_it(world, clara):
    page = last_step(clara, url(world))
    assert "Confirm with a passkey instead" in page.text
    assert reverse("mfa_reauthenticate_webauthn") in page.text
    assert "password" in page.data


def test_others_are_asked_for_the_password_alone(world):
    add_app(world.person("clara"))
    assert "passkey" not in last_step(world.client("clara"), url(world)).text


@pytest.mark.parametrize("side", SIDES)
def test_a_fresh_passkey_ends_it(world, side):
    who = side[0]
    browser = world.client(who)
    add_passkey(world.person(who))
    prove(browser, world.person(who))
    page = Filled(browser, url(world, side) + "?confirmed=yes")
    assert page.step == "password"
    assert "You have confirmed with your passkey" in page.text
    assert "password" not in page.data
    assert state(world) == "active"  # reading ends nothing
    page.press("finish")
    assert state(world) == "ended"


@pytest.mark.parametrize(
    "proof",
    [{"at": time() - 301}, {"type": "totp"}, {"type": "password"}, {"type": "recovery_codes"}],
)
def test_an_old_one_and_other_proofs_do_not(world, clara, proof):
    prove(clara, world.person("clara"), **proof)
    page = Filled(clara, url(world) + "?confirmed=yes")
    assert page.step == "confirm"
    page = page.press("next", understood="on").press("finish")
    assert list(page.errors) == ["password"]
    assert state(world) == "active"


def test_anothers_proof_does_not(world, clara):
    prove(clara, world.person("lea"))
    page = last_step(clara, url(world)).press("finish")
    assert list(page.errors) == ["password"]


def test_the_first_confirmation_is_still_needed(world, clara):
    prove(clara, world.person("clara"))
    page = Filled(clara, url(world)).press("finish", step="password")
    assert (page.step, state(world)) == ("confirm", "active")


def test_it_counts_for_one_end_only(world):
    lea = world.client("lea")
    add_passkey(world.person("lea"))
    prove(lea, world.person("lea"))
    Filled(lea, url(world, SIDES[1]) + "?confirmed=yes").press("finish")
    assert state(world) == "ended"
    other = "hotel-bellevue"
    page = last_step(lea, url(world, SIDES[1], other)).press("finish")
    assert list(page.errors) == ["password"]
    assert state(world, other) == "active"


def test_a_confirmed_page_spends_no_try(world, clara):
    from access.models import Attempt

    prove(clara, world.person("clara"))
    last_step(clara, url(world)).press("finish", password="anything")
    assert not Attempt.objects.filter(subject__startswith="password").exists()
    assert state(world) == "ended"
