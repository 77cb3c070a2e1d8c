"""A person's own profile: everything about the account begins here."""

from allauth.mfa.models import Authenticator
from allauth.usersessions.models import UserSession
from django.conf import settings
from django.contrib import messages
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.utils import translation
from django.utils.translation import gettext as _

from access.errors import Refused
from access.forms.profile import ProfileForm
from access.models import Membership
from access.services.profile import change_profile
from access.web.pages import FORM, person

SHOWN = 20


@person(
    reason="The person's own name and language, and the way to all of the account.", methods=FORM
)
def profile(request: HttpRequest) -> HttpResponse:
    form = ProfileForm(request.POST or None, instance=request.user)
    if form.is_valid():
        try:
            change_profile(person=request.user, **form.cleaned_data)  # type: ignore[arg-type]
        except Refused as refusal:
            form.add_error(refusal.field, str(refusal))
        else:
            return _saved(request)
    context = {"form": form} | _addresses(request) | _factors(request) | _organisations(request)
    context["session_count"] = UserSession.objects.filter(user=request.user).count()
    return render(request, "access/profile.html", context)


def _saved(request: HttpRequest) -> HttpResponse:
    """Back to the page, in the language just chosen: it wins over the one in the cookie."""
    language = request.user.language  # type: ignore[union-attr]
    with translation.override(language):
        messages.success(request, _("Your profile is saved."))
    response = redirect("profile")
    response.set_cookie(
        settings.LANGUAGE_COOKIE_NAME,
        language,
        max_age=settings.LANGUAGE_COOKIE_AGE,
        path=settings.LANGUAGE_COOKIE_PATH,
        domain=settings.LANGUAGE_COOKIE_DOMAIN,
        secure=settings.LANGUAGE_COOKIE_SECURE,
        httponly=settings.LANGUAGE_COOKIE_HTTPONLY,
        samesite=settings.LANGUAGE_COOKIE_SAMESITE,
    )
    return response


def _addresses(request: HttpRequest) -> dict[str, object]:
    addresses = list(request.user.emailaddress_set.order_by("-primary", "email"))  # type: ignore[union-attr]
    return {"addresses": addresses, "unconfirmed": [one for one in addresses if not one.verified]}


def _factors(request: HttpRequest) -> dict[str, object]:
    """The state of each second factor."""
    kept = list(Authenticator.objects.filter(user=request.user))
    kinds = {one.type: one for one in kept}
    codes = kinds.get(Authenticator.Type.RECOVERY_CODES)
    return {
        "totp": kinds.get(Authenticator.Type.TOTP),
        "passkeys": [one for one in kept if one.type == Authenticator.Type.WEBAUTHN],
        "recovery_codes": codes,
        "codes_left": len(codes.wrap().get_unused_codes()) if codes else 0,
    }


def _organisations(request: HttpRequest) -> dict[str, object]:
    found = list(Membership.objects.of_person(request.user)[: SHOWN + 1])  # type: ignore[arg-type]
    return {"memberships": found[:SHOWN], "more_memberships": len(found) > SHOWN}
