"""The account's letters: what allauth would mail, in our words and through our outbox.

Mails that open an account name no one else and say what to do when it was not you.
"""

from datetime import datetime

from allauth.account.models import EmailAddress
from django.urls import reverse
from django.utils import timezone
from django.utils.formats import date_format
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from access.letters import Facts, Letter, Verbatim, absolute, letter, vendor_name
from access.models import User


def _why_account() -> str:
    return _("You get this mail because it concerns your account at %(vendor)s.") % {
        "vendor": vendor_name()
    }


def _why_address() -> str:
    return _("You get this mail because somebody entered this address at %(vendor)s.") % {
        "vendor": vendor_name()
    }


# ---- Confirming an address -----------------------------------------------------------------


def _confirmation(facts: Facts, *, subject: str, first: str) -> Letter | None:
    confirmed = EmailAddress.objects.filter(
        user_id=facts["user"], email__iexact=facts["email"], verified=True
    )
    if "key" not in facts or confirmed.exists():
        return None
    return Letter(
        subject=subject,
        paragraphs=[first],
        action=(
            _("Confirm this address"),
            absolute(reverse("account_confirm_email", args=[facts["key"]])),
        ),
        after=[_("If it was not you, ignore this mail: without this step nothing happens.")],
        why=_why_address(),
    )


@letter("account.email_confirmation_signup")
def confirm_at_signup(facts: Facts) -> Letter | None:
    return _confirmation(
        facts,
        subject=_("Confirm your e-mail address"),
        first=_("Welcome to %(vendor)s. One step is left: confirm that this address is yours.")
        % {"vendor": vendor_name()},
    )


@letter("account.email_confirmation")
def confirm_address(facts: Facts) -> Letter | None:
    return _confirmation(
        facts,
        subject=_("Confirm your new e-mail address"),
        first=_("This address was entered for your account. Confirm that it is yours to use it."),
    )


# ---- Getting in ----------------------------------------------------------------------------


@letter("account.password_reset_key")
def reset_password(facts: Facts) -> Letter | None:
    if "key" not in facts or not User.objects.filter(pk=facts["user"], is_active=True).exists():
        return None
    link = reverse("account_reset_password_from_key", args=[facts["uid"], facts["key"]])
    return Letter(
        subject=_("Choose a new password"),
        paragraphs=[
            _("Somebody, probably you, asked for a new password for this account."),
            _("The link works once. It stops working when the password changes."),
        ],
        action=(_("Choose a new password"), absolute(link)),
        after=[_("If it was not you, ignore this mail: your password stays as it is.")],
        why=_why_account(),
    )


@letter("account.unknown_account")
def unknown_account(facts: Facts) -> Letter:
    return Letter(
        subject=_("No account has this address"),
        paragraphs=[
            _("Somebody, probably you, wanted to get into an account with this address."),
            _("There is none. You may have signed up with another address; else, sign up now."),
        ],
        action=(_("Sign up"), absolute(reverse("account_signup"))),
        after=[_("If it was not you, ignore this mail: nothing was made and nothing changed.")],
        why=_why_address(),
    )


@letter("account.account_already_exists")
def account_exists(facts: Facts) -> Letter:
    return Letter(
        subject=_("You already have an account"),
        paragraphs=[
            _("Somebody, probably you, wanted to sign up with this address."),
            _("It already has an account: sign in, or choose a new password if you forgot it."),
        ],
        action=(_("Sign in"), absolute(reverse("account_login"))),
        after=[_("If it was not you, ignore this mail: your account is as it was.")],
        why=_why_account(),
    )


# ---- Something about the account changed ---------------------------------------------------

NOTICES = {
    "password_changed": (
        gettext_lazy("Your password was changed"),
        gettext_lazy("The password of your account was changed."),
    ),
    "password_set": (
        gettext_lazy("Your account has a password now"),
        gettext_lazy("A password was set for your account."),
    ),
    "password_reset": (
        gettext_lazy("Your password was reset"),
        gettext_lazy("A new password was chosen for your account by a link from a mail."),
    ),
    "email_changed": (
        gettext_lazy("Your e-mail address was changed"),
        gettext_lazy("From now on you sign in with another address."),
    ),
    "email_deleted": (
        gettext_lazy("An e-mail address was removed"),
        gettext_lazy("An address was removed from your account."),
    ),
    "totp_activated": (
        gettext_lazy("An authenticator app was added"),
        gettext_lazy("Signing in now asks for a code from your authenticator app."),
    ),
    "totp_deactivated": (
        gettext_lazy("The authenticator app was removed"),
        gettext_lazy("Signing in no longer asks for a code from your authenticator app."),
    ),
    "webauthn_added": (
        gettext_lazy("A passkey was added"),
        gettext_lazy("A passkey was added to your account."),
    ),
    "webauthn_removed": (
        gettext_lazy("A passkey was removed"),
        gettext_lazy("A passkey was removed from your account."),
    ),
    "recovery_codes_generated": (
        gettext_lazy("New recovery codes were made"),
        gettext_lazy("Your account has new recovery codes. The old ones no longer work."),
    ),
}


def _notice(name: str, facts: Facts) -> Letter:
    subject, first = NOTICES[name]
    addresses = [
        (_("Old address"), "from_email"),
        (_("New address"), "to_email"),
        (_("Removed address"), "deleted_email"),
    ]
    shown: list[tuple[str, str]] = [
        (label, Verbatim(facts[key])) for label, key in addresses if key in facts
    ]
    if "at" in facts:
        at = timezone.localtime(datetime.fromisoformat(facts["at"]))
        shown.append((_("When"), f"{date_format(at, 'DATETIME_FORMAT')} {at:%Z}"))
    if "ip" in facts:
        shown.append((_("From the IP address"), Verbatim(facts["ip"])))
    return Letter(
        subject=str(subject),
        paragraphs=[str(first)],
        facts=shown,
        action=(
            _("It was not me: choose a new password"),
            absolute(reverse("account_reset_password")),
        ),
        after=[_("If it was you, there is nothing to do.")],
        why=_why_account(),
    )


def _register(name: str) -> None:
    @letter(f"account.{name}")
    def notice(facts: Facts) -> Letter:
        return _notice(name, facts)


for _name in NOTICES:
    _register(_name)
