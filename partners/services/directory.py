"""The verbs of the directory (D1): a partner changes its page, a visitor writes to a partner."""

from collections.abc import Collection, Mapping, Sequence
from datetime import timedelta
from hashlib import sha256
from io import BytesIO
from typing import Any

from django.conf import settings
from django.db import transaction
from django.utils import timezone
from django.utils.translation import gettext as _
from PIL import Image

from access import log
from access.errors import Refused
from access.limits import TooOften, network_of, spend
from access.mail import Recipient, queue_mail
from access.models import Membership
from access.policy import Actor
from access.rules import Role
from partners.models import DirectoryPage, Logo, Partner, Place
from partners.rules import SPOKEN

NO_LOGO = (b"", "")
"""Given as a new logo, it takes the old one away."""
MOST_PLACES = 12
HOUR, DAY = timedelta(hours=1), timedelta(days=1)


class NotListed(Refused):
    """The partner does not show in the directory (any more)."""


@transaction.atomic
def change_page(
    *,
    by: Actor,
    listed: bool | None = None,
    headlines: Mapping[str, str] | None = None,
    descriptions: Mapping[str, str] | None = None,
    categories: Collection[Any] | None = None,
    languages: Sequence[str] | None = None,
    places: Sequence[tuple[str, str]] | None = None,
    website: str | None = None,
    logo: tuple[bytes, str] | None = None,
) -> DirectoryPage:
    """Changes what a partner says of itself, and whether it shows; None leaves a thing as it is.

    Texts go by the portal's languages; `categories` are those of the catalogue; `places` are names
    with their countries (ISO 3166 alpha-2); `logo` is a picture as `PictureField` made it anew,
    with its media type, or `NO_LOGO`. It shows only while the partner is approved (P5, T27).
    """
    by.require("reseller.change_listing")
    partner = Partner.objects.select_for_update(of=("self",)).get(pk=by.organisation.pk)
    page, _made = DirectoryPage.objects.get_or_create(partner=partner)
    before = _state(page, partner)
    if listed is not None:
        partner.listed = listed
        partner.save(update_fields=["listed"])
    _change_words(page, headlines, descriptions, languages, website)
    if logo is not None:
        _change_logo(page, logo)
    page.save()
    if categories is not None:
        page.categories.set(categories)
    if places is not None:
        _change_places(page, places)
    _log(by, partner, before, _state(page, partner))
    return page


def _change_words(
    page: DirectoryPage,
    headlines: Mapping[str, str] | None,
    descriptions: Mapping[str, str] | None,
    languages: Sequence[str] | None,
    website: str | None,
) -> None:
    if headlines is not None:
        page.headlines = _written(headlines)
    if descriptions is not None:
        page.descriptions = _written(descriptions)
    if languages is not None:
        page.languages = [language for language in SPOKEN if language in languages]
    if website is not None:
        page.website = website


def _written(texts: Mapping[str, str]) -> dict[str, str]:
    """The texts that say something, in the portal's languages."""
    stripped = {language: texts.get(language, "").strip() for language, _name in settings.LANGUAGES}
    return {language: text for language, text in stripped.items() if text}


def _change_logo(page: DirectoryPage, logo: tuple[bytes, str]) -> None:
    """A logo never changes, for browsers keep its address for ever: a new one has a new address."""
    content, media_type = logo
    page.logo = None
    if page.pk:
        page.save(update_fields=["logo"])
    Logo.objects.filter(partner=page.partner).delete()
    if content:
        with Image.open(BytesIO(content)) as picture:
            width, height = picture.size
        page.logo = Logo.objects.create(
            partner=page.partner,
            media_type=media_type,
            content=content,
            width=width,
            height=height,
        )


def _change_places(page: DirectoryPage, places: Sequence[tuple[str, str]]) -> None:
    page.places.all().delete()
    unique: dict[tuple[str, str], tuple[str, str]] = {}
    for name, country in places:
        if name:
            unique.setdefault((name.lower(), country), (name, country))
    Place.objects.bulk_create(
        Place(page=page, name=name, country=country, position=position)
        for position, (name, country) in enumerate(list(unique.values())[:MOST_PLACES])
    )


def _log(by: Actor, partner: Partner, before: dict[str, Any], after: dict[str, Any]) -> None:
    log.write(
        organisation=by.organisation,
        act="reseller.change_listing",
        by=by,
        about=partner,
        before=before,
        after=after,
    )


def _state(page: DirectoryPage, partner: Partner) -> dict[str, Any]:
    """What the log keeps of a page."""
    return {
        "listed": partner.listed,
        "website": page.website,
        "logo": page.logo_id is not None,
        "texts": sorted({*page.headlines, *page.descriptions}),
    }


@transaction.atomic
def contact(
    *, partner: Partner, name: str, email: str, text: str, language: str, origin: str | None
) -> None:
    """Sends a visitor's words to a partner's address, by the portal (D1).

    `language` is the visitor's, `origin` the network address that the request came from. The same
    message twice in a day is one mail. Raises NotListed when the partner does not show any more
    (T27), TooOften above the limits of the address of origin and of the partner (T23). The words
    are erased here as soon as the mail has left.
    """
    shown = Partner.objects.open_to_clients().filter(pk=partner.pk).first()
    if shown is None:
        raise NotListed(_("This partner is not in the directory any more."))
    _spend(shown, origin)
    words = {"name": name, "email": email, "text": text, "language": language}
    said = "\0".join([timezone.localdate().isoformat(), email.lower(), text])
    queue_mail(
        kind="partners.contacted",
        key=f"directory.contact:{partner.pk}:{sha256(said.encode()).hexdigest()[:32]}",
        to=recipients(shown),
        context={"partner": partner.pk},
        secrets=words,
    )


def _spend(partner: Partner, origin: str | None) -> None:
    network = network_of(origin) if origin else "unknown"
    spend(f"contacts from {network}", most=settings.CONTACTS_AN_HOUR, window=HOUR)
    try:
        spend(f"contacts to partner {partner.pk}", most=settings.CONTACTS_A_DAY, window=DAY)
    except TooOften:
        message = _("%(partner)s has got many messages today. Please write to it tomorrow.")
        raise TooOften(message % {"partner": partner}) from None


def recipients(partner: Partner) -> list[Recipient]:
    """Who reads what is sent to a partner: its contact address in the language of its first legal
    representative, or that person."""
    first = (
        Membership.objects.filter(organisation=partner.pk, role=Role.LEGAL_REPRESENTATIVE)
        .filter(user__is_active=True)
        .select_related("user")
        .order_by("pk")
        .first()
    )
    if partner.contact_email:
        language = first.user.language if first else None
        return [Recipient.at(partner.contact_email, name=str(partner), language=language)]
    return [Recipient.of(first.user)] if first else []
