"""Which mails a person gets, and the page behind the link that stops some of them (RFC 8058)."""

from django.conf import settings
from django.contrib import messages
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.utils import translation
from django.utils.translation import gettext as _
from django.views.decorators.cache import never_cache
from django.views.decorators.csrf import csrf_exempt

from access.forms.mails import MailChoicesForm
from access.models import Topic
from access.services.mail_choices import (
    choose_mails,
    resume_mails,
    stop_mails,
    stopped,
    stopped_by,
)
from access.stop_links import Stop, read_stop
from access.views.invitations import masked
from access.web.pages import FORM, person, public

ONE_CLICK = ("List-Unsubscribe", "One-Click")


@person(reason="Each chooses for themselves which mails they get.", methods=FORM)
def mail_choices(request: HttpRequest) -> HttpResponse:
    """One switch for each topic, and what always arrives."""
    unwanted = stopped_by(request.user)  # type: ignore[arg-type]
    initial = {"wanted": [topic.value for topic in Topic if topic not in unwanted]}
    form = MailChoicesForm(request.POST if request.method == "POST" else None, initial=initial)
    if form.is_valid():
        choose_mails(person=request.user, **form.cleaned_data)  # type: ignore[arg-type]
        messages.success(request, _("Your choice is saved. It counts for each mail from now on."))
        return redirect("mail_choices")
    return render(request, "access/mail_choices.html", {"form": form})


@public(
    reason="The signed link in a mail says whom and what it is about, so it works signed out. Mail "
    "programs send the form without a page of ours, thus without its token (RFC 8058): who has "
    "the link may do what the button does, and nothing else (T1, T26).",
    methods=FORM,
)
@csrf_exempt
@never_cache
def mail_stop(request: HttpRequest, token: str) -> HttpResponse:
    """Shows what would be stopped, for programs follow links (T1); the button, or the reader's
    mail program, stops it, and the page then takes it back."""
    stop = read_stop(token)
    if request.method == "POST" and request.POST.get(ONE_CLICK[0]) == ONE_CLICK[1]:
        return _one_click(stop)
    if stop is None:
        return render(request, "access/mail_stop_gone.html", status=404)
    if request.method == "POST":
        change = resume_mails if "again" in request.POST else stop_mails
        change(address=stop.address, topic=stop.topic)
        return redirect("mail_stop", token)
    return _stop_page(request, stop)


def _one_click(stop: Stop | None) -> HttpResponse:
    """The answer to a mail program: small, and never a redirect (RFC 8058)."""
    if stop is None:
        return HttpResponse("unknown\n", status=404, content_type="text/plain")
    stop_mails(address=stop.address, topic=stop.topic)
    return HttpResponse("stopped\n", content_type="text/plain")


def _stop_page(request: HttpRequest, stop: Stop) -> HttpResponse:
    """In the language of the mail, unless the reader has chosen one here."""
    context = {
        "topic": stop.topic,
        "masked": masked(stop.address),
        "stopped": stopped(address=stop.address, topic=stop.topic),
    }
    if request.user.is_authenticated or settings.LANGUAGE_COOKIE_NAME in request.COOKIES:
        return render(request, "access/mail_stop.html", context)
    with translation.override(stop.language):
        response = render(request, "access/mail_stop.html", context)
    response.headers["Content-Language"] = stop.language
    return response
