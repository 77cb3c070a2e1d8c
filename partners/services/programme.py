"""The verbs of the partner programme (P1, P5)."""

from django.contrib.auth.models import Group
from django.db import transaction
from django.utils import timezone
from django.utils.translation import gettext as _

from access import log
from access.errors import Refused
from access.models import Membership, Organisation, User
from access.policy import REPRESENTING, Actor
from partners.models import Partner
from partners.rules import MOVES, PartnerState


class NotPossible(Refused):
    """The partner's state does not allow this verb."""


@transaction.atomic
def apply(*, by: Actor, contact_email: str = "") -> Partner:
    """Asks for the organisation to become a partner (P1). An affiliate cannot (P3)."""
    by.require("programme.apply")
    organisation = Organisation.objects.select_for_update(no_key=True).get(pk=by.organisation.pk)
    if organisation.affiliate:
        raise NotPossible(_("An affiliate cannot be a partner. End the affiliation first."))
    partner = Partner.objects.select_for_update(of=("self",)).filter(pk=organisation.pk).first()
    before = _state(partner) if partner else None
    if partner is None:
        partner = Partner(organisation=organisation)
    else:
        _move(partner, "apply")
    partner.contact_email = contact_email or by.person.email
    partner.save()
    log.write(
        organisation=organisation,
        act="programme.apply",
        by=by,
        about=partner,
        before=before,
        after=_state(partner),
    )
    return partner


@transaction.atomic
def approve(*, partner: Partner, by: User | None, listed: bool | None = None) -> Partner:
    """Makes the applicant a partner, or a suspended one a partner again (P5).

    It gets the group that holds what clients grant it; its legal representatives and
    administrators join it (A1). `by` is one of the vendor's staff; None for the portal itself.
    """
    organisation = Organisation.objects.select_for_update(no_key=True).get(pk=partner.pk)
    partner = Partner.objects.select_for_update(of=("self",)).get(pk=partner.pk)
    before = _state(partner)
    _move(partner, "approve")
    if organisation.affiliate:
        raise NotPossible(_("An affiliate cannot be a partner. End the affiliation first."))
    partner.approved_at = partner.approved_at or timezone.now()
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
    log.write(
        organisation=organisation,
        act="programme.approve",
        by=by,
        about=partner,
        before=before,
        after=_state(partner),
    )
    return partner


@transaction.atomic
def refuse(*, partner: Partner, by: User | None) -> Partner:
    """Refuses an application (P1)."""
    return _change(partner, "refuse", by)


@transaction.atomic
def suspend(*, partner: Partner, by: User | None) -> Partner:
    """Suspends a partner: it keeps and sees its data, and gets nothing new (P5)."""
    return _change(partner, "suspend", by)


def _change(partner: Partner, verb: str, by: User | None) -> Partner:
    partner = Partner.objects.select_for_update(of=("self",)).get(pk=partner.pk)
    before = _state(partner)
    _move(partner, verb)
    partner.save(update_fields=["state"])
    log.write(
        organisation=partner.organisation,
        act=f"programme.{verb}",
        by=by,
        about=partner,
        before=before,
        after=_state(partner),
    )
    return partner


def _state(partner: Partner) -> dict[str, str | bool]:
    """What the log keeps of a partner."""
    return {"state": str(partner.state), "listed": partner.listed}


def _move(partner: Partner, verb: str) -> None:
    after = MOVES[verb].get(PartnerState(partner.state))
    if after is None:
        raise NotPossible(
            _("%(partner)s is in the state “%(state)s”, which does not allow this.")
            % {"partner": partner.organisation.name, "state": partner.get_state_display()}
        )
    partner.state = after
