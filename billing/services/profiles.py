"""How an organisation wants to be billed (M8)."""

from django.db import transaction

from access import log
from access.models import Organisation
from access.policy import Actor
from billing.models import BillingProfile

FIELDS = ("collective", "prepaid_first", "email", "language")


@transaction.atomic
def change_profile(
    *, by: Actor, collective: bool, prepaid_first: bool, email: str, language: str
) -> BillingProfile:
    """Sets how the invoices of the actor's organisation come, from the next one on. Lines that
    wait for a collective invoice still get it."""
    by.require("accounting.settings")
    owner = Organisation.objects.select_for_update(no_key=True).get(pk=by.organisation.pk)
    profile = BillingProfile.objects.filter(organisation=owner).first()
    profile = profile or BillingProfile(organisation=owner)
    wanted = dict(zip(FIELDS, (collective, prepaid_first, email, language), strict=True))
    before = {name: getattr(profile, name) for name in FIELDS}
    if before != wanted or profile.pk is None:
        for name, value in wanted.items():
            setattr(profile, name, value)
        profile.save()
        log.write(organisation=owner, act="billing.settings", by=by, before=before, after=wanted)
    return profile
