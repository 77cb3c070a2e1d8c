"""What nobody answered is reminded of once after seven days, with the link it has (L8, T4)."""

from datetime import timedelta

import pytest
from django.core import mail
from django.utils import timezone

from access.mail import send_due_mail
from access.models import OutgoingMail
from clients import services, tasks
from clients.models import InvitationLink, Partnership
from partners.models import Partner
from tests.journey import ALPINE, GARAGE, GINA, RHONE, accept, ask, invite, logged, mailed
from tests.racing import at_once, unlocked
from tests.world import World

REMI = "remi@rhonedigital.example"


def sent_ago(partnership: Partnership, **ago: float) -> Partnership:
    Partnership.objects.filter(pk=partnership.pk).update(sent_at=timezone.now() - timedelta(**ago))
    partnership.refresh_from_db()
    return partnership


@pytest.fixture
def quiet(world: World) -> World:
    """Nothing of the demo world is due."""
    Partnership.objects.update(reminded_at=timezone.now())
    return world


@pytest.mark.django_db
class TestReminding:
    def test_whoever_has_to_answer_is_reminded_once(self, quiet: World) -> None:
        world = quiet
        sent_ago(ask(world), days=7, minutes=1)
        sent_ago(invite(world), days=7, minutes=1)
        assert tasks.remind_waiting() == 2
        assert mailed("reminder") == {GINA, REMI}
        assert tasks.remind_waiting() == 0
        assert OutgoingMail.objects.filter(kind="clients.reminder").count() == 2
        assert "partnership.remind" in logged(GARAGE)

    def test_not_a_moment_before(self, quiet: World) -> None:
        sent_ago(invite(quiet), days=6, hours=23)
        assert tasks.remind_waiting() == 0

    def test_the_days_are_a_setting(self, quiet: World, settings) -> None:
        settings.INVITATION_REMINDER_DAYS = 3
        sent_ago(invite(quiet), days=4)
        assert tasks.remind_waiting() == 1

    @pytest.mark.parametrize("state", ["answered", "withdrawn", "expired", "suspended"])
    def test_only_what_can_still_be_accepted(self, quiet: World, state: str) -> None:
        world = quiet
        invited = invite(world)
        if state == "answered":
            accept(world, invited)
        elif state == "withdrawn":
            services.withdraw(partnership=invited, by=world.actor("gina", GARAGE))
        elif state == "expired":
            Partnership.objects.filter(pk=invited.pk).update(expires_at=timezone.now())
        else:
            Partner.objects.filter(organisation__slug=RHONE).update(state="suspended")
        sent_ago(invited, days=8)
        assert tasks.remind_waiting() == 0
        assert mailed("reminder") == set()

    def test_sent_again_it_is_reminded_again(self, quiet: World) -> None:
        world = quiet
        invited = sent_ago(invite(world), days=8)
        assert tasks.remind_waiting() == 1
        services.resend(partnership=invited, by=world.actor("gina", GARAGE))
        assert tasks.remind_waiting() == 0
        sent_ago(invited, days=8)
        assert tasks.remind_waiting() == 1
        assert OutgoingMail.objects.filter(kind="clients.reminder").count() == 2

    def test_the_link_is_the_one_that_works_already(self, quiet: World) -> None:
        """T4: reminding replaces no link."""
        world = quiet
        invited = sent_ago(invite(world), days=8)
        link = invited.links.get()
        send_due_mail()
        mail.outbox.clear()
        tasks.remind_waiting()
        send_due_mail()
        [letter] = [found for found in mail.outbox if REMI in found.to[0]]
        assert link.token in letter.body
        assert InvitationLink.objects.filter(partnership=invited).count() == 1
        page = world.client("remi").get(f"/invitations/{link.token}/", follow=True)
        assert "Garage Nord" in page.text

    def test_a_representative_appointed_meanwhile_gets_a_link_of_their_own(
        self, quiet: World
    ) -> None:
        world = quiet
        invited = sent_ago(invite(world), days=8)
        world.add_member(RHONE, "ruth", role="legal_representative")
        tasks.remind_waiting()
        assert mailed("reminder") == {REMI, "ruth@rhone-digital.example"}
        assert invited.links.filter(replaced_at=None).count() == 2

    def test_one_that_left_meanwhile_gets_none(self, quiet: World) -> None:
        world = quiet
        sent_ago(invite(world), days=8)
        world.add_member(RHONE, "ruth", role="legal_representative")
        world.membership("remi", RHONE).delete()
        tasks.remind_waiting()
        assert mailed("reminder") == {"ruth@rhone-digital.example"}

    def test_answered_before_the_mail_left_it_is_not_sent(self, quiet: World) -> None:
        world = quiet
        invited = sent_ago(invite(world), days=8)
        tasks.remind_waiting()
        accept(world, invited)
        send_due_mail()
        assert OutgoingMail.objects.get(kind="clients.reminder").state == "obsolete"

    def test_a_stranger_is_reminded_too(self, quiet: World) -> None:
        sent_ago(ask(quiet, email="stranger@elsewhere.example"), days=8)
        tasks.remind_waiting()
        assert mailed("reminder") == {"stranger@elsewhere.example"}
        assert "partnership.remind" in logged(ALPINE)


def test_twenty_at_once_remind_once(live_world: World) -> None:
    """L8, L10"""
    Partnership.objects.update(reminded_at=timezone.now())
    sent_ago(invite(live_world), days=8)
    assert at_once(*[tasks.remind_waiting] * 20) == {"done": 20}
    assert OutgoingMail.objects.filter(kind="clients.reminder").count() == 1
    assert logged(GARAGE).count("partnership.remind") == 1


def test_two_at_once_without_locks_write_two_lines(
    live_world: World, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Control: the mail stays one by its key, but the log tells of two."""
    Partnership.objects.update(reminded_at=timezone.now())
    invited = sent_ago(invite(live_world), days=8)
    found = unlocked(
        monkeypatch,
        lambda: services.remind(partnership=invited),
        lambda: services.remind(partnership=invited),
        at="clients.services.links._facts",
    )
    assert found == ["done", "done"]
    assert OutgoingMail.objects.filter(kind="clients.reminder").count() == 1
    assert logged(GARAGE).count("partnership.remind") == 2
