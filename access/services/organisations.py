"""The verbs that write organisations (O2, O6, O7)."""

from typing import Any

from django.db import IntegrityError, transaction
from django.utils.crypto import get_random_string
from django.utils.text import slugify
from django.utils.translation import gettext as _

from access import log
from access.errors import Refused
from access.models import Membership, Organisation, User
from access.policy import Actor
from access.rules import Role, currency_of
from access.services.common import acting_now, lock_organisation

CHANGEABLE = (
    "name",
    "street",
    "postcode",
    "city",
    "registration_number",
    "vat_number",
    "website",
    "requires_second_factor",
)
"""What its own people may change; the country fixes the currency (O6) and is the vendor's."""


@transaction.atomic
def create_organisation(
    *, name: str, country: str, by: User, slug: str | None = None, **details: str | bool
) -> Organisation:
    """A new organisation with `by` as its legal representative (O2, O3).

    `country`: ISO 3166 alpha-2; it fixes the currency (O6). `details`: the other fields of
    `Organisation`. The address in the portal comes from the name unless `slug` gives it.
    """
    organisation = Organisation(
        name=name, country=country, currency=currency_of(country), slug=slug or "", **details
    )
    _save_with_slug(organisation)
    Membership.objects.create(
        user=by, organisation=organisation, role=Role.LEGAL_REPRESENTATIVE, accounting=True
    )
    log.write(organisation=organisation, act="organisation.create", by=by, about=organisation)
    return organisation


def _save_with_slug(organisation: Organisation) -> None:
    """Saves under an address made from the name; a taken one gets random characters, which tell
    nothing about who has it."""
    if organisation.slug:
        organisation.save()
        return
    stem = slugify(organisation.name)[:50] or "organisation"
    organisation.slug = stem
    for _attempt in range(5):
        try:
            with transaction.atomic():
                organisation.save()
            return
        except IntegrityError:
            if not Organisation.objects.filter(slug=organisation.slug).exists():
                raise
            organisation.slug = f"{stem}-{get_random_string(5, 'abcdefghjkmnpqrstuvwxyz23456789')}"
    raise Refused(_("No free address was found for this name. Please choose another name."))


@transaction.atomic
def change_organisation(*, by: Actor, **details: Any) -> Organisation:
    """Changes the data of the actor's organisation; `details` are fields of `CHANGEABLE`, checked
    by the form (O7). The right is looked up again under the lock."""
    organisation = lock_organisation(by.organisation)
    acting_now(by).require("organisation.change")
    unknown = details.keys() - set(CHANGEABLE)
    if unknown:
        raise ValueError(f"not to be changed by its people: {sorted(unknown)}")  # T39
    before = {field: getattr(organisation, field) for field in details}
    changed = [field for field, value in details.items() if before[field] != value]
    for field in changed:
        setattr(organisation, field, details[field])
    if changed:
        organisation.save(update_fields=changed)
        log.write(
            organisation=organisation,
            act="organisation.change",
            by=by,
            about=organisation,
            before={field: before[field] for field in changed},
            after={field: details[field] for field in changed},
        )
    return organisation
