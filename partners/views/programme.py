"""The programme: its public page, the application, where it stands (P1 to P5)."""

from typing import Any

from django.contrib import messages
from django.forms import Form
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.utils.translation import gettext as _

from access.errors import Refused
from access.models import Organisation
from access.policy import Actor
from access.web.findable import Findable
from access.web.pages import FORM, page, public
from partners import services
from partners.forms.programme import ApplicationForm
from partners.models import Application, Partner
from partners.rules import ApplicationState
from partners.services.applying import FIELDS, ConditionsOpen
from partners.services.texts import Programme, programme

SHOWN = 6
DRAFT = ApplicationState.DRAFT


@public(reason="Anybody may read what the programme offers and asks.")
def programme_page(request: HttpRequest) -> HttpResponse:
    """Benefits and conditions, and the way in for who is signed in."""
    own: list[Organisation] = []
    if request.user.is_authenticated:
        own = list(Organisation.objects.represented_by(request.user)[:SHOWN])
    words = programme()
    findable = Findable.of(
        request, title=_("Partner programme"), description=words.introductions[0].text
    )
    context = {"programme": words, "own": own, "preview": None, "findable": findable}
    return render(request, "partners/programme.html", context)


@page("programme.see")
def programme_status(request: HttpRequest, actor: Actor) -> HttpResponse:
    """Where the organisation stands, what happens next, and what it applied with."""
    applications = list(
        Application.objects.visible_to(actor).select_related("sent_by").with_conditions()[:SHOWN]
    )
    context = {
        "partner": Partner.objects.visible_to(actor).first(),
        "draft": next((one for one in applications if one.state == DRAFT), None),
        "sent": [one for one in applications if one.state != DRAFT],
        "affiliate": actor.organisation.affiliate,
    }
    return render(request, "partners/programme_status.html", context)


@page("programme.apply", FORM)
def programme_apply(request: HttpRequest, actor: Actor) -> HttpResponse:
    """The application: its draft is kept as it is typed, and sent once all of it checks."""
    draft = request.POST.get("go") == "draft"
    words = programme()
    initial = _initial(actor, words)
    form = ApplicationForm(
        request.POST or None, actor=actor, programme=words, draft=draft, initial=initial
    )
    if form.is_valid():
        said = form.cleaned_data
        try:
            _write(actor, said, draft=draft)
        except Refused as refusal:
            _show(form, refusal)
        else:
            messages.success(request, _("The draft is saved.") if draft else _("It is sent."))
            return redirect("programme_status", actor.organisation.slug)
    context = {"form": form, "programme": words, "affiliate": actor.organisation.affiliate}
    return render(request, "partners/programme_apply.html", context)


def _write(actor: Actor, said: dict[str, Any], *, draft: bool) -> None:
    fields = {name: said[name] for name in FIELDS}
    if draft:
        services.save_draft(by=actor, accepted=said["accepted"], **fields)
    else:
        services.send(by=actor, version=said["version"], accepted=said["accepted"], **fields)


def _show(form: ApplicationForm, refusal: Refused) -> None:
    """The refusal beside its field; other conditions are shown unticked, to be read."""
    form.add_error(refusal.field, str(refusal))
    if isinstance(refusal, ConditionsOpen) and refusal.field is None:
        form.data = form.data.copy()  # type: ignore[attr-defined]
        form.data["version"] = str(form.programme.number)  # type: ignore[index]
        form.data.setlist("accepted", [])  # type: ignore[attr-defined]


def _initial(actor: Actor, words: Programme) -> dict[str, Any]:
    """What the draft says, else what was sent last, else what the portal knows. Conditions count
    as ticked in a draft only, and in the words of today."""
    own = actor.organisation
    known: dict[str, Any] = {
        "contact_name": actor.person.name,
        "contact_email": actor.person.email,
        "registration_number": own.registration_number,
        "website": own.website,
    }
    last: Any = Application.objects.visible_to(actor).with_conditions().first()
    if last is None:
        return known
    known |= {name: getattr(last, name) for name in FIELDS}
    if last.state != DRAFT:
        return known
    ticked = [one.key for one in last.conditions if one.version == words.number]
    return known | {"accepted": ticked}


@page("programme.apply", FORM)
def programme_withdraw(request: HttpRequest, actor: Actor) -> HttpResponse:
    """Takes back the application that waits, after a question."""
    form = Form(request.POST or None)
    if request.method == "POST":
        try:
            services.withdraw(by=actor)
        except Refused as refusal:
            messages.error(request, str(refusal))
        else:
            messages.success(request, _("The application is withdrawn."))
        return redirect("programme_status", actor.organisation.slug)
    return render(request, "partners/programme_withdraw.html", {"form": form})
