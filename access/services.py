"""The verbs that write people, organisations and memberships (O1-O3, O6)."""

from django.conf import settings
from django.contrib.auth.models import Group
from django.db import IntegrityError, transaction
from django.utils.crypto import get_random_string
from django.utils.text import slugify
from django.utils.translation import gettext as _

from access import log
from access.errors import Refused
from access.models import Membership, Organisation, User
from access.policy import REPRESENTING, Actor
from access.rules import Role, currency_of


class LastLegalRepresentative(Refused):
    """The organisation would be left without a legal representative (O3)."""


class AlreadyMember(Refused):
    """The person has a role in the organisation already (O1)."""


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
def add_member(
    *, organisation: Organisation, user: User, role: str, by: User | None, accounting: bool = False
) -> Membership:
    """Gives `user` a role in `organisation`; representing roles join a partner's group (A1)."""
    Organisation.objects.select_for_update(no_key=True).get(pk=organisation.pk)
    if Membership.objects.filter(organisation=organisation, user=user).exists():
        raise AlreadyMember(
            _("%(person)s already has a role in %(organisation)s.")
            % {"person": user, "organisation": organisation}
        )
    membership = Membership.objects.create(
        organisation=organisation, user=user, role=role, accounting=accounting
    )
    group = _reseller_group(organisation)
    if group is not None and role in REPRESENTING:
        user.groups.add(group)
    log.write(
        organisation=organisation,
        act="people.add",
        by=by,
        about=membership,
        after={"role": role, "accounting": accounting},
    )
    return membership


@transaction.atomic
def end_membership(*, membership: Membership, by: "Actor | User | None") -> None:
    """Takes a person out of an organisation, with all that was assigned to them there.

    Raises LastLegalRepresentative when nobody would be left to answer for it (O3); the row lock
    on the organisation makes two who leave at once wait for each other.
    """
    organisation = Organisation.objects.select_for_update(no_key=True).get(
        pk=membership.organisation_id
    )
    others = Membership.objects.filter(
        organisation=organisation, role=Role.LEGAL_REPRESENTATIVE
    ).exclude(pk=membership.pk)
    if membership.role == Role.LEGAL_REPRESENTATIVE and not others.exists():
        raise LastLegalRepresentative(
            _(
                "%(organisation)s must keep at least one legal representative. "
                "Appoint another one first."
            )
            % {"organisation": organisation}
        )
    log.write(
        organisation=organisation,
        act="people.remove",
        by=by,
        about=membership,
        before={"role": membership.role},
    )
    group = _reseller_group(organisation)
    if group is not None:
        membership.user.groups.remove(group)
    membership.delete()


def change_language(*, person: User, language: str) -> None:
    """The language of the person's pages and mails; one of `settings.LANGUAGES`."""
    if language not in dict(settings.LANGUAGES):
        raise Refused(_("The portal does not speak this language."), field="language")
    person.language = language
    person.save(update_fields=["language"])


def _reseller_group(organisation: Organisation) -> Group | None:
    return (
        Organisation.objects.select_related("reseller_group").get(pk=organisation.pk).reseller_group
    )
