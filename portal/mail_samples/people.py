"""Samples of the letters about belonging to an organisation, and about support."""

from datetime import timedelta
from typing import Any

from django.utils.translation import gettext_lazy as _

from access.models import MemberInvitation, Organisation, SupportAccess
from access.rules import Role
from portal.mail_samples.registry import sample
from portal.mail_samples.world import AGENT, COLLEAGUE, OWNER, World

INVITED = "maria.nunez@grossbaeckerei.example"


def _place(w: World) -> dict[str, Any]:
    client = w.client()
    return {"organisation": client.name, "slug": client.slug, "by": OWNER}


def _invitation(w: World) -> dict[str, Any]:
    return _place(w) | {"email": INVITED, "role": Role.COLLABORATOR, "accounting": True}


@sample("access.member_invited", _("Invites somebody into an organisation."))
def invited(w: World) -> dict[str, Any]:
    facts = _invitation(w)
    invitation = MemberInvitation(email=INVITED)
    row = w.add(
        MemberInvitation,
        organisation=Organisation.objects.get(slug=facts["slug"]),
        email=invitation.email,
        role=Role.COLLABORATOR,
        accounting=True,
        link_id=invitation.link_id,
        token_hash=MemberInvitation.hash_of(invitation.token),
        invited_by=w.owner,
        sent_at=w.now,
        expires_at=w.now + timedelta(days=14),
    )
    return facts | {"invitation": row.pk, "link": row.link_id}


@sample(
    "access.invitation_withdrawn", _("Tells who was invited that the invitation was taken back.")
)
def invitation_withdrawn(w: World) -> dict[str, Any]:
    return _invitation(w)


@sample("access.member_joined", _("Tells who invited that the person said yes."))
def joined(w: World) -> dict[str, Any]:
    return _invitation(w) | {"person": COLLEAGUE}


@sample("access.member_refused", _("Tells who invited that the person said no."))
def refused(w: World) -> dict[str, Any]:
    return _invitation(w) | {"role": Role.EXTERNAL_USER, "accounting": False}


@sample("access.role_changed", _("Tells somebody that they have another role."))
def role_changed(w: World) -> dict[str, Any]:
    return _place(w) | {
        "before": {"role": Role.COLLABORATOR, "accounting": False},
        "after": {"role": Role.ADMINISTRATOR, "accounting": False},
    }


@sample("access.member_removed", _("Tells somebody that they were taken out of an organisation."))
def removed(w: World) -> dict[str, Any]:
    return _place(w)


@sample("access.member_left", _("Tells who answers for an organisation that somebody left."))
def left(w: World) -> dict[str, Any]:
    before = {"role": Role.COLLABORATOR, "accounting": True}
    return _place(w) | {"by": COLLEAGUE, "before": before}


def _support(w: World, *, by: str, over: bool = False) -> dict[str, Any]:
    hotel = w.hotel()
    opened_at, until = w.now - timedelta(hours=3), w.now + timedelta(hours=21)
    access = w.add(
        SupportAccess,
        organisation=hotel,
        opened_by=w.agent,
        opened_at=opened_at,
        until=until,
        may_write=True,
        reason=w.word("support"),
    )
    return {
        "access": access.public_id,
        "organisation": hotel.name,
        "slug": hotel.slug,
        "by": by,
        "opened_by": AGENT,
        "opened_at": opened_at.isoformat(),
        "until": until.isoformat(),
        "closed_at": w.now.isoformat() if over else "",
        "may_write": True,
        "reason": access.reason,
    }


@sample("access.support_opened", _("Tells that support was let into an organisation."))
def support_opened(w: World) -> dict[str, Any]:
    return _support(w, by=AGENT)


@sample("access.support_prolonged", _("Tells that support got more time in an organisation."))
def support_prolonged(w: World) -> dict[str, Any]:
    return _support(w, by=AGENT)


@sample(
    "access.support_closed",
    _("Tells that support is out of an organisation again."),
    _("Somebody shut it out"),
)
def support_closed(w: World) -> dict[str, Any]:
    return _support(w, by=AGENT, over=True)


@sample("access.support_closed", case=_("Its time was over"))
def support_lapsed(w: World) -> dict[str, Any]:
    return _support(w, by="", over=True)
