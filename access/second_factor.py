"""Who must have a second factor before an organisation opens to them, and who has one.

An organisation may ask it of its people. A partner's legal representatives and administrators
must have one before they open a client's space, the vendor's staff before the admin and before
the support access that a client gave, unless a setting says otherwise.
"""

from django.conf import settings
from django.db import models
from django.utils.translation import gettext_lazy as _

from access.factors import factors_of
from access.models import Organisation, User
from access.policy import REPRESENTING, Actor


class Reason(models.TextChoices):
    """Why a second factor is asked for."""

    ORGANISATION = (
        "organisation",
        _("The organisation that you want to open asks a second factor of all its people."),
    )
    PARTNER = (
        "partner",
        _(
            "Who represents or administers a partner needs a second factor before opening a "
            "client's space: what is in there belongs to somebody else."
        ),
    )
    STAFF = (
        "staff",
        _("The vendor's staff need a second factor: what they see concerns everybody."),
    )


def reason_for(actor: Actor) -> Reason | None:
    """Why this actor needs a second factor to act here; None: without. Asks no database.

    What an organisation asks of its people holds wherever they act for it, at its clients too.
    """
    if actor.support is not None:
        return Reason.STAFF if settings.STAFF_NEED_SECOND_FACTOR else None
    home = actor.acts_for
    if home is not None and home.requires_second_factor:
        return Reason.ORGANISATION
    represents = actor.membership is not None and actor.membership.role in REPRESENTING
    if settings.PARTNERS_NEED_SECOND_FACTOR and actor.partner is not None and represents:
        return Reason.PARTNER
    return None


def has_one(person: User) -> bool:
    """Whether signing in asks this person for more than a password."""
    return factors_of(person).exists()


def missing(actor: Actor) -> Reason | None:
    """Why the actor must set up a second factor first; who comes by an address was asked for it
    with the rest (`actor_in`), others are where one is needed."""
    reason = reason_for(actor)
    if reason is None:
        return None
    has_factor = has_one(actor.person) if actor.has_factor is None else actor.has_factor
    return None if has_factor else reason


def missing_for_any(person: User, organisations: list[Organisation]) -> Reason | None:
    """The same for somebody who answers for one of these organisations and has not said which."""
    asked = any(organisation.requires_second_factor for organisation in organisations)
    return Reason.ORGANISATION if asked and not has_one(person) else None


def missing_for_staff(person: User) -> Reason | None:
    """The same for one of the vendor's staff who opens the admin (T47)."""
    needed = settings.STAFF_NEED_SECOND_FACTOR
    return Reason.STAFF if needed and not has_one(person) else None
