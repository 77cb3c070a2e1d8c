"""The portal's own pages: the landing page, the switcher, theme and language, error pages."""

import sys
from contextlib import suppress
from typing import Any

from django.conf import settings
from django.core.exceptions import PermissionDenied
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.utils.http import url_has_allowed_host_and_scheme
from django.utils.translation import get_language, get_language_from_path, override
from django.utils.translation import gettext as _
from django.views import i18n
from django.views.decorators.cache import cache_control
from django.views.decorators.csrf import requires_csrf_token
from django.views.decorators.vary import vary_on_headers

from access import together
from access.errors import ActForbidden, Refused
from access.models import MemberInvitation, Organisation
from access.policy import client_names_of, clients_named, organisations_of, supported_by
from access.services import change_language
from access.templatetags.portal_ui import initials, tag_badge
from access.web.cells import home_url
from access.web.findable import Findable
from access.web.lists import CountedPaginator
from access.web.pages import ACTION, person, public
from access.web.strangers import without_token
from clients.models import Partnership
from portal import colour, faults, logs
from portal.context import THEME_COOKIE, THEMES

A_YEAR = 365 * 24 * 3600
PAGE_SIZE = 50


@public(reason="Leads each visitor to the first page in their language.")
@vary_on_headers("Accept-Language", "Cookie")
def front(request: HttpRequest) -> HttpResponse:
    return redirect("landing")


@public(reason="Says what the portal is for, before anyone signs in.")
def landing(request: HttpRequest) -> HttpResponse:
    findable = Findable.of(
        request,
        title=_("Partners and clients, with access that the client decides"),
        description=_(
            "The reseller portal: partners look after their clients' products, and each client "
            "decides who may do what."
        ),
    )
    return render(request, "portal/landing.html", {"findable": findable})


@person(reason="Leads each person to the organisation they work in.")
def start(request: HttpRequest) -> HttpResponse:
    """After signing in: the one organisation, the choice between several, or founding one. Who
    signed up because they were asked to join one, or by a partner, is led to the answer (L2)."""
    organisations = organisations_of(request.user)[:2]
    if len(organisations) == 1:
        return redirect("home", organisations[0].slug)
    if organisations:
        return redirect("switch")
    invited = MemberInvitation.objects.asked_of(request.user).order_by("pk").first()
    if invited is not None:
        return redirect("member_join", invited.public_id)
    asked = Partnership.objects.asked_of(request.user).order_by("pk").first()
    if asked is not None:
        return redirect("request_answer", asked.public_id)
    return redirect("admin:index" if request.user.is_staff else "organisation_new")


@person(reason="Lists the person's own organisations and clients, and what staff may support.")
def switch(request: HttpRequest) -> HttpResponse:
    """All organisations and all clients of the person, searched and paged (O1); for the vendor's
    staff, also those that let support in (S2)."""
    text = request.GET.get("q", "").strip()[:100].replace("\x00", "")
    lists: dict[str, Any] = {
        "organisations": organisations_of(request.user).search(text),
        "clients": client_names_of(request.user, text),
    }
    if request.user.is_staff:
        lists["support"] = supported_by(request.user).search(text)
    counts = together.ask(**{name: together.number(rows) for name, rows in lists.items()})
    tab = request.GET.get("tab", "")
    if tab not in lists:  # the first that holds something
        tab = next((name for name, count in counts.items() if count), "organisations")
    paginator = CountedPaginator(lists[tab], PAGE_SIZE, counts[tab])
    page = paginator.get_page(request.GET.get("page"))
    if tab == "clients":
        page.object_list = clients_named(page.object_list)
    entries = [_entry(organisation) for organisation in page]
    context = {"page": page, "tab": tab, "text": text, "counts": counts, "entries": entries}
    return render(request, "portal/switch.html", context)


def _entry(organisation: Organisation) -> dict[str, object]:
    """One organisation of the list, by the names that the template gives its parts."""
    partner = organisation.reseller_group_id is not None
    return {
        "home": home_url(organisation.slug),
        "initials": initials(organisation.name),
        "name": organisation.name,
        "badge": tag_badge(_("Partner"), "accent plain") if partner else "",
        "place": ", ".join(part for part in (organisation.city, organisation.country.name) if part),
    }


@person(reason="Lists the first of the person's own organisations and clients, for a panel.")
def switch_panel(request: HttpRequest) -> HttpResponse:
    """The lists of the switcher, which asks for them when it opens; `here` is where one is."""
    here = request.GET.get("here", "")
    return render(request, "components/switcher_lists.html", {"here": here})


def _back(request: HttpRequest) -> HttpResponse:
    """To the page that the form names, if it is ours (T36)."""
    target = request.POST.get("next", "")
    ours = url_has_allowed_host_and_scheme(
        target, allowed_hosts={request.get_host()}, require_https=request.is_secure()
    )
    return redirect(target if ours else "landing")


@public(reason="Anyone may read in the dark.", methods=ACTION)
@without_token
def set_theme(request: HttpRequest) -> HttpResponse:
    response = _back(request)
    chosen = request.POST.get("theme", "")
    if chosen in THEMES:
        response.set_cookie(
            THEME_COOKIE,
            chosen,
            max_age=A_YEAR,
            secure=settings.SESSION_COOKIE_SECURE,
            httponly=True,
            samesite="Lax",
        )
    return response


@public(reason="Anyone may choose the language.", methods=ACTION)
@without_token
def set_language(request: HttpRequest) -> HttpResponse:
    """The language of this browser, and of a signed-in person's mails."""
    if request.user.is_authenticated:
        with suppress(Refused):
            change_language(person=request.user, language=request.POST.get("language", ""))
    # Django finds the page that `next` names only while its language is the one in use.
    shown = get_language_from_path(request.POST.get("next", "").partition("?")[0])
    with override(shown or get_language()):
        return i18n.set_language(request)


@public(reason="The colours of every page, the public ones too.")
@cache_control(public=True, max_age=A_YEAR, immutable=True)
def vendor_stylesheet(request: HttpRequest) -> HttpResponse:
    """The vendor's colour as custom properties; its address changes with the setting."""
    return HttpResponse(colour.stylesheet(settings.VENDOR_COLOUR), content_type="text/css")


def bad_request(request: HttpRequest, exception: Exception) -> HttpResponse:
    return render(request, "400.html", status=400)


@requires_csrf_token
def forbidden(request: HttpRequest, exception: Exception) -> HttpResponse:
    """403 with the reason and who can do it (`domain.md` section 6)."""
    refusal = exception if isinstance(exception, ActForbidden) else None
    reason = "" if refusal or not isinstance(exception, PermissionDenied) else str(exception)
    return render(request, "403.html", {"refusal": refusal, "reason": reason}, status=403)


@requires_csrf_token
def csrf_failure(request: HttpRequest, reason: str = "") -> HttpResponse:
    """A form that was sent from another page, or after the sign-in had ended."""
    return render(request, "403_csrf.html", status=403)


@requires_csrf_token
def not_found(request: HttpRequest, exception: Exception) -> HttpResponse:
    return render(request, "404.html", status=404)


def server_error(request: HttpRequest) -> HttpResponse:
    """Static, without a query: the database may be what failed, and is then said to be (503). Names
    the request, so that a caller can quote what the log has of it."""
    failure = sys.exc_info()[1]  # Django calls this while it deals with it
    if faults.database_away(failure):
        return faults.database_page(request)
    if faults.store_full(failure):
        return faults.store_page(request)
    return render(None, "500.html", {"reference": logs.request_id()}, status=500)
