"""Samples of the letters about one's own account."""

from datetime import timedelta
from typing import Any

from django.utils.translation import gettext_lazy as _

from portal.mail_samples.registry import sample
from portal.mail_samples.world import World

# What a link's secret looks like. None of these opens anything.
CONFIRMATION = "MTc0:1vSample:an-example-that-opens-nothing-at-all"
RESET = {"uid": "sample", "key": "set-password-0a1b2c3d4e5f60718293a4b5c6d7e8f9"}
ADDRESS = "joerg.schoenenberger@grossbaeckerei.example"


def _facts(w: World, **more: Any) -> dict[str, Any]:
    return {"email": ADDRESS, "user": w.owner.pk} | more


@sample("account.email_confirmation_signup", _("Confirms the address of a new account."))
def signup(w: World) -> dict[str, Any]:
    return _facts(w, key=CONFIRMATION)


@sample("account.email_confirmation", _("Confirms an address added to an account."))
def confirmation(w: World) -> dict[str, Any]:
    return _facts(w, key=CONFIRMATION)


@sample("account.password_reset_key", _("Leads to a new password, once."))
def reset(w: World) -> dict[str, Any]:
    return _facts(w, **RESET)


@sample(
    "account.unknown_account", _("Somebody asked for the password of an address without account.")
)
def unknown(w: World) -> dict[str, Any]:
    return {"email": ADDRESS, "user": None}


@sample(
    "account.account_already_exists", _("Somebody signed up with an address that has an account.")
)
def exists(w: World) -> dict[str, Any]:
    return _facts(w)


CHANGES = {
    "password_changed": (_("Tells that the password was changed."), {}),
    "password_set": (_("Tells that the account has a password now."), {}),
    "password_reset": (_("Tells that a link from a mail was used to choose a new password."), {}),
    "email_changed": (
        _("Tells, at the old address, that another one counts now."),
        {"from_email": ADDRESS, "to_email": "j.schoenenberger@baeckerei-mueller.example"},
    ),
    "email_deleted": (
        _("Tells that an address was removed from the account."),
        {"deleted_email": "buchhaltung@baeckerei-mueller.example"},
    ),
    "totp_activated": (_("Tells that an authenticator app was added."), {}),
    "totp_deactivated": (_("Tells that the authenticator app was removed."), {}),
    "webauthn_added": (_("Tells that a passkey was added."), {}),
    "webauthn_removed": (_("Tells that a passkey was removed."), {}),
    "second_factor_removed": (_("Tells that staff removed a lost second factor."), None),
    "recovery_codes_generated": (_("Tells that there are new recovery codes."), {}),
}


def _register(name: str) -> None:
    purpose, more = CHANGES[name]

    @sample(f"account.{name}", purpose)
    def change(w: World) -> dict[str, Any]:
        at = (w.now - timedelta(minutes=2)).isoformat()
        if more is None:  # staff did it: no address of theirs in the mail
            return _facts(w, at=at)
        return _facts(w, ip="2001:db8:4f2a:17::5c1", at=at, **more)


for _name in CHANGES:
    _register(_name)
