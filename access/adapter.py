"""How allauth fits in: its mails take our outbox, its redirects stay on our host."""

from secrets import token_hex
from typing import Any
from urllib.parse import urlsplit

from allauth.account.adapter import DefaultAccountAdapter
from django.conf import settings
from django.contrib.auth.base_user import AbstractBaseUser
from django.forms import BaseForm
from django.http import HttpRequest
from django.urls import reverse
from django.utils.http import url_has_allowed_host_and_scheme
from django.utils.translation import get_language

from access.letters import absolute
from access.mail import Recipient, queue_mail
from access.models import User

# Of what allauth passes along, what a letter may use; requests and sites stay behind.
FACTS = ("ip", "from_email", "to_email", "deleted_email")
SECRETS = ("uid", "key")


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

    def get_login_redirect_url(self, request: HttpRequest) -> str:
        return reverse("start")

    def get_signup_redirect_url(self, request: HttpRequest) -> str:
        return reverse("start")

    def get_email_confirmation_url(self, request: HttpRequest, emailconfirmation: Any) -> str:
        return absolute(reverse("account_confirm_email", args=[emailconfirmation.key]))

    def get_reset_password_from_key_url(self, key: str) -> str:
        uid, _, token = key.partition("-")
        return absolute(reverse("account_reset_password_from_key", args=[uid, token]))

    def save_user(
        self, request: HttpRequest, user: AbstractBaseUser, form: BaseForm, commit: bool = True
    ) -> AbstractBaseUser:
        """A new person keeps the name typed and the language the form was read in."""
        user.name = form.cleaned_data.get("name", "")  # type: ignore[attr-defined]
        user.language = get_language() or settings.LANGUAGE_CODE  # type: ignore[attr-defined]
        return super().save_user(request, user, form, commit)
