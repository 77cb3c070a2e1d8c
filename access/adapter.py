"""How allauth fits in: its mails take our outbox, its redirects stay on our host."""

from base64 import urlsafe_b64encode
from secrets import token_hex
from typing import Any
from urllib.parse import urlsplit

from allauth.account.adapter import DefaultAccountAdapter
from allauth.mfa.adapter import DefaultMFAAdapter
from allauth.mfa.models import Authenticator
from cryptography.fernet import Fernet, InvalidToken, MultiFernet
from django.conf import settings
from django.contrib.auth.base_user import AbstractBaseUser
from django.contrib.auth.models import AnonymousUser
from django.db import transaction
from django.forms import BaseForm
from django.http import HttpRequest
from django.urls import reverse
from django.utils.crypto import salted_hmac
from django.utils.http import url_has_allowed_host_and_scheme
from django.utils.translation import get_language
from django.utils.translation import gettext as _

from access.letters import absolute
from access.mail import Recipient, queue_mail
from access.models import User
from access.web.middleware import client_address

# Of what allauth passes along, what a letter may use; requests and sites stay behind.
FACTS = ("ip", "from_email", "to_email", "deleted_email")
SECRETS = ("uid", "key")
UNKNOWN_ADDRESS = "0.0.0.0"  # noqa: S104 - what a request without an address is counted under


class AccountAdapter(DefaultAccountAdapter):
    """Sign-up, sign-in and the account's mails."""

    def send_mail(self, template_prefix: str, email: str, context: dict[str, Any]) -> None:
        """Queue the letter "account.<name>". Its links are made from the base URL when it is
        sent, and never from the request's host (T35)."""
        kind = "account." + template_prefix.rpartition("/")[2]
        user = context.get("user") or User.objects.filter(email__iexact=email).first()
        facts = {name: str(context[name]) for name in FACTS if name in context}
        if "timestamp" in context:
            facts["at"] = context["timestamp"].isoformat()
        queue_mail(
            kind=kind,
            key=f"{kind}:{token_hex(16)}",  # each asking is an event of its own
            to=[Recipient(email, user.name, user.language) if user else Recipient.at(email)],
            context=facts | {"email": email, "user": user.pk if user else None},
            secrets={name: str(context[name]) for name in SECRETS if name in context},
        )

    def is_safe_url(self, url: str) -> bool:
        """A redirect goes to a page of the portal, whatever `next` says (T36)."""
        base = urlsplit(settings.BASE_URL)
        return url_has_allowed_host_and_scheme(
            url, allowed_hosts={base.netloc}, require_https=base.scheme == "https"
        )

    def get_client_ip(self, request: HttpRequest) -> str:
        """Whom limits and the list of sessions count: no header that anybody can write."""
        return client_address(request) or UNKNOWN_ADDRESS

    def get_reauthentication_methods(self, user: User | AnonymousUser) -> list[dict[str, Any]]:
        """The ways to prove again that it is you, in our words."""
        words = {
            "reauthenticate": _("Use your password"),
            "mfa_reauthenticate": _("Use a code"),
            "mfa_reauthenticate:webauthn": _("Use a passkey"),
        }
        methods = super().get_reauthentication_methods(user)
        return [way | {"description": words.get(way["id"], way["description"])} for way in methods]

    def get_login_redirect_url(self, request: HttpRequest) -> str:
        return reverse("start")

    def get_signup_redirect_url(self, request: HttpRequest) -> str:
        return reverse("start")

    def get_email_confirmation_url(self, request: HttpRequest, emailconfirmation: Any) -> str:
        return absolute(reverse("account_confirm_email", args=[emailconfirmation.key]))

    def get_reset_password_from_key_url(self, key: str) -> str:
        uid, _dash, token = key.partition("-")
        return absolute(reverse("account_reset_password_from_key", args=[uid, token]))

    def save_user(
        self, request: HttpRequest, user: AbstractBaseUser, form: BaseForm, commit: bool = True
    ) -> AbstractBaseUser:
        """A new person keeps the name typed and the language the form was read in."""
        user.name = form.cleaned_data.get("name", "")  # type: ignore[attr-defined]
        user.language = get_language() or settings.LANGUAGE_CODE  # type: ignore[attr-defined]
        return super().save_user(request, user, form, commit)


class SecondFactorAdapter(DefaultMFAAdapter):
    """Authenticator apps, passkeys and recovery codes."""

    def encrypt(self, text: str) -> str:
        """Secrets of apps and codes are no use to who has the database without SECRET_KEY."""
        return _secret_box().encrypt(text.encode()).decode()

    def decrypt(self, encrypted_text: str) -> str:
        return _secret_box().decrypt(encrypted_text.encode()).decode()

    def get_totp_issuer(self) -> str:
        return settings.VENDOR_NAME

    def generate_authenticator_name(self, user: AbstractBaseUser, type: Any) -> str:
        """What a passkey is called whose owner gave it no name."""
        number = Authenticator.objects.filter(user=user.pk, type=type).count() + 1
        return _("Passkey") if number == 1 else _("Passkey %(number)d") % {"number": number}

    def get_public_key_credential_rp_entity(self) -> dict[str, str]:
        """A passkey belongs to the portal's own address, whatever host the request names (T35)."""
        return {
            "id": urlsplit(settings.BASE_URL).hostname or "",
            "name": settings.VENDOR_NAME,
        }


def _secret_box() -> MultiFernet:
    """Writes with SECRET_KEY, reads with the ones before it too."""
    secrets = [settings.SECRET_KEY, *settings.SECRET_KEY_FALLBACKS]
    digests = [salted_hmac("second factor", "", secret=one, algorithm="sha256") for one in secrets]
    return MultiFernet([Fernet(urlsafe_b64encode(digest.digest())) for digest in digests])


def encrypt_again() -> tuple[int, list[int]]:
    """Encrypts every second factor's secrets with SECRET_KEY, so that the keys before it may be
    forgotten. Answers how many rows that are, and the ids of those that no key opens. Each row on
    its own, under its lock: safe to repeat, and while people sign in."""
    done, lost, box = 0, [], _secret_box()
    for key in Authenticator.objects.order_by("pk").values_list("pk", flat=True):
        with transaction.atomic():
            row = Authenticator.objects.select_for_update().filter(pk=key).first()
            if row is None or not {"secret", "seed", "migrated_codes"} & set(row.data):
                continue
            try:
                row.data = {name: _rotated(box, value) for name, value in row.data.items()}
            except InvalidToken:
                lost.append(key)
                continue
            row.save(update_fields=["data"])
            done += 1
    return done, lost


def _rotated(box: MultiFernet, value: Any) -> Any:
    """What is encrypted, anew; the rest as it is."""
    if isinstance(value, list):
        return [_rotated(box, one) for one in value]
    return box.rotate(value.encode()).decode() if isinstance(value, str) else value
