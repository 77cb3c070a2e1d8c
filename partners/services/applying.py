"""An organisation applies to the programme: a draft, what it ticks, sending, withdrawing (P1).

The organisation's row is locked first, as by staff's verbs: who sends, withdraws and decides at
once never collide.
"""

from collections.abc import Collection
from typing import Any

from django.db import transaction
from django.utils import timezone
from django.utils.translation import gettext as _

from access import log
from access.errors import Refused
from access.models import Organisation
from access.policy import Actor
from partners.models import Acceptance, Application, Partner
from partners.rules import ApplicationState, PartnerState
from partners.services import notices
from partners.services.common import (
    NotPossible,
    lock_organisation,
    lock_partner,
    move,
    refuse_affiliate,
    state_of,
)
from partners.services.texts import Programme, programme

FIELDS = (
    "contact_name",
    "contact_email",
    "contact_phone",
    "registration_number",
    "website",
    "about",
)
"""What an application asks for, beside the conditions."""
OPTIONAL = {"contact_phone"}


class Incomplete(Refused):
    """Something that every application names is missing."""


class ConditionsOpen(Refused):
    """Not every condition of the words that count now is ticked (P1)."""


@transaction.atomic
def save_draft(*, by: Actor, accepted: Collection[str] = (), **fields: str) -> Application:
    """Keeps what is filled in so far, checked or not; `accepted` are the keys of the conditions
    ticked, each kept with its words and the moment. An affiliate cannot apply (P3)."""
    by.require("programme.apply")
    organisation = lock_organisation(by.organisation.pk)
    refuse_affiliate(organisation)
    _require_not_in(organisation)
    application, new = Application.objects.get_or_create(
        organisation=organisation, state=ApplicationState.DRAFT
    )
    for name in set(FIELDS) & set(fields):
        setattr(application, name, fields[name])
    application.save()
    _tick(application, accepted, by, programme())
    if new:
        log.write(organisation=organisation, act="programme.draft", by=by, about=application)
    return application


@transaction.atomic
def send(*, by: Actor, version: int, accepted: Collection[str], **fields: str) -> Application:
    """Sends the application to staff, with these fields and conditions (P1).

    `version` is the number of the words that the applicant read. Raises Incomplete, naming the
    field; ConditionsOpen where a condition is not ticked, or other words count meanwhile.
    """
    application = save_draft(by=by, accepted=accepted, **fields)
    for name in FIELDS:
        if name not in OPTIONAL and not getattr(application, name).strip():
            raise Incomplete(_("This is missing."), field=name)
    words = programme()
    if version != words.number:
        raise ConditionsOpen(
            _("The conditions have changed meanwhile. Please read and tick them again.")
        )
    if {condition.key for condition in words.conditions} - set(accepted):
        raise ConditionsOpen(_("Each condition has to be ticked."), field="accepted")
    _hand_in(application, by)
    return application


@transaction.atomic
def apply(*, by: Actor, contact_email: str = "", **fields: str) -> Partner:
    """Writes a whole application from the organisation's own data, ticks every condition and sends
    it (P1): for worlds, whose files say what is true."""
    own = {
        "contact_name": by.person.name,
        "contact_email": contact_email or by.person.email,
        "registration_number": by.organisation.registration_number,
        "website": by.organisation.website,
    }
    conditions = [condition.key for condition in programme().conditions]
    application = save_draft(by=by, accepted=conditions, **(own | fields))
    return _hand_in(application, by)


@transaction.atomic
def withdraw(*, by: Actor) -> Application:
    """Takes the application back that waits for staff's answer. The organisation is as before it
    applied, and may apply again."""
    by.require("programme.apply")
    organisation = lock_organisation(by.organisation.pk)
    application = (
        Application.objects.select_for_update(of=("self",))
        .filter(organisation=organisation, state=ApplicationState.SENT)
        .first()
    )
    if application is None:
        raise NotPossible(_("No application waits any more: it was answered or withdrawn."))
    application.state = ApplicationState.WITHDRAWN
    application.decided_at = timezone.now()
    application.save(update_fields=["state", "decided_at", "changed_at"])
    # Never approved: whoever was refused or applies for the first time has no place to keep.
    Partner.objects.filter(pk=organisation.pk, state=PartnerState.APPLIED).delete()
    log.write(organisation=organisation, act="programme.withdraw", by=by, about=application)
    return application


def _require_not_in(organisation: Organisation) -> None:
    """Only one that is no partner yet, or was refused, applies (P1)."""
    partner = lock_partner(organisation)
    if partner is not None and partner.state != PartnerState.REFUSED:
        move(partner, "apply")  # says why not


def _tick(application: Application, accepted: Collection[str], by: Actor, words: Programme) -> None:
    """Keeps what was ticked before in the same words; the rest is dated now."""
    kept = application.acceptances.filter(version=words.number, key__in=accepted)
    application.acceptances.exclude(pk__in=kept.values("pk")).delete()
    known = set(kept.values_list("key", flat=True))
    Acceptance.objects.bulk_create(
        Acceptance(
            application=application,
            key=condition.key,
            version=words.number,
            language=words.language,
            title=condition.title,
            text=condition.text,
            accepted_at=timezone.now(),
            accepted_by=by.person,
        )
        for condition in words.conditions
        if condition.key in accepted and condition.key not in known
    )


def _hand_in(application: Application, by: Actor) -> Partner:
    """The draft becomes an application that waits for staff."""
    organisation = application.organisation
    partner = lock_partner(organisation)
    before: Any = state_of(partner) if partner else None
    if partner is None:
        partner = Partner(organisation=organisation)
    else:
        move(partner, "apply")
    partner.contact_email = application.contact_email
    partner.reason = ""
    partner.save()
    application.state = ApplicationState.SENT
    application.sent_at, application.sent_by = timezone.now(), by.person
    application.save(update_fields=["state", "sent_at", "sent_by", "changed_at"])
    act = log.write(
        organisation=organisation,
        act="programme.apply",
        by=by,
        about=partner,
        before=before,
        after=state_of(partner),
    )
    notices.tell("application_received", partner, act)
    return partner
