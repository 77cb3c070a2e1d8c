"""What staff decide about the programme: approve, refuse, suspend, resume (P1, P5)."""

from django.contrib.auth.models import Group
from django.db import transaction
from django.utils import timezone
from django.utils.translation import gettext as _

from access import log
from access.models import Membership, Organisation, User
from access.policy import REPRESENTING
from partners.models import Application, Partner
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

LETTERS = {
    "approve": "approved",
    "refuse": "refused",
    "suspend": "suspended",
    "resume": "resumed",
}
"""Verb -> the letter that tells the organisation."""


@transaction.atomic
def approve(
    *, partner: Partner, by: User | None, listed: bool | None = None, reason: str = ""
) -> Partner:
    """Makes the applicant a partner, or a suspended one a partner again (P5).

    It gets the group that holds what clients grant it; its legal representatives and
    administrators join it (A1). `by` is one of the vendor's staff; None for the portal itself.
    `listed` leaves the choice of the partner as it is when None.
    """
    organisation, partner = _locked(partner)
    before = state_of(partner)
    verb = "resume" if partner.state == PartnerState.SUSPENDED else "approve"
    move(partner, "approve")
    refuse_affiliate(organisation)
    partner.approved_at = partner.approved_at or timezone.now()
    partner.reason = reason
    if listed is not None:
        partner.listed = listed
    partner.save()
    if organisation.reseller_group is None:
        organisation.reseller_group = Group.objects.create(name=f"reseller {organisation.pk}")
        organisation.save(update_fields=["reseller_group"])
        organisation.reseller_group.user_set.set(
            Membership.objects.filter(organisation=organisation, role__in=REPRESENTING).values_list(
                "user", flat=True
            )
        )
    return _decided(partner, verb, by, before)


@transaction.atomic
def refuse(*, partner: Partner, by: User | None, reason: str = "") -> Partner:
    """Refuses an application, with the reason that the applicant reads (P1)."""
    return _change(partner, "refuse", by, reason)


@transaction.atomic
def suspend(*, partner: Partner, by: User | None, reason: str = "") -> Partner:
    """Suspends a partner: it keeps and sees its data, and gets nothing new (P5)."""
    return _change(partner, "suspend", by, reason)


@transaction.atomic
def resume(*, partner: Partner, by: User | None, reason: str = "") -> Partner:
    """Makes a suspended partner a partner again, and no other (P5)."""
    if _locked(partner)[1].state != PartnerState.SUSPENDED:
        raise NotPossible(_("%s is not suspended.") % partner.organisation.name)
    return approve(partner=partner, by=by, reason=reason)


def _change(partner: Partner, verb: str, by: User | None, reason: str) -> Partner:
    _organisation, partner = _locked(partner)
    before = state_of(partner)
    move(partner, verb)
    partner.reason = reason
    partner.save(update_fields=["state", "reason"])
    return _decided(partner, verb, by, before)


def _locked(partner: Partner) -> tuple[Organisation, Partner]:
    """Both rows, locked in the order of all verbs; what the caller holds may be out of date."""
    organisation = lock_organisation(partner.pk)
    locked = lock_partner(organisation)
    if locked is None:
        raise NotPossible(_("%s has withdrawn its application.") % organisation.name)
    return organisation, locked


def _decided(
    partner: Partner, verb: str, by: User | None, before: dict[str, str | bool]
) -> Partner:
    """Closes the application that waited, writes the log and the letter."""
    if verb in ("approve", "refuse"):
        state = ApplicationState.APPROVED if verb == "approve" else ApplicationState.REFUSED
        Application.objects.filter(
            organisation=partner.organisation_id, state=ApplicationState.SENT
        ).update(state=state, decided_at=timezone.now(), decided_by=by, reason=partner.reason)
    act = log.write(
        organisation=partner.organisation,
        act=f"programme.{verb}",
        by=by,
        about=partner,
        before=before,
        after=state_of(partner),
    )
    notices.tell(LETTERS[verb], partner, act)
    return partner
