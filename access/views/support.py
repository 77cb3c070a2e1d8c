"""Support: letting it in and shutting it out (S2), and the codes by which it knows one (S1)."""

from django.contrib import messages
from django.core.paginator import Paginator
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.utils import timezone
from django.utils.translation import gettext as _

from access.errors import Refused
from access.forms.support import LetInForm, ProlongForm
from access.models import SupportAccess, SupportCode, SupportLookup, User
from access.policy import Actor
from access.services.support import (
    close_access,
    new_code,
    new_vip_code,
    open_access,
    prolong_access,
)
from access.web.pages import ACTION, FORM, page, person

PER_PAGE = 20


@page("support.open", FORM)
def support(request: HttpRequest, actor: Actor) -> HttpResponse:
    """What support may do now, and the form that lets it in."""
    accesses = SupportAccess.objects.visible_to(actor)
    form = LetInForm(request.POST or None)
    if form.is_valid():
        try:
            open_access(by=actor, **form.cleaned_data)
        except Refused as refusal:
            messages.warning(request, str(refusal))
        else:
            messages.success(request, _("Support may come in now."))
        return redirect("support", actor.organisation.slug)
    context = {
        "form": form,
        "prolong_form": ProlongForm(auto_id="id_prolong_%s"),
        "open": accesses.live().first(),
        "page": Paginator(accesses.past(), PER_PAGE).get_page(request.GET.get("page")),
    }
    return render(request, "access/support.html", context)


@page("support.open", ACTION, access=SupportAccess.objects.visible_to)
def support_prolong(request: HttpRequest, actor: Actor, access: SupportAccess) -> HttpResponse:
    form = ProlongForm(request.POST)
    if form.is_valid():
        try:
            prolong_access(access=access, by=actor, hours=form.cleaned_data["hours"])
        except Refused as refusal:
            messages.warning(request, str(refusal))
        else:
            messages.success(request, _("Support has more time."))
    else:
        messages.error(request, _("Choose how long support may come in."))
    return redirect("support", actor.organisation.slug)


@page("support.open", ACTION, access=SupportAccess.objects.visible_to)
def support_close(request: HttpRequest, actor: Actor, access: SupportAccess) -> HttpResponse:
    try:
        close_access(access=access, by=actor)
    except Refused as refusal:
        messages.info(request, str(refusal))
    else:
        messages.success(request, _("Support is shut out, from this moment on."))
    return redirect("support", actor.organisation.slug)


@page("premium.see")
def premium(request: HttpRequest, actor: Actor) -> HttpResponse:
    """The VIP code, for the organisation's own people (S1)."""
    code = actor.organisation.vip_code.upper()
    groups = [code[start : start + 4] for start in range(0, len(code), 4)]
    context = {"code": " ".join(groups), "may_renew": actor.may("support.open")}
    return render(request, "access/premium.html", context)


@page("support.open", ACTION)
def premium_renew(request: HttpRequest, actor: Actor) -> HttpResponse:
    try:
        new_vip_code(by=actor)
    except Refused as refusal:
        messages.warning(request, str(refusal))
        return redirect("home", actor.organisation.slug)
    messages.success(request, _("The organisation has a new VIP code. The old one is worthless."))
    return redirect("premium", actor.organisation.slug)


@person(reason="Each person's own code for support, and who used it.", methods=FORM)
def support_code(request: HttpRequest) -> HttpResponse:
    """A new code is in the answer to the POST and nowhere else: no redirect carries it (T29)."""
    me: User = request.user  # type: ignore[assignment]
    code = new_code(person=me) if request.method == "POST" else ""
    kept = SupportCode.objects.of(me)
    lookups = SupportLookup.objects.about_person(me)
    context = {
        "code": code,
        "kept": kept,
        "works": kept is not None and kept.used_at is None and kept.expires_at > timezone.now(),
        "page": Paginator(lookups, PER_PAGE).get_page(request.GET.get("page")),
    }
    return render(request, "access/support_code.html", context)
