"""A new SECRET_KEY: nobody is signed out, no mailed link dies, no second factor is lost."""

from io import StringIO
from typing import Any

import pytest
from allauth.mfa.adapter import get_adapter
from allauth.mfa.models import Authenticator
from cryptography.fernet import InvalidToken
from django.core import signing
from django.core.management import CommandError, call_command

from access import keyed
from access.stop_links import _signer
from portal import environment
from tests.world import World

NEW = "a new key, long enough to be taken for one: 0123456789"
pytestmark = pytest.mark.django_db


@pytest.fixture
def change(settings: Any) -> Any:
    """What an operator does: the new key in front, the old one behind it."""

    def change(new: str = NEW, *, keep: bool = True) -> None:
        old = settings.SECRET_KEY
        settings.SECRET_KEY, settings.SECRET_KEY_FALLBACKS = new, [old] if keep else []

    return change


def factors(world: World) -> tuple[Authenticator, Authenticator, Authenticator]:
    user, box = world.person("lea"), get_adapter()
    make = Authenticator.objects.create
    return (
        make(user=user, type="totp", data={"secret": box.encrypt("ABC")}),
        make(user=user, type="recovery_codes", data={"seed": box.encrypt("S"), "used_mask": 5}),
        make(user=user, type="webauthn", data={"name": "Key", "credential": {"id": "x"}}),
    )


def test_sessions_and_signed_links_go_on(world: World, change: Any) -> None:
    browser = world.client("lea")
    signed, stop = signing.dumps(1), _signer().sign("lea")
    change()
    assert browser.get("/profile/").status_code == 200
    assert (signing.loads(signed), _signer().unsign(stop)) == (1, "lea")


def test_control_without_the_old_key_they_end(world: World, change: Any) -> None:
    browser = world.client("lea")
    signed = signing.dumps(1)
    change(keep=False)
    assert browser.get("/profile/").status_code == 302
    with pytest.raises(signing.BadSignature):
        signing.loads(signed)


def test_later_mails_hold_the_address_that_works(change: Any) -> None:
    """A reminder that is written after the change names the link that was made before it."""
    token = keyed.token_of("salt", "id", "")
    known = keyed.hash_of(token)
    change()
    assert keyed.token_of("salt", "id", known) == token
    assert keyed.token_of("salt", "id", "") != token  # a link that is made now


def test_second_factors_move_to_the_new_key(world: World, change: Any, settings: Any) -> None:
    app, codes, passkey = factors(world)
    change()
    out = StringIO()
    call_command("rotate_secrets", stdout=out)
    call_command("rotate_secrets", stdout=out)  # safe to repeat
    assert "2 second factors" in out.getvalue()
    settings.SECRET_KEY_FALLBACKS = []
    for row in (app, codes, passkey):
        row.refresh_from_db()
    box = get_adapter()
    assert (box.decrypt(app.data["secret"]), box.decrypt(codes.data["seed"])) == ("ABC", "S")
    assert codes.data["used_mask"] == 5
    assert passkey.data == {"name": "Key", "credential": {"id": "x"}}


def test_what_no_key_opens_is_named_and_stays(world: World, change: Any) -> None:
    app, codes, _passkey = factors(world)
    before = app.data
    change(keep=False)
    with pytest.raises(CommandError, match=f"2 can be read with no key: {app.pk}, {codes.pk}"):
        call_command("rotate_secrets", stdout=StringIO())
    app.refresh_from_db()
    assert app.data == before
    with pytest.raises(InvalidToken):
        get_adapter().decrypt(app.data["secret"])


def test_the_setting(monkeypatch: pytest.MonkeyPatch) -> None:
    keys = ["first" * 10, "second" * 10]
    monkeypatch.setenv("SECRET_KEY_FALLBACKS", ", ".join(keys))
    assert environment.former_secret_keys() == keys
    monkeypatch.setenv("SECRET_KEY_FALLBACKS", "short")
    with pytest.raises(environment.WrongEnvironmentError, match="SECRET_KEY_FALLBACKS is too weak"):
        environment.former_secret_keys()
    monkeypatch.delenv("SECRET_KEY_FALLBACKS")
    assert environment.former_secret_keys() == []
