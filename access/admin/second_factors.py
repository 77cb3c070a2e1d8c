"""Staff sign in with a second factor too, and see nobody's secrets (T47)."""

from collections.abc import Callable
from typing import Any

from allauth.account.decorators import secure_admin_login
from django.contrib.admin import AdminSite
from django.http import HttpRequest, HttpResponse
from django.urls import reverse

from access.second_factor import Reason, missing_for_staff
from access.web.gate import to_second_factor

ASKED = "_second_factor_missing"


def _missing(request: HttpRequest) -> Reason | None:
    """Why this member of staff must set one up first; asked once for a request."""
    if not hasattr(request, ASKED):
        setattr(request, ASKED, missing_for_staff(request.user))  # type: ignore[arg-type]
    return getattr(request, ASKED)


def guard(site: AdminSite) -> None:
    """One sign-in for all, with its limits and second factors; who is no staff gets a 403. No
    page of the site opens to staff without a second factor while one is needed: they are led
    to where they set it up, and come back."""
    may, sign_in = site.has_permission, site.login

    def has_permission(request: HttpRequest) -> bool:
        return may(request) and _missing(request) is None

    def login(request: HttpRequest, **kwargs: Any) -> HttpResponse:
        if may(request) and (why := _missing(request)):
            onward = request.GET.get("next", "") or reverse("admin:index")
            return to_second_factor(request, why, onward)
        return sign_in(request, **kwargs)

    site.has_permission = has_permission  # type: ignore[method-assign]
    guarded: Callable[..., HttpResponse] = secure_admin_login(login)
    site.login = guarded  # type: ignore[method-assign]
