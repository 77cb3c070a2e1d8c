"""Asking people into an organisation by e-mail, and their answers (O1, O2, T2-T5)."""

from datetime import timedelta
from typing import Any

from django.conf import settings
from django.db import transaction
from django.utils import timezone
from django.utils.translation import gettext as _

from access import log
from access.errors import (
    AlreadyAnswered,
    AlreadyInvited,
    AlreadyMember,
    InviterGone,
    NotInvited,
)
from access.ids import public_id
from access.limits import spend
from access.mail import Recipient, queue_mail
from access.models import MemberInvitation, Membership, User
from access.policy import Actor, as_member
from access.rules import Answer, InvitationState
from access.services.common import (
    acting_now,
    holds_accounting,
    lock_organisation,
    require,
    role_acts,
)
from access.services.people import add_member

DAY = timedelta(days=1)
State = InvitationState


@transaction.atomic
def invite_member(*, email: str, role: str, accounting: bool, by: Actor) -> MemberInvitation:
    """Asks the person at an address to join the actor's organisation in a role.

    Nothing is said about whether the address has an account. Raises AlreadyMember only for an
    address that the actor reads in the list of people.
    """
    organisation = lock_organisation(by.organisation)
    require(acting_now(by), *role_acts(role))
    email = email.strip().lower()
    if Membership.objects.filter(organisation=organisation, user__email=email).exists():
        raise AlreadyMember(
            _("This address belongs to somebody who already has a role here."), field="email"
        )
    for waiting in organisation.member_invitations.filter(email=email, state=State.WAITING):
        if waiting.is_open:
            raise AlreadyInvited(
                _(
                    "This address was invited already, and the invitation waits for an answer. "
                    "You can send it again under “Invitations”."
                ),
                field="email",
            )
        _close(waiting, State.EXPIRED)
    _limit(organisation.pk, email)
    invitation = MemberInvitation(
        organisation=organisation,
        email=email,
        role=role,
        accounting=holds_accounting(role, accounting),
        invited_by=by.person,
    )
    _send(invitation)
    log.write(
        organisation=organisation,
        act="people.invite",
        by=by,
        about=invitation,
        after=_facts(invitation),
    )
    return invitation


@transaction.atomic
def resend_invitation(*, invitation: MemberInvitation, by: Actor) -> MemberInvitation:
    """Sends a waiting invitation again, in the name of the actor, with a new link and a new time
    to answer; the link sent before stops working (T4)."""
    invitation = _locked(invitation)
    require(acting_now(by, invitation.organisation), *role_acts(invitation.role))
    if invitation.state != State.WAITING:
        raise AlreadyAnswered(invitation_outcome(invitation))
    _limit(by.organisation.pk, invitation.email)
    invitation.invited_by = by.person
    invitation.link_id = public_id()
    _send(invitation)
    log.write(
        organisation=invitation.organisation, act="people.invite_again", by=by, about=invitation
    )
    return invitation


@transaction.atomic
def withdraw_invitation(*, invitation: MemberInvitation, by: Actor) -> MemberInvitation:
    """Takes a waiting invitation back: its link stops working, and the address is told."""
    invitation = _locked(invitation)
    require(acting_now(by, invitation.organisation), *role_acts(invitation.role))
    if invitation.state != State.WAITING:
        raise AlreadyAnswered(invitation_outcome(invitation))
    was_open = invitation.is_open
    _close(invitation, State.WITHDRAWN)
    log.write(
        organisation=invitation.organisation,
        act="people.withdraw_invitation",
        by=by,
        about=invitation,
        before=_facts(invitation),
    )
    if was_open:
        _tell("invitation_withdrawn", invitation, _recipient(invitation))
    return invitation


@transaction.atomic
def accept_invitation(*, invitation: MemberInvitation, by: User) -> Membership:
    """The person invited joins the organisation in the role they were asked for.

    Only for whoever proved the invited address (T2, T5), once, and only while who invited may
    still give this role (O3).
    """
    invitation = _answerable(invitation, by)
    _require_inviter(invitation)
    membership = add_member(
        organisation=invitation.organisation,
        user=by,
        role=invitation.role,
        accounting=invitation.accounting,
        by=by,
        act="people.join",
    )
    _close(invitation, State.ACCEPTED)
    _tell("member_joined", invitation, Recipient.of(invitation.invited_by), person=str(by))
    return membership


@transaction.atomic
def refuse_invitation(*, invitation: MemberInvitation, by: User) -> MemberInvitation:
    """The person invited says no; who invited is told."""
    invitation = _answerable(invitation, by)
    _close(invitation, State.REFUSED)
    log.write(
        organisation=invitation.organisation,
        act="people.refuse_invitation",
        by=by,
        about=invitation,
    )
    _tell("member_refused", invitation, Recipient.of(invitation.invited_by))
    return invitation


def invitation_outcome(invitation: MemberInvitation) -> str:
    """What became of the invitation, for somebody who comes too late (T4)."""
    if invitation.is_open:
        return _("This invitation still waits for an answer.")
    sentences = {
        State.WAITING: _("Nobody answered in time: ask to have the invitation sent again."),
        State.EXPIRED: _("Nobody answered in time: ask to have the invitation sent again."),
        State.ACCEPTED: _("This invitation was already accepted."),
        State.REFUSED: _("This invitation was already refused."),
        State.WITHDRAWN: _("This invitation was withdrawn."),
    }
    return sentences[State(invitation.state)]


def _locked(invitation: MemberInvitation) -> MemberInvitation:
    lock_organisation(invitation.organisation)
    return (
        MemberInvitation.objects.select_for_update(of=("self",))
        .select_related("organisation", "invited_by")
        .get(pk=invitation.pk)
    )


def _answerable(invitation: MemberInvitation, by: User) -> MemberInvitation:
    invitation = _locked(invitation)
    proven = by.emailaddress_set.filter(email__iexact=invitation.email, verified=True)
    if not proven.exists():
        raise NotInvited(_("This invitation was sent to another address."))
    if not invitation.is_open:
        raise AlreadyAnswered(invitation_outcome(invitation))
    return invitation


def _require_inviter(invitation: MemberInvitation) -> None:
    try:
        inviter = as_member(invitation.invited_by, invitation.organisation)
        allowed = all(inviter.answer(act) is Answer.ALL for act in role_acts(invitation.role))
    except Membership.DoesNotExist:
        allowed = False
    if not allowed:
        raise InviterGone(
            _(
                "%(person)s, who invited you, can no longer give this role in %(organisation)s. "
                "Ask to have the invitation sent again."
            )
            % {"person": invitation.invited_by, "organisation": invitation.organisation}
        )


def _limit(organisation_id: int, email: str) -> None:
    """Counts with the invitations of partnerships: one organisation, one address, one limit."""
    for subject, most in (
        (f"invitations of {organisation_id}", settings.INVITATIONS_A_DAY),
        (f"invitations to {email}", settings.INVITATIONS_A_DAY_AND_ADDRESS),
    ):
        spend(subject, most=most, window=DAY, field="email")


def _send(invitation: MemberInvitation) -> None:
    """Gives the invitation its link and its time, saves it, and mails it."""
    invitation.token_hash = MemberInvitation.hash_of(invitation.token)
    invitation.sent_at = timezone.now()
    invitation.expires_at = invitation.sent_at + timedelta(days=settings.INVITATION_DAYS)
    invitation.save()
    _tell("member_invited", invitation, _recipient(invitation))


def _recipient(invitation: MemberInvitation) -> Recipient:
    user = User.objects.filter(email=invitation.email, is_active=True).first()
    return Recipient.of(user) if user else Recipient.at(invitation.email)


def _close(invitation: MemberInvitation, state: State) -> None:
    invitation.state = state
    invitation.closed_at = timezone.now()
    invitation.save(update_fields=["state", "closed_at"])


def _facts(invitation: MemberInvitation) -> dict[str, Any]:
    return {
        "email": invitation.email,
        "role": invitation.role,
        "accounting": invitation.accounting,
    }


def _tell(kind: str, invitation: MemberInvitation, to: Recipient, **facts: Any) -> None:
    queue_mail(
        kind=f"access.{kind}",
        key=f"access.{kind}:{invitation.link_id}",
        to=[to],
        context={
            "invitation": invitation.pk,
            "link": invitation.link_id,
            "organisation": invitation.organisation.name,
            "slug": invitation.organisation.slug,
            "by": str(invitation.invited_by),
            **_facts(invitation),
        }
        | facts,
    )
