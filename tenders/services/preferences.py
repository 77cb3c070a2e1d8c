"""Which tenders reach a partner by mail: its own choice (T2)."""

from collections.abc import Collection
from decimal import Decimal

from django.db import transaction

from access import log
from access.policy import Actor
from clients.models import Category
from partners.models import Partner
from tenders.models import TenderPreference


@transaction.atomic
def set_preference(
    *,
    by: Actor,
    categories: Collection[Category],
    languages: Collection[str],
    address: str,
    mail_language: str,
    countries: Collection[str] = (),
    least_budget: Decimal | None = None,
    wanted: bool = True,
) -> TenderPreference:
    """Keeps what the partner of `by` wants to hear of. Mails go for tenders in one of the
    categories and one of the languages, from one of the countries (none: all), with a budget
    that reaches `least_budget`, in the partner's own currency or, without exchange, in the other.
    Not `wanted` is a pause. Raises what `Actor.require` raises."""
    by.require("reseller.tender_settings")
    partner = Partner.objects.select_for_update(no_key=True).get(pk=by.organisation.pk)
    found = TenderPreference.objects.filter(partner=partner).first()
    before = _facts(found) if found else None
    preference = found or TenderPreference(partner=partner)
    preference.wanted = wanted
    preference.languages = sorted(languages)
    preference.countries = sorted(countries)
    preference.least_budget = least_budget
    preference.address = address
    preference.mail_language = mail_language
    preference.save()
    preference.categories.set(categories)
    after = _facts(preference)
    if before != after:
        log.write(
            organisation=by.organisation, act="tender.settings", by=by, before=before, after=after
        )
    return preference


def _facts(preference: TenderPreference) -> dict[str, object]:
    categories = Category.objects.filter(pk__in=preference.categories.values("pk"))
    return {
        "wanted": preference.wanted,
        "categories": sorted(str(category) for category in categories),
        "languages": preference.languages,
        "countries": preference.countries,
        "least_budget": str(preference.least_budget) if preference.least_budget else None,
        "email": preference.address,
        "language": preference.mail_language,
    }
