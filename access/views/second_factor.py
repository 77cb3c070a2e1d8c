"""Why a second factor is asked for, and the way to one and back."""

from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.utils.http import url_has_allowed_host_and_scheme

from access.second_factor import Reason, has_one
from access.web.pages import FORM, person

ONWARD = "second_factor_onward"
WAYS = {"app": "mfa_activate_totp", "passkey": "mfa_add_webauthn"}


@person(reason="Whoever needs a second factor and has none reads why and how.", methods=FORM)
def second_factor(request: HttpRequest) -> HttpResponse:
    """GET says why; POST goes to the chosen way, or, once it is gone, back to where the person
    was going."""
    if request.method == "POST":
        return _go(request, request.POST.get("way", ""))
    onward = _ours(request, request.GET.get("next", ""))
    if has_one(request.user):  # type: ignore[arg-type]
        return redirect(onward or "mfa_index")
    why = request.GET.get("why", "")
    reason = Reason(why).label if why in Reason.values else ""
    context = {"reason": reason, "onward": onward}
    return render(request, "access/second_factor.html", context)


def _go(request: HttpRequest, way: str) -> HttpResponse:
    if way in WAYS:
        request.session[ONWARD] = _ours(request, request.POST.get("next", ""))
        return redirect(WAYS[way])
    return redirect(_ours(request, request.session.pop(ONWARD, "")) or "start")


def _ours(request: HttpRequest, target: str) -> str:
    """The address, if it is a page of ours (T36)."""
    ours = url_has_allowed_host_and_scheme(
        target, allowed_hosts={request.get_host()}, require_https=request.is_secure()
    )
    return target if ours else ""
