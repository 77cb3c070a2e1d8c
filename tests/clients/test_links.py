"""The mailed links: random, one alive at a time, hashed in the table (T2-T5, L2)."""

from datetime import timedelta

import pytest
from django.conf import settings
from django.db import connection
from django.utils import timezone

from access.errors import ActForbidden
from access.letters import write
from access.limits import TooOften
from access.models import OutgoingMail
from clients import services
from clients.errors import AlreadyDecided, NotApproved, OtherSide
from clients.models import InvitationLink, Partnership
from partners.models import Partner
from tests.journey import ALPINE, GARAGE, GINA, RHONE, accept, ask, grant, invite, logged
from tests.world import World

pytestmark = pytest.mark.django_db


def open_links(partnership: Partnership) -> list[InvitationLink]:
    return list(partnership.links.filter(replaced_at=None).order_by("pk"))


def letter(mail: OutgoingMail) -> str | None:
    """The mail as its reader gets it; None when it is no longer true."""
    rendered = write(mail.kind, mail.context | mail.secrets, language="en", name=mail.name)
    return rendered.text if rendered else None


def test_the_mail_holds_the_token_and_no_table_does(world: World) -> None:
    """T4"""
    (link,) = open_links(ask(world))
    assert len(link.token) == 64
    mail = OutgoingMail.objects.get(kind="clients.requested")
    assert f"{settings.BASE_URL}/invitations/{link.token}/" in letter(mail)
    assert link.token not in str(mail.context)
    with connection.cursor() as cursor:
        cursor.execute("SELECT row_to_json(l)::text FROM clients_invitationlink l")
        assert link.token not in str(cursor.fetchall())


def test_a_token_opens_its_own_link_only(world: World) -> None:
    (link,), (other,) = open_links(ask(world)), open_links(invite(world))
    assert InvitationLink.objects.by_token(link.token) == link
    assert InvitationLink.objects.by_token(other.token) == other
    for wrong in ("", "0" * 64, link.public_id, link.token_hash, link.token[:-1]):
        assert InvitationLink.objects.by_token(wrong) is None


def test_the_token_needs_the_portals_key(world: World, settings: object) -> None:
    (link,) = open_links(ask(world))
    before = link.token
    settings.SECRET_KEY = "another" * 10
    assert link.token != before


def test_each_legal_representative_of_the_partner_gets_a_link_of_their_own(world: World) -> None:
    world.add_member(RHONE, "zoe", role="legal_representative")
    world.add_member(RHONE, "ada", role="administrator")
    links = open_links(invite(world))
    assert {link.email for link in links} == {
        "remi@rhonedigital.example",
        "zoe@rhone-digital.example",
    }
    assert len({link.token for link in links}) == 2


# ---- Sending again ---------------------------------------------------------------------------


def test_sending_again_replaces_the_link(world: World) -> None:
    """T4: one live token per invitation."""
    asked = ask(world)
    (old,) = open_links(asked)
    services.resend(partnership=asked, by=world.actor("lea", ALPINE))
    (new,) = open_links(asked)
    assert new.token != old.token
    old.refresh_from_db()
    assert old.replaced_at is not None
    # A replay still finds what became of it.
    assert InvitationLink.objects.by_token(old.token).partnership == asked
    assert OutgoingMail.objects.filter(kind="clients.requested", address=GINA).count() == 2
    assert logged(ALPINE)[0] == "partnership.resend"


def test_a_mail_that_was_replaced_before_it_left_is_not_sent(world: World) -> None:
    asked = ask(world)
    first = OutgoingMail.objects.get(kind="clients.requested")
    services.resend(partnership=asked, by=world.actor("lea", ALPINE))
    second = OutgoingMail.objects.filter(kind="clients.requested").exclude(pk=first.pk).get()
    assert letter(first) is None
    assert letter(second)


@pytest.mark.parametrize("how", ["withdrawn", "granted", "refused", "timed out"])
def test_a_mail_about_what_is_decided_is_not_sent(world: World, how: str) -> None:
    asked = ask(world)
    mail = OutgoingMail.objects.get(kind="clients.requested")
    assert letter(mail)
    if how == "withdrawn":
        services.withdraw(partnership=asked, by=world.actor("lea", ALPINE))
    elif how == "granted":
        grant(world, asked)
    elif how == "refused":
        services.refuse_request(partnership=asked, by=world.person("gina"))
    else:
        yesterday = timezone.now() - timedelta(days=1)
        Partnership.objects.filter(pk=asked.pk).update(expires_at=yesterday)
    assert letter(mail) is None


def test_sending_again_gives_new_time(world: World) -> None:
    """L8: also to what has just timed out and was not closed yet."""
    invited = invite(world)
    yesterday = timezone.now() - timedelta(days=1)
    Partnership.objects.filter(pk=invited.pk).update(expires_at=yesterday)
    invited = services.resend(partnership=invited, by=world.actor("gina", GARAGE))
    assert invited.expires_at - timezone.now() > timedelta(days=29)
    assert accept(world, invited).state == "active"


def test_what_was_sent_again_since_the_job_listed_it_stays_open(world: World) -> None:
    """L8: the new link is alive, and nobody is told that the time is over."""
    invited = invite(world)
    yesterday = timezone.now() - timedelta(days=1)
    Partnership.objects.filter(pk=invited.pk).update(expires_at=yesterday)
    [listed] = Partnership.objects.overdue().filter(pk=invited.pk)
    services.resend(partnership=invited, by=world.actor("gina", GARAGE))
    with pytest.raises(AlreadyDecided):
        services.expire(partnership=listed)
    assert len(open_links(invited)) == 1
    assert not OutgoingMail.objects.filter(kind="clients.expired").exists()


def test_what_is_decided_is_not_sent_again(world: World) -> None:
    asked, invited = ask(world), invite(world)
    services.withdraw(partnership=asked, by=world.actor("lea", ALPINE))
    accept(world, invited)
    with pytest.raises(AlreadyDecided, match="withdrawn"):
        services.resend(partnership=asked, by=world.actor("lea", ALPINE))
    with pytest.raises(AlreadyDecided, match="already accepted"):
        services.resend(partnership=invited, by=world.actor("gina", GARAGE))


def test_only_who_sent_it_sends_it_again(world: World) -> None:
    asked, invited = ask(world), invite(world)
    for partnership, name, slug in [
        (invited, "remi", RHONE),
        (invited, "clara", "clinique-belmont"),
        (asked, "gina", GARAGE),
        (asked, "remi", RHONE),
    ]:
        with pytest.raises(OtherSide):
            services.resend(partnership=partnership, by=world.actor(name, slug))


def test_only_a_legal_representative_sends_again(world: World) -> None:
    """O4"""
    asked = ask(world)
    with pytest.raises(ActForbidden):
        services.resend(partnership=asked, by=world.actor("adam", ALPINE))


def test_nothing_is_sent_again_for_a_suspended_partner(world: World) -> None:
    """P5: no new client."""
    asked, invited = ask(world), invite(world, partner=ALPINE)
    Partner.objects.filter(organisation__slug=ALPINE).update(state="suspended")
    with pytest.raises(NotApproved):
        services.resend(partnership=asked, by=world.actor("lea", ALPINE))
    with pytest.raises(NotApproved):
        services.resend(partnership=invited, by=world.actor("gina", GARAGE))


def test_three_a_day_to_one_address(world: World) -> None:
    """The request and two more."""
    asked = ask(world)
    for _ in range(2):
        services.resend(partnership=asked, by=world.actor("lea", ALPINE))
    with pytest.raises(TooOften):
        services.resend(partnership=asked, by=world.actor("lea", ALPINE))
    assert len(open_links(asked)) == 1


# ---- Who reads a link ------------------------------------------------------------------------


def test_a_request_is_for_the_verified_address_only(world: World) -> None:
    """T2, T5"""
    asked = ask(world)
    gina, clara = world.person("gina"), world.person("clara")
    assert list(Partnership.objects.asked_of(gina)) == [asked]
    assert list(Partnership.objects.asked_of(clara)) == []
    gina.emailaddress_set.update(verified=False)
    assert list(Partnership.objects.asked_of(gina)) == []


def test_an_invitation_is_no_request_of_an_address(world: World) -> None:
    invite(world)
    assert list(Partnership.objects.asked_of(world.person("remi"))) == []
    assert list(Partnership.objects.sent_to(world.person("remi"))) == []


def test_what_is_answered_is_asked_no_more(world: World) -> None:
    asked = ask(world)
    grant(world, asked)
    assert list(Partnership.objects.asked_of(world.person("gina"))) == []
    assert list(Partnership.objects.sent_to(world.person("gina"))) == [asked]
    assert open_links(asked) == []
