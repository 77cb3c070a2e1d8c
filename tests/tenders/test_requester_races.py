"""Twenty at once at one tender: exactly one wins, and each of the others is told (L10, T5)."""

import pytest

from tenders.models import Proposal, Tender
from tenders.services import closing
from tenders.services.choosing import choose
from tenders.services.opening import open_tender
from tenders.services.submitting import confirm
from tests.racing import at_once, unlocked
from tests.tenders.requesting import letters, proposed, published, submitted
from tests.world import World

pytestmark = pytest.mark.django_db(transaction=True)
MANY = 20


def test_twenty_confirm_once(live_world: World) -> None:
    link = submitted(live_world).links.get()
    came_to = at_once(*[lambda: confirm(link=link)] * MANY)
    assert came_to == {"done": 1, "LinkUsed": MANY - 1}
    assert len(letters("published")) == 1


def test_twenty_cancel_once(live_world: World) -> None:
    tender = published(live_world)
    came_to = at_once(*[lambda: closing.cancel(tender=tender)] * MANY)
    assert came_to == {"done": 1, "TenderOver": MANY - 1}
    assert len(letters("cancelled")) == 1


def test_one_of_two_proposals_is_chosen(live_world: World) -> None:
    tender = published(live_world)
    proposals = [
        proposed(live_world, tender),
        proposed(live_world, tender, by="remi", partner="rhone-digital"),
    ]
    calls = [lambda one=one: choose(proposal=one, person=None) for one in proposals * (MANY // 2)]
    assert at_once(*calls) == {"done": 1, "TenderOver": MANY - 1}
    states = sorted(Proposal.objects.values_list("state", flat=True))
    assert states == ["chosen", "lost"]


def test_choosing_and_cancelling_do_not_both_happen(live_world: World) -> None:
    tender = published(live_world)
    proposal = proposed(live_world, tender)
    came_to = at_once(
        *[lambda: closing.cancel(tender=tender)] * (MANY // 2),
        *[lambda: choose(proposal=proposal, person=None)] * (MANY // 2),
    )
    assert came_to == {"done": 1, "TenderOver": MANY - 1}
    assert bool(letters("cancelled")) != bool(letters("chosen"))


def test_opened_while_it_is_cancelled(live_world: World) -> None:
    """T5: whoever opened it first is told of the end; whoever came second did not see it."""
    tender = published(live_world)
    lea = live_world.actor("lea", "alpine-web")
    at_once(
        lambda: closing.cancel(tender=tender),
        *[lambda: open_tender(tender=tender, by=lea)] * (MANY - 1),
    )
    tender.refresh_from_db()
    assert tender.state == "cancelled"
    assert tender.openings.count() == tender.openers == len(letters("cancelled_partner"))


def test_without_the_lock_an_opener_would_not_be_told(
    live_world: World, monkeypatch: pytest.MonkeyPatch
) -> None:
    """The control: what the lock on the tender is for."""
    tender = published(live_world)
    lea = live_world.actor("lea", "alpine-web")
    unlocked(
        monkeypatch,
        lambda: open_tender(tender=tender, by=lea),
        lambda: closing.cancel(tender=tender),
        at="tenders.services.opening._keep",
    )
    assert Tender.objects.get().state == "cancelled"
    assert len(letters("cancelled_partner")) < tender.openings.count()


def test_the_same_form_twenty_times_is_one_tender(live_world: World, settings: object) -> None:
    """T23"""
    settings.TENDERS_A_DAY = settings.TENDERS_AN_HOUR = MANY + 1
    came_to = at_once(*[lambda: submitted(live_world, origin="203.0.113.5")] * MANY)
    assert came_to == {"done": MANY}
    assert Tender.objects.count() == 1


def test_the_cap_and_the_openers_agree(live_world: World) -> None:
    """T3: lowering the cap while partners open it never leaves more openers than it says."""
    tender = published(live_world, most_openers=2)
    actors = [
        live_world.actor("lea", "alpine-web"),
        live_world.actor("remi", "rhone-digital"),
    ]
    at_once(
        *[lambda by=by: open_tender(tender=tender, by=by) for by in actors],
        lambda: closing.cap(tender=tender, most=1),
    )
    tender.refresh_from_db()
    assert tender.openers <= tender.most_openers
