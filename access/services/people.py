"""The verbs that write memberships (O1-O3): adding, changing, removing, leaving."""

from typing import Any

from django.db import transaction
from django.utils.translation import gettext as _

from access import assigning, log
from access.errors import AlreadyMember, LastLegalRepresentative, NoLongerMember
from access.mail import Recipient, queue_mail
from access.models import Act, Membership, Organisation, User
from access.policy import REPRESENTING, Actor
from access.rules import Role
from access.services.common import (
    acting_now,
    holds_accounting,
    leave_group,
    lock_member,
    lock_organisation,
    representatives,
    require,
    role_acts,
    sync_group,
)


@transaction.atomic
def add_member(
    *,
    organisation: Organisation,
    user: User,
    role: str,
    by: "Actor | User | None",
    accounting: bool = False,
    act: str = "people.add",
) -> Membership:
    """Gives `user` a role in `organisation`; representing roles join a partner's group (A1)."""
    lock_organisation(organisation)
    if Membership.objects.filter(organisation=organisation, user=user).exists():
        raise AlreadyMember(
            _("%(person)s already has a role in %(organisation)s.")
            % {"person": user, "organisation": organisation}
        )
    membership = Membership.objects.create(
        organisation=organisation,
        user=user,
        role=role,
        accounting=holds_accounting(role, accounting),
    )
    sync_group(membership)
    log.write(organisation=organisation, act=act, by=by, about=membership, after=_facts(membership))
    return membership


@transaction.atomic
def change_member(*, membership: Membership, role: str, accounting: bool, by: Actor) -> Membership:
    """Changes the role and the accounting right of one of the actor's own people, who is told.

    Who represents reaches everything, so what was assigned to them goes; who stops representing
    begins with nothing assigned (T8). Raises LastLegalRepresentative (O3), NoLongerMember, and
    ActForbidden where only a legal representative may.
    """
    member = lock_member(membership)
    require(acting_now(by, member.organisation), *role_acts(member.role, role))
    before = _facts(member)
    accounting = holds_accounting(role, accounting)
    if (member.role, member.accounting) == (role, accounting):
        return member
    if role != Role.LEGAL_REPRESENTATIVE:
        _keep_a_representative(member)
    member.role, member.accounting = role, accounting
    if role in REPRESENTING:
        member.every_product = False
        assigning.clear(member)
    member.save(update_fields=["role", "accounting", "every_product"])
    sync_group(member)
    line = log.write(
        organisation=member.organisation,
        act="people.change",
        by=by,
        about=member,
        before=before,
        after=_facts(member),
    )
    _tell("role_changed", [member.user], line, before=before, after=_facts(member))
    return member


@transaction.atomic
def remove_member(*, membership: Membership, by: Actor) -> None:
    """Takes one of the actor's own people out of the organisation, and tells them."""
    member = lock_member(membership)
    require(acting_now(by, member.organisation), *role_acts(member.role))
    line = _end(member, by=by, act="people.remove")
    _tell("member_removed", [member.user], line)


@transaction.atomic
def leave(*, by: Actor) -> None:
    """The person gives up their own role in the organisation; who answers for it is told."""
    if not by.is_member or by.membership is None:
        raise NoLongerMember(
            _("You do not belong to %(organisation)s.") % {"organisation": by.organisation}
        )
    member = lock_member(by.membership)
    line = _end(member, by=by, act="people.leave")
    _tell("member_left", representatives(member.organisation), line, before=line.before)


@transaction.atomic
def end_membership(*, membership: Membership, by: "Actor | User | None") -> None:
    """Takes a person out of an organisation, with all that was assigned to them there.

    For the portal's own reasons (L4): nobody's right is asked. Raises LastLegalRepresentative when
    nobody would be left to answer for the organisation (O3).
    """
    _end(lock_member(membership), by=by, act="people.remove")


def _end(member: Membership, *, by: "Actor | User | None", act: str) -> Act:
    _keep_a_representative(member)
    line = log.write(
        organisation=member.organisation, act=act, by=by, about=member, before=_facts(member)
    )
    leave_group(member)
    member.delete()
    return line


def _keep_a_representative(member: Membership) -> None:
    """Raises LastLegalRepresentative when `member` is the only one (O3). The lock on the
    organisation makes two who go at once wait for each other."""
    others = Membership.objects.filter(
        organisation=member.organisation, role=Role.LEGAL_REPRESENTATIVE
    ).exclude(pk=member.pk)
    if member.role == Role.LEGAL_REPRESENTATIVE and not others.exists():
        raise LastLegalRepresentative(
            _(
                "%(organisation)s must keep at least one legal representative. "
                "Appoint another one first."
            )
            % {"organisation": member.organisation},
            field="role",
        )


def _facts(member: Membership) -> dict[str, Any]:
    return {"role": member.role, "accounting": member.accounting}


def _tell(kind: str, to: list[User], line: Act, **facts: Any) -> None:
    """Queues the letter about what the log's `line` says; the line is the event."""
    queue_mail(
        kind=f"access.{kind}",
        key=f"access.{kind}:{line.pk}",
        to=[Recipient.of(user) for user in to],
        context={
            "organisation": line.organisation.name,
            "slug": line.organisation.slug,
            "by": line.person_name,
        }
        | facts,
    )
