"""What people are told about belonging to an organisation (`domain.md` section 11)."""

import pytest
from django.core import mail

from access.mail import send_due_mail
from access.models import OutgoingMail
from access.services import (
    accept_invitation,
    change_member,
    invite_member,
    leave,
    refuse_invitation,
    remove_member,
    withdraw_invitation,
)
from tests.world import World

pytestmark = pytest.mark.django_db

CLINIC = "clinique-belmont"
IDA, CLARA = "ida@elsewhere.example", "clara@clinique-belmont.example"


@pytest.fixture
def asked(world: World):
    world.add_person(IDA, name="Ida Neu")

    def ask(role: str = "collaborator"):
        by = world.actor("clara", CLINIC)
        return invite_member(email=IDA, role=role, accounting=False, by=by)

    return ask


def letters() -> list[tuple[str, str, str]]:
    """What was sent, in order: to whom, subject, text."""
    send_due_mail()
    assert not OutgoingMail.objects.failed().exists()
    assert not OutgoingMail.objects.waiting().exists()
    found = [(message.to[0], message.subject, message.body) for message in mail.outbox]
    mail.outbox.clear()
    return [(to.partition("<")[2].strip(">") or to, subject, body) for to, subject, body in found]


def test_from_the_invitation_to_the_end(world: World, asked) -> None:
    ida, clara = world.person("ida"), world.actor("clara", CLINIC)
    invitation = asked()
    [(to, subject, body)] = letters()
    assert (to, subject) == (IDA, "Clinique Belmont invites you to join")
    assert "Clara Meyer" in body
    member = accept_invitation(invitation=invitation, by=ida)
    [(to, subject, body)] = letters()
    assert (to, subject) == (CLARA, "Ida Neu joined Clinique Belmont")
    assert IDA in body
    change_member(membership=member, role="external_user", accounting=True, by=clara)
    [(to, subject, body)] = letters()
    assert (to, subject) == (IDA, "Your role in Clinique Belmont was changed")
    assert "Collaborator" in body
    assert "External user, with the accounting right" in body
    remove_member(membership=member, by=clara)
    [(to, subject, body)] = letters()
    assert (to, subject) == (IDA, "You no longer belong to Clinique Belmont")


def test_no_and_never_mind(world: World, asked) -> None:
    invitation = asked()
    letters()
    withdraw_invitation(invitation=invitation, by=world.actor("clara", CLINIC))
    [(to, subject, _body)] = letters()
    assert (to, subject) == (IDA, "Clinique Belmont withdrew its invitation")
    invitation = asked("administrator")
    letters()
    refuse_invitation(invitation=invitation, by=world.person("ida"))
    [(to, subject, body)] = letters()
    assert (to, subject) == (CLARA, "Your invitation to Clinique Belmont was refused")
    assert "Administrator" in body


def test_who_leaves_is_announced_to_those_who_answer(world: World) -> None:
    leave(by=world.actor("colin", CLINIC))
    [(to, subject, body)] = letters()
    assert (to, subject) == (CLARA, "Colin Dubois left Clinique Belmont")
    assert "Collaborator" in body


def test_an_invitation_withdrawn_before_it_was_sent_is_not_sent(world: World, asked) -> None:
    withdraw_invitation(invitation=asked(), by=world.actor("clara", CLINIC))
    assert [subject for _to, subject, _body in letters()] == [
        "Clinique Belmont withdrew its invitation"
    ]


def test_names_neither_link_nor_reach_a_header(world: World, asked) -> None:
    """T34"""
    organisation = world.organisation(CLINIC)
    organisation.name = "Pay at https://evil.example now"
    organisation.save()
    clara = world.person("clara")
    clara.name = "www.evil.example\r\nBcc: x@y.example"
    clara.save()
    asked()
    [(_to, subject, body)] = letters()
    assert "evil.example" not in subject + body
    assert "\n" not in subject
