"""Taking back what waits for an answer (L1, L3), and what time closes (L8, L9)."""

from datetime import timedelta

import pytest
from django.utils import timezone

from clients import services
from clients.errors import AlreadyDecided, OtherSide
from clients.models import InvitationLink, Partnership
from clients.tasks import close_overdue
from tests.journey import ALPINE, GARAGE, GINA, RHONE, accept, ask, grant, invite, logged, mailed
from tests.world import World

pytestmark = pytest.mark.django_db
CLINIC, BAKERY = "clinique-belmont", "boulangerie-du-lac"


def timed_out(partnership: Partnership) -> None:
    """Lets the time to answer pass; no job runs."""
    yesterday = timezone.now() - timedelta(days=1)
    Partnership.objects.filter(pk=partnership.pk).update(expires_at=yesterday)


def lapsed(partnership: Partnership) -> None:
    """Lets the end date pass; no job runs."""
    yesterday = timezone.now() - timedelta(days=1)
    Partnership.objects.filter(pk=partnership.pk).update(ends_at=yesterday)


def test_the_asker_withdraws(world: World) -> None:
    asked = ask(world)
    services.withdraw(partnership=asked, by=world.actor("lea", ALPINE))
    asked.refresh_from_db()
    assert (asked.state, asked.closed_at is None) == ("withdrawn", False)
    assert mailed("withdrawn") == {GINA}
    assert not InvitationLink.objects.filter(partnership=asked, replaced_at=None).exists()
    with pytest.raises(AlreadyDecided, match="withdrawn"):
        grant(world, asked)


def test_the_client_withdraws(world: World) -> None:
    invited = invite(world)
    services.withdraw(partnership=invited, by=world.actor("gina", GARAGE))
    assert mailed("withdrawn") == {"remi@rhonedigital.example"}
    with pytest.raises(AlreadyDecided, match="withdrawn"):
        accept(world, invited)


def test_only_who_sent_it_withdraws(world: World) -> None:
    """Neither the other side nor anybody else, whatever they may do at home."""
    invited, asked = invite(world), ask(world)
    for partnership, name, slug in [
        (invited, "remi", RHONE),
        (invited, "clara", CLINIC),
        (asked, "gina", GARAGE),
        (asked, "remi", RHONE),
    ]:
        with pytest.raises(OtherSide):
            services.withdraw(partnership=partnership, by=world.actor(name, slug))
        partnership.refresh_from_db()
        assert partnership.is_waiting


def test_an_active_partnership_is_not_withdrawn(world: World) -> None:
    partnership = accept(world, invite(world))
    with pytest.raises(AlreadyDecided, match="already accepted"):
        services.withdraw(partnership=partnership, by=world.actor("gina", GARAGE))


def test_the_job_closes_what_time_has_closed(world: World) -> None:
    """L8, L9; safe to run twice."""
    asked, invited = ask(world, email="late@x.example"), invite(world)
    ending = world.partnership(BAKERY, ALPINE)
    for partnership in (asked, invited):
        timed_out(partnership)
    lapsed(ending)
    assert close_overdue() == 3
    assert close_overdue() == 0
    states = [Partnership.objects.get(pk=each.pk).state for each in (asked, invited, ending)]
    assert states == ["expired", "expired", "ended"]
    assert mailed("expired") == {
        "late@x.example",
        "lea@alpineweb.example",
        "adam@alpineweb.example",
        GINA,
        "remi@rhonedigital.example",
    }
    assert logged(BAKERY)[0] == "partnership.lapse"
