"""What the verbs of people and organisations share: locking, the actor as of now, the group."""

from django.contrib.auth.models import Group
from django.utils.translation import gettext as _

from access.errors import NoLongerMember, OtherOrganisation
from access.models import Membership, Organisation, User
from access.policy import REPRESENTING, Actor, as_member
from access.rules import Role


def lock_organisation(organisation: Organisation) -> Organisation:
    """Makes all who change the people of `organisation` wait for each other (O3).

    Locks are taken in one order everywhere: the organisation, then what is its own.
    """
    return Organisation.objects.select_for_update(no_key=True).get(pk=organisation.pk)


def acting_now(by: Actor, organisation: Organisation | None = None) -> Actor:
    """The actor as they are now, which the request may no longer know: under the lock, nobody
    else can change it. Raises NoLongerMember for those who left meanwhile, and OtherOrganisation
    when it is about the people of another `organisation`."""
    if organisation is not None and organisation != by.organisation:
        raise OtherOrganisation(
            _("This is up to %(organisation)s.") % {"organisation": organisation}
        )
    if not by.is_member:
        return by
    try:
        return as_member(by.person, by.organisation)
    except Membership.DoesNotExist:
        raise NoLongerMember(
            _("You no longer belong to %(organisation)s.") % {"organisation": by.organisation}
        ) from None


def lock_member(membership: Membership) -> Membership:
    """The membership as it is now, locked after its organisation. Raises NoLongerMember."""
    lock_organisation(membership.organisation)
    found = (
        Membership.objects.select_for_update(of=("self",))
        .select_related("user", "organisation__reseller_group")
        .filter(pk=membership.pk)
        .first()
    )
    if found is None:
        raise NoLongerMember(
            _("%(person)s no longer belongs to %(organisation)s.")
            % {"person": membership.user, "organisation": membership.organisation}
        )
    return found


def role_acts(*roles: str) -> list[str]:
    """The acts that giving or taking these roles needs: only a legal representative appoints or
    removes one (O3)."""
    return ["people.change", *(["people.appoint"] if Role.LEGAL_REPRESENTATIVE in roles else [])]


def require(by: Actor, *acts: str) -> None:
    for act in acts:
        by.require(act)


def sync_group(membership: Membership) -> None:
    """A partner's legal representatives and administrators are its group, the others not (A1)."""
    group = _reseller_group(membership.organisation)
    if group is None:
        return
    if membership.role in REPRESENTING:
        membership.user.groups.add(group)
    else:
        membership.user.groups.remove(group)


def leave_group(membership: Membership) -> None:
    group = _reseller_group(membership.organisation)
    if group is not None:
        membership.user.groups.remove(group)


def holds_accounting(role: str, accounting: bool) -> bool:
    """Legal representatives and administrators have the accounting right by their role (O2)."""
    return accounting or role in REPRESENTING


def representatives(organisation: Organisation) -> list[User]:
    """The people who answer for an organisation: who is told what happens to its people."""
    members = Membership.objects.filter(
        organisation=organisation, role__in=REPRESENTING, user__is_active=True
    )
    return [member.user for member in members.select_related("user").order_by("pk")]


def _reseller_group(organisation: Organisation) -> Group | None:
    return (
        Organisation.objects.select_related("reseller_group").get(pk=organisation.pk).reseller_group
    )
