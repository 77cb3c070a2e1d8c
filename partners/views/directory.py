"""The public directory: who is a partner, and how to reach it (D1)."""

from django.contrib import messages
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.urls import reverse
from django.utils.translation import get_language
from django.utils.translation import gettext as _

from access.errors import Refused
from access.letters import absolute
from access.models import Organisation
from access.web.findable import Findable
from access.web.lists import Listing
from access.web.middleware import client_address
from access.web.pages import FORM, person, public
from access.web.strangers import shared
from partners.forms.directory import ContactForm, DirectoryFilters
from partners.models import Logo, Partner
from partners.services import directory as services
from partners.views.entries import Entry

PER_PAGE = 24
SORTS = {"name": ("organisation__name",), "since": ("-approved_at",)}
SANDBOX = "default-src 'none'; sandbox"
A_YEAR = 365 * 24 * 3600


@public(reason="Anyone finds a partner (D1).")
@shared
def directory(request: HttpRequest) -> HttpResponse:
    rows = Partner.objects.open_to_clients()
    filters = DirectoryFilters(request.GET, rows=rows)
    listing = Listing(
        request,
        rows.with_pages(),
        sorts=SORTS,
        default="name",
        filters=filters,
        per_page=PER_PAGE,
        search="find",
    )
    entries = [Entry(partner) for partner in listing.page]
    context = {"listing": listing, "entries": entries, "sorts": _sorts(listing)}
    context["findable"] = _findable(request, listing, entries)
    return render(request, "partners/directory.html", context)


def _sorts(listing: Listing) -> list[tuple[str, str, bool]]:
    labels = {"name": _("By name"), "since": _("Newest first")}
    return [(key, label, key == listing.sort) for key, label in labels.items()]


def _findable(request: HttpRequest, listing: Listing, entries: list[Entry]) -> Findable:
    """The whole list by pages; what somebody searched or filtered is not for search engines."""
    number = listing.page.number
    items = [
        {"@type": "ListItem", "position": position, "name": entry.name, "url": absolute(address)}
        for position, entry in enumerate(entries, start=listing.page.start_index())
        for address in [entry.address]
    ]
    return Findable.of(
        request,
        title=_("Find a partner"),
        description=_("Verified partners who look after your web sites, mail and servers."),
        query=f"?page={number}" if number > 1 else "",
        hidden=listing.narrowed or listing.sort != "name",
        data=[
            {
                "@context": "https://schema.org",
                "@type": "CollectionPage",
                "inLanguage": get_language(),
                "url": absolute(request.path),
                "mainEntity": {"@type": "ItemList", "itemListElement": items},
            }
        ],
    )


def _shown(slug: str) -> Entry:
    """The partner at `slug` as everybody sees it; 404 for who does not show (T27)."""
    rows = Partner.objects.open_to_clients().with_pages()
    partner = rows.filter(organisation__slug=slug).first()
    if partner is None:
        raise Http404
    return Entry(partner)


@public(reason="Anyone reads a listed partner's page (D1).")
@shared
def directory_page(request: HttpRequest, organisation: str) -> HttpResponse:
    entry = _shown(organisation)
    context = {"entry": entry, "findable": entry.findable(request.path), "preview": False}
    return render(request, "partners/directory_page.html", context)


@public(reason="Anyone writes to a listed partner (D1).", methods=FORM)
def directory_contact(request: HttpRequest, organisation: str) -> HttpResponse:
    """A message through the portal: neither side's address is on a page."""
    entry = _shown(organisation)
    user = request.user
    known = {"name": user.name, "email": user.email} if user.is_authenticated else {}
    form = ContactForm(request.POST or None, initial=known)
    if form.is_valid():
        try:
            services.contact(
                partner=entry.partner,
                language=get_language() or "",
                origin=client_address(request),
                **form.cleaned_data,
            )
        except Refused as refusal:
            form.add_error(refusal.field, str(refusal))
        else:
            messages.success(
                request,
                _("Your message is on its way to %(partner)s.") % {"partner": entry.name},
            )
            return redirect(entry.address)
    return render(request, "partners/directory_contact.html", {"entry": entry, "form": form})


@person(reason="Leads legal representatives of any client to the invitation of a partner (L3).")
def directory_invite(request: HttpRequest, organisation: str) -> HttpResponse:
    """Straight on with one organisation, the choice with several, and who can with none (O4)."""
    entry = _shown(organisation)
    clients = Organisation.objects.represented_by(request.user).exclude(slug=entry.slug)
    ways = [
        (client, reverse("partner_authorise", args=[client.slug]) + f"?partner={entry.slug}")
        for client in clients
    ]
    if len(ways) == 1:
        return redirect(ways[0][1])
    context = {"entry": entry, "ways": ways}
    return render(request, "partners/directory_invite.html", context)


@public(reason="The logos on public pages; others for the partner's own people only (D1, T37).")
def directory_logo(request: HttpRequest, logo: str) -> HttpResponse:
    """A logo never changes. Only the visitor's own browser keeps it, so that the logo of a partner
    that is suspended is gone from every shared cache at once."""
    reader = request.user if request.user.is_authenticated else None
    found = Logo.objects.readable(reader).filter(public_id=logo).first()
    if found is None:
        raise Http404
    response = HttpResponse(bytes(found.content), content_type=found.media_type)
    response.headers["Content-Security-Policy"] = SANDBOX
    response.headers["X-Content-Type-Options"] = "nosniff"
    response.headers["Cache-Control"] = f"private, max-age={A_YEAR}, immutable"
    return response
