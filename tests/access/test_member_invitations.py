"""Asking people in: sending, again, taking back, answering (O1, O2, T1-T5)."""

import re
from datetime import timedelta

import pytest
from django.core import mail
from django.urls import reverse
from django.utils import timezone

from access.errors import (
    ActForbidden,
    AlreadyAnswered,
    AlreadyInvited,
    AlreadyMember,
    InviterGone,
    NotInvited,
    OtherOrganisation,
)
from access.limits import TooOften
from access.mail import send_due_mail
from access.models import Act, MemberInvitation, Membership, OutgoingMail
from access.services import (
    accept_invitation,
    add_member,
    end_membership,
    invite_member,
    refuse_invitation,
    resend_invitation,
    withdraw_invitation,
)
from tests.journey import ALPINE, GARAGE
from tests.world import World

pytestmark = pytest.mark.django_db

IDA = "ida@elsewhere.example"
CLINIC = "clinique-belmont"


def invite(world: World, email: str = IDA, *, by: str = "gina", slug: str = GARAGE, **role):
    role = {"role": "collaborator", "accounting": False} | role
    return invite_member(email=email, by=world.actor(by, slug), **role)


@pytest.fixture
def ida(world: World):
    return world.add_person(IDA, name="Ida Neu")


def path_of(invitation: MemberInvitation) -> str:
    return reverse("member_link", args=[invitation.token])


def kinds() -> list[str]:
    return list(OutgoingMail.objects.order_by("pk").values_list("kind", flat=True))


# ---- sending -------------------------------------------------------------------------------


def test_the_mail_holds_a_link_that_no_table_holds(world: World) -> None:
    """T4: the table has its hash, the outbox its key."""
    invitation = invite(world, accounting=True)
    send_due_mail()
    [message] = mail.outbox
    assert message.to == [IDA]
    assert invitation.token in message.body
    assert "Garage Nord invites you to join" in message.subject
    assert "with the accounting right" in message.body
    outgoing = OutgoingMail.objects.get()
    assert invitation.token not in str(outgoing.context) + str(outgoing.secrets)
    assert invitation.token_hash not in message.body
    line = Act.objects.filter(act="people.invite").get()
    assert line.after == {"email": IDA, "role": "collaborator", "accounting": True}


def test_known_and_unknown_addresses_are_answered_alike(world: World) -> None:
    browser = world.client("gina")
    url = reverse("member_invite", args=[GARAGE])
    answers = []
    for address in ("hugo@hotel-bellevue.example", "nobody@nowhere.example"):
        response = browser.post(url, {"email": address, "role": "collaborator"}, follow=True)
        token = r'name="csrfmiddlewaretoken" value="\w+"|/invitations/\w{16}/|nonce="[^"]*"'
        shown = re.sub(token, "", response.text.replace(address, "…"))
        answers.append(re.search(r"Sent to.*", shown).group())
    assert answers[0] == answers[1]


def test_the_same_person_twice(world: World) -> None:
    invite(world)
    with pytest.raises(AlreadyInvited) as refusal:
        invite(world, IDA.upper())
    assert refusal.value.field == "email"
    with pytest.raises(AlreadyMember):
        invite(world, "gina@garage-nord.example")


def test_a_second_address_of_a_member_tells_nothing(world: World) -> None:
    """Only what the inviter reads in the list is said; the member reads it when answering."""
    world.person("gina").emailaddress_set.create(email="private@gina.example", verified=True)
    invitation = invite(world, "private@gina.example")
    with pytest.raises(AlreadyMember):
        accept_invitation(invitation=invitation, by=world.person("gina"))


def test_who_answered_no_or_never_may_be_asked_again(world: World, ida) -> None:
    refuse_invitation(invitation=invite(world), by=ida)
    second = invite(world)
    MemberInvitation.objects.filter(pk=second.pk).update(expires_at=timezone.now())
    invite(world)
    second.refresh_from_db()
    assert second.state == "expired"


def test_limits_count_with_those_of_partnerships(world: World) -> None:
    """20 a day and organisation, 3 a day and address."""
    first = invite(world)
    for _time in range(2):
        resend_invitation(invitation=first, by=world.actor("gina", GARAGE))
    with pytest.raises(TooOften):
        resend_invitation(invitation=first, by=world.actor("gina", GARAGE))
    with pytest.raises(TooOften):
        invite(world, by="clara", slug=CLINIC)
    for number in range(17):
        invite(world, f"person-{number}@elsewhere.example")
    with pytest.raises(TooOften) as refusal:
        invite(world, "one-more@elsewhere.example")
    assert refusal.value.field == "email"


def test_only_a_legal_representative_invites_one(world: World) -> None:
    """O3"""
    with pytest.raises(ActForbidden):
        invite(world, by="adam", slug=ALPINE, role="legal_representative")
    appointed = invite(world, by="lea", slug=ALPINE, role="legal_representative")
    for verb in (resend_invitation, withdraw_invitation):
        with pytest.raises(ActForbidden):
            verb(invitation=appointed, by=world.actor("adam", ALPINE))
    invite(world, "x@y.example", by="adam", slug=ALPINE, role="administrator")


@pytest.mark.parametrize(
    ("name", "slug"), [("colin", CLINIC), ("lea", "boulangerie-du-lac"), ("cora", ALPINE)]
)
def test_others_invite_nobody(world: World, name: str, slug: str) -> None:
    with pytest.raises(ActForbidden):
        invite(world, by=name, slug=slug)


def test_another_organisations_invitation_is_not_ones_own(world: World) -> None:
    invitation = invite(world)
    for verb in (resend_invitation, withdraw_invitation):
        with pytest.raises(OtherOrganisation):
            verb(invitation=invitation, by=world.actor("clara", CLINIC))


# ---- again and back ------------------------------------------------------------------------


def test_sending_again_kills_the_old_link(world: World, ida) -> None:
    """T4"""
    invitation = invite(world)
    old = path_of(invitation)
    new = path_of(resend_invitation(invitation=invitation, by=world.actor("gina", GARAGE)))
    browser = world.client("ida")
    assert browser.get(old, follow=True).status_code == 404
    assert "Garage Nord" in browser.get(new, follow=True).text
    assert kinds() == ["access.member_invited"] * 2
    send_due_mail()
    assert len(mail.outbox) == 1  # the mail with the old link was no longer true


def test_a_browser_that_showed_the_old_link_needs_the_new_one(world: World) -> None:
    invitation = invite(world)
    stranger = world.client()
    shown = stranger.get(path_of(invitation)).url
    assert stranger.get(shown).status_code == 200
    resend_invitation(invitation=invitation, by=world.actor("gina", GARAGE))
    assert stranger.get(shown).status_code == 404


def test_withdrawn_means_withdrawn(world: World, ida) -> None:
    invitation = invite(world)
    withdraw_invitation(invitation=invitation, by=world.actor("gina", GARAGE))
    assert kinds()[-1] == "access.invitation_withdrawn"
    with pytest.raises(AlreadyAnswered, match="withdrawn"):
        accept_invitation(invitation=invitation, by=ida)
    for verb in (resend_invitation, withdraw_invitation):
        with pytest.raises(AlreadyAnswered):
            verb(invitation=invitation, by=world.actor("gina", GARAGE))
    response = world.client("ida").get(path_of(invitation), follow=True)
    assert "was withdrawn" in response.text
    assert "Join Garage Nord" not in response.text


# ---- answering -----------------------------------------------------------------------------


def test_accepting_joins_in_the_role_offered(world: World, ida) -> None:
    invitation = invite(world, role="external_user", accounting=True)
    accept_invitation(invitation=invitation, by=ida)
    member = world.membership("ida", GARAGE)
    assert (member.role, member.accounting) == ("external_user", True)
    assert kinds()[-1] == "access.member_joined"
    assert OutgoingMail.objects.order_by("pk").last().address == "gina@garage-nord.example"
    assert Act.objects.filter(act="people.join", organisation__slug=GARAGE).exists()
    with pytest.raises(AlreadyAnswered):
        accept_invitation(invitation=invitation, by=ida)


def test_a_partners_administrator_joins_its_group(world: World, ida) -> None:
    """A1, O5"""
    invitation = invite(world, by="lea", slug=ALPINE, role="administrator")
    accept_invitation(invitation=invitation, by=ida)
    assert world.client("ida").get("/o/boulangerie-du-lac/").status_code == 200


def test_refusing_tells_who_invited(world: World, ida) -> None:
    refuse_invitation(invitation=invite(world), by=ida)
    assert kinds()[-1] == "access.member_refused"
    assert not Membership.objects.filter(user=ida).exists()


def test_only_the_proven_address_counts(world: World, ida) -> None:
    """T2, T5"""
    invitation = invite(world)
    with pytest.raises(NotInvited):
        accept_invitation(invitation=invitation, by=world.person("hugo"))
    ida.emailaddress_set.update(verified=False)
    for verb in (accept_invitation, refuse_invitation):
        with pytest.raises(NotInvited):
            verb(invitation=invitation, by=ida)
    invitation.refresh_from_db()
    assert invitation.state == "waiting"


def test_a_late_answer_is_none(world: World, ida) -> None:
    invitation = invite(world)
    MemberInvitation.objects.update(expires_at=timezone.now() - timedelta(seconds=1))
    with pytest.raises(AlreadyAnswered, match="in time"):
        accept_invitation(invitation=invitation, by=ida)


def test_who_invited_must_still_be_able_to(world: World, ida) -> None:
    """O3: a removed representative appoints nobody by an old mail."""
    add_member(
        organisation=world.organisation(GARAGE),
        user=world.person("hugo"),
        role="legal_representative",
        by=None,
    )
    invitation = invite(world, by="hugo", role="legal_representative")
    end_membership(membership=world.membership("hugo", GARAGE), by=None)
    with pytest.raises(InviterGone):
        accept_invitation(invitation=invitation, by=ida)
    resend_invitation(invitation=invitation, by=world.actor("gina", GARAGE))
    accept_invitation(invitation=invitation, by=ida)


def test_nobody_joins_by_signing_in(world: World) -> None:
    """T5: proving the address is not yet a yes; it only leads to the question."""
    invitation = invite(world)
    world.add_person(IDA)
    response = world.client("ida").get(reverse("start"))
    assert response.url == reverse("member_join", args=[invitation.public_id])
    assert not Membership.objects.filter(user__email=IDA).exists()


# ---- the pages of the link -----------------------------------------------------------------


def test_the_token_leaves_the_address_bar(world: World) -> None:
    """T4"""
    invitation = invite(world)
    response = world.client().get(path_of(invitation))
    assert response.status_code == 302
    assert invitation.token not in response.url
    assert response["Referrer-Policy"] == "no-referrer"


def test_scanners_change_nothing(world: World, ida) -> None:
    """T1"""
    invitation = invite(world)
    browser = world.client("ida")
    lines = Act.objects.count()
    for method in ("get", "head", "options"):
        getattr(browser, method)(path_of(invitation), follow=True)
        for name in ("member_join_accept", "member_join_refuse"):
            answer = getattr(browser, method)(reverse(name, args=[invitation.public_id]))
            assert answer.status_code == 405
    invitation.refresh_from_db()
    assert (invitation.state, Act.objects.count()) == ("waiting", lines)


def test_a_stranger_with_the_link_reads_who_asks_but_not_whom(world: World) -> None:
    """T2"""
    response = world.client().get(path_of(invite(world)), follow=True)
    assert "Garage Nord" in response.text
    assert "i•••@elsewhere.example" in response.text
    assert IDA not in response.text
    assert "Gina" not in response.text


def test_somebody_else_reads_nothing_of_it(world: World) -> None:
    """T2"""
    invitation = invite(world)
    browser = world.client("hugo")
    response = browser.get(path_of(invitation), follow=True)
    assert "Garage Nord" not in response.text
    assert IDA not in response.text
    for name in ("member_join_accept", "member_join_refuse"):
        browser.post(reverse(name, args=[invitation.public_id]))
    invitation.refresh_from_db()
    assert invitation.state == "waiting"


def test_unknown_and_foreign_ids_answer_alike(world: World) -> None:
    """T43"""
    invitation = invite(world)
    browser = world.client("hugo")
    pages = [
        browser.get(reverse("member_join", args=[key]))
        for key in (invitation.public_id, "nothing-like-it")
    ]
    assert [page.status_code for page in pages] == [404, 404]
    paths = [page.text.replace(page.request["PATH_INFO"], "…") for page in pages]
    clean = [re.sub(r'value="\w{64}"|nonce="[^"]*"|%2Fjoin[^"&]*', "", text) for text in paths]
    assert clean[0] == clean[1]


def test_joining_from_the_page(world: World, ida) -> None:
    invitation = invite(world)
    browser = world.client("ida")
    assert "Join Garage Nord" in browser.get(path_of(invitation), follow=True).text
    url = reverse("member_join_accept", args=[invitation.public_id])
    assert browser.post(url).url == f"/o/{GARAGE}/"
    response = browser.post(url, follow=True)  # a replay shows the outcome
    assert "already accepted" in response.text
    assert Membership.objects.filter(user=ida).count() == 1


def test_refusing_from_the_page(world: World, ida) -> None:
    invitation = invite(world)
    browser = world.client("ida")
    url = reverse("member_join_refuse", args=[invitation.public_id])
    assert "already refused" in browser.post(url, follow=True).text
