"""How a partner's own bills look, are numbered and are paid (B12)."""

from collections.abc import Mapping
from typing import Any

from django.db import transaction
from django.utils import timezone
from django.utils.translation import gettext as _

from access.policy import Actor
from billing import vat
from billing.errors import NumberTaken
from billing.models import Rebill, RebillCounter, RebillLogo, RebillSender
from billing.rules_rebilling import LAST_NUMBER, NextNumber, next_number
from billing.services.rebilling.common import note
from partners.models import Partner

FIELDS = (
    *("name", "street", "postcode", "city", "country", "email", "registration_number"),
    *("vat_number", "vat_percent", "iban", "payment_days", "prefix", "footer", "accent"),
)
"""What `save_sender` takes, as the model names it."""


def new_sender(actor: Actor) -> RebillSender:
    """The sender as the organisation's data suggest it, not saved."""
    own = actor.organisation
    return RebillSender(
        partner_id=own.pk,
        name=own.name,
        street=own.street[:70],
        postcode=own.postcode,
        city=own.city[:35],
        country=own.country,
        registration_number=own.registration_number,
        vat_number=vat.full_number(str(own.country), own.vat_number),
    )


def number_to_come(actor: Actor) -> int:
    """Which number of this year the partner's next bill gets."""
    year = timezone.localdate().year
    counter = RebillCounter.objects.filter(partner=actor.organisation.pk, year=year).first()
    return counter.last + 1 if counter else 1


@transaction.atomic
def save_sender(
    *,
    values: Mapping[str, Any],
    next_sequence: int,
    by: Actor,
    logo: tuple[bytes, str] | None = None,
    without_logo: bool = False,
) -> RebillSender:
    """Writes the sender of the actor's organisation; bills that were issued keep theirs.

    `values` by the names of FIELDS, checked by the form; `logo` is a picture that the portal made
    anew with its media type (T37). Raises NumberTaken for a `next_sequence` that was used, or that
    would leave a gap.
    """
    by.require("clients.rebill")
    partner = Partner.objects.select_for_update(no_key=True).get(pk=by.organisation.pk)
    sender = RebillSender.objects.filter(partner=partner).first() or new_sender(by)
    before = _told(sender)
    for name in FIELDS:
        setattr(sender, name, values[name])
    if logo is not None:
        content, media_type = logo
        sender.logo = RebillLogo.objects.create(
            partner=partner, content=content, media_type=media_type
        )
    elif without_logo:
        sender.logo = None
    sender.save()
    set_next_number(partner, next_sequence)
    note("rebill.sender", sender, by, before=before, after=_told(sender))
    return sender


def set_next_number(partner: Partner, wanted: int) -> None:
    """From which number on this year's bills count; only before the first one of the year."""
    year = timezone.localdate().year
    counter = lock_counter(partner.pk, year)
    issued = Rebill.objects.filter(partner=partner, year=year).exists()
    if not 1 <= wanted <= LAST_NUMBER:
        raise NumberTaken(
            _("A number lies between 1 and %(most)s.") % {"most": LAST_NUMBER}, field="next_number"
        )
    said = next_number(wanted, last=counter.last, issued=issued)
    known = {"last": counter.last, "next": counter.last + 1}
    if said is NextNumber.USED:
        raise NumberTaken(
            _("Number %(last)s is used already: the next one is %(next)s.") % known,
            field="next_number",
        )
    if said is NextNumber.GAP:
        raise NumberTaken(
            _("This would leave a gap: the last number is %(last)s, the next one %(next)s. You "
              "can choose another one before the first bill of a year.") % known,
            field="next_number",
        )  # fmt: skip
    counter.last = wanted - 1
    counter.save(update_fields=["last"])


def lock_counter(partner_id: int, year: int) -> RebillCounter:
    """The partner's counter of the year, locked until the transaction ends."""
    RebillCounter.objects.bulk_create(
        [RebillCounter(partner_id=partner_id, year=year)], ignore_conflicts=True
    )
    return RebillCounter.objects.select_for_update(no_key=True).get(
        partner_id=partner_id, year=year
    )


def _told(sender: RebillSender) -> dict[str, str]:
    return {name: str(getattr(sender, name)) for name in FIELDS}
