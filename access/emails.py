"""The letters about one's account and about belonging to an organisation (O1, O2).

What allauth would mail goes in our words through our outbox. Mails that open an account name no
one else and say what to do when it was not you.
"""

from datetime import datetime

from allauth.account.models import EmailAddress
from django.urls import reverse
from django.utils import timezone
from django.utils.formats import date_format
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from access.letters import Facts, Letter, Verbatim, absolute, letter, safe_name, vendor_name
from access.models import MemberInvitation, Topic, User
from access.rules import Role


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
    "second_factor_removed": (
        gettext_lazy("Your second factor was removed"),
        gettext_lazy(
            "Our support removed the second factor of your account, because somebody, probably "
            "you, had lost it. Your password opens the account until you set up a new one."
        ),
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


# ---- Belonging to an organisation (O1-O3) --------------------------------------------------


def _names(facts: Facts) -> dict[str, str]:
    return {
        "organisation": safe_name(facts["organisation"]),
        "who": safe_name(facts["by"]) if facts.get("by") else vendor_name(),
        "person": safe_name(facts.get("person") or ""),
        "vendor": vendor_name(),
    }


def _role(facts: Facts) -> str:
    """The role in a word, and the accounting right where it was given."""
    role = str(Role(facts["role"]).label)
    by_role = facts["role"] in (Role.LEGAL_REPRESENTATIVE, Role.ADMINISTRATOR)
    if facts.get("accounting") and not by_role:
        return _("%(role)s, with the accounting right") % {"role": role}
    return role


def _why_member(names: dict[str, str]) -> str:
    return _("You get this mail because you belong, or belonged, to %(organisation)s.") % names


def _people_page(facts: Facts) -> tuple[str, str]:
    return _("See the people"), absolute(reverse("people", args=[facts["slug"]]))


@letter("access.member_invited")
def member_invited(facts: Facts) -> Letter | None:
    """An organisation asks somebody to join it; not sent once the link was replaced (T4)."""
    invitation = MemberInvitation.objects.filter(
        pk=facts["invitation"], link_id=facts["link"]
    ).first()
    if invitation is None or not invitation.is_open:
        return None
    names = _names(facts)
    until = date_format(timezone.localdate(invitation.expires_at), "DATE_FORMAT")
    return Letter(
        subject=_("%(organisation)s invites you to join") % names,
        paragraphs=[
            _("%(who)s invites you to work in the organisation %(organisation)s at %(vendor)s.")
            % names,
            _("Sign in with this address, or create an account with it, then say yes or no. "
              "Nothing happens by itself.")
            % names,
        ],
        facts=[
            (_("Organisation"), names["organisation"]),
            (_("Role"), _role(facts)),
            (_("Open until"), until),
        ],
        action=(
            _("See the invitation"),
            absolute(reverse("member_link", args=[invitation.token])),
        ),
        after=[_("The link works for this address only. Do not pass it on.")],
        why=_("You get this mail because %(who)s entered your address to invite you.") % names,
    )  # fmt: skip


@letter("access.invitation_withdrawn")
def invitation_withdrawn(facts: Facts) -> Letter:
    names = _names(facts)
    return Letter(
        subject=_("%(organisation)s withdrew its invitation") % names,
        paragraphs=[
            _("%(organisation)s no longer invites you. The link in the earlier mail is void.")
            % names,
        ],
        after=[_("There is nothing to do.")],
        why=_("You get this mail because %(organisation)s had invited this address.") % names,
    )


@letter("access.member_joined", topic=Topic.PEOPLE)
def member_joined(facts: Facts) -> Letter:
    """To who invited: the person said yes."""
    names = _names(facts)
    return Letter(
        subject=_("%(person)s joined %(organisation)s") % names,
        paragraphs=[_("%(person)s accepted your invitation to %(organisation)s.") % names],
        facts=[(_("Address"), Verbatim(facts["email"])), (_("Role"), _role(facts))],
        action=_people_page(facts),
        after=[_("A collaborator reaches only what you assign on their page.")]
        if facts["role"] in (Role.COLLABORATOR, Role.EXTERNAL_USER)
        else [],
        why=_("You get this mail because you sent the invitation."),
    )


@letter("access.member_refused", topic=Topic.PEOPLE)
def member_refused(facts: Facts) -> Letter:
    """To who invited: the person said no."""
    names = _names(facts)
    return Letter(
        subject=_("Your invitation to %(organisation)s was refused") % names,
        paragraphs=[_("The person you invited to %(organisation)s refused.") % names],
        facts=[(_("Address"), Verbatim(facts["email"])), (_("Role"), _role(facts))],
        action=_people_page(facts),
        after=[_("You can invite this address again at any time.")],
        why=_("You get this mail because you sent the invitation."),
    )


@letter("access.role_changed")
def role_changed(facts: Facts) -> Letter:
    """To the person: another role, or the accounting right given or taken (O2)."""
    names = _names(facts)
    return Letter(
        subject=_("Your role in %(organisation)s was changed") % names,
        paragraphs=[
            _("%(who)s changed what you are in %(organisation)s. It counts from now on.") % names
        ],
        facts=[(_("Before"), _role(facts["before"])), (_("Now"), _role(facts["after"]))],
        action=(_("Open the organisation"), absolute(reverse("home", args=[facts["slug"]]))),
        why=_why_member(names),
    )


@letter("access.member_removed")
def member_removed(facts: Facts) -> Letter:
    """To the person who was taken out."""
    names = _names(facts)
    return Letter(
        subject=_("You no longer belong to %(organisation)s") % names,
        paragraphs=[
            _("%(who)s removed you from %(organisation)s. You reach nothing there any more.")
            % names,
            _("Your account and your other organisations stay as they are."),
        ],
        after=[_("If you think that this is a mistake, ask %(who)s.") % names],
        why=_why_member(names),
    )


@letter("access.member_left", topic=Topic.PEOPLE)
def member_left(facts: Facts) -> Letter:
    """To those who answer for the organisation: somebody left by themselves."""
    names = _names(facts)
    return Letter(
        subject=_("%(who)s left %(organisation)s") % names,
        paragraphs=[_("%(who)s gave up their role in %(organisation)s.") % names],
        facts=[(_("Role"), _role(facts["before"]))],
        action=_people_page(facts),
        after=[_("What was assigned to them there was taken back.")],
        why=_("You get this mail because you answer for %(organisation)s.") % names,
    )
