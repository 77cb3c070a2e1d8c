"""Access with an end date: set, moved, removed, announced, prolonged, over by itself (L9)."""

from datetime import date, datetime, timedelta

import pytest
from django.http import Http404
from django.utils import timezone

from access.errors import ActForbidden
from access.models import Act, OutgoingMail
from clients import services, tasks
from clients.errors import (
    AlreadyDecided,
    EndDateWrong,
    NothingChosen,
    OfferChanged,
    OtherSide,
)
from clients.models import Partnership
from clients.rules import NOTICES, Offer, Side, notice_at, years_later
from tests.journey import (
    ALPINE,
    GARAGE,
    accept,
    all_of,
    ask,
    change,
    end,
    grant,
    invite,
    mailed,
    seen,
)
from tests.world import World

CLINIC, BAKERY = "clinique-belmont", "boulangerie-du-lac"
BOTH = {
    "clara@clinique-belmont.example",
    "lea@alpineweb.example",
    "adam@alpineweb.example",
}


def day(days: int) -> date:
    return timezone.localdate() + timedelta(days=days)


def set_day(
    world: World, partnership: Partnership, ends_on: date | None, *, by: str = "clara"
) -> Partnership:
    partnership.refresh_from_db()
    return services.change_end_date(
        partnership=partnership,
        ends_on=ends_on,
        version=partnership.version,
        by=world.actor(by, partnership.client.slug),
    )


def prolong(world: World, partnership: Partnership, version: int | None = None) -> Partnership:
    return services.prolong(
        partnership=partnership,
        version=version or partnership.version,
        by=world.actor("clara", CLINIC),
    )


def ends(partnership: Partnership, moment: datetime) -> None:
    Partnership.objects.filter(pk=partnership.pk).update(ends_at=moment, ending_notice=None)
    partnership.refresh_from_db()


# ---- Rules -----------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("left", "notice"),
    [(31, None), (30, 30), (29, 30), (8, 30), (7, 7), (2, 7), (1, 1), (0, 1), (-1, 1)],
)
def test_which_notice_is_due(left: int, notice: int | None) -> None:
    today = date(2027, 3, 1)
    assert notice_at(today + timedelta(days=left), today) == notice


@pytest.mark.parametrize(
    ("before", "after"),
    [("2027-03-01", "2028-03-01"), ("2028-02-29", "2029-02-28"), ("2027-12-31", "2028-12-31")],
)
def test_a_year_later(before: str, after: str) -> None:
    assert years_later(date.fromisoformat(before), 1) == date.fromisoformat(after)


# ---- Setting it ------------------------------------------------------------------------------


@pytest.fixture
def clinic(world: World) -> Partnership:
    return world.partnership(CLINIC, ALPINE)


@pytest.mark.django_db
class TestSetting:
    def test_it_counts_to_the_end_of_that_day(self, world: World, clinic: Partnership) -> None:
        version = clinic.version
        changed = set_day(world, clinic, day(40))
        local = timezone.localtime(changed.ends_at)
        assert (local.date(), local.hour, local.minute) == (day(40), 23, 59)
        assert changed.ends_on == day(40)
        assert changed.version == version + 1
        assert world.actor("lea", CLINIC)

    def test_the_partner_is_told_and_both_logs_say_it(
        self, world: World, clinic: Partnership
    ) -> None:
        set_day(world, clinic, day(40))
        assert mailed("end_date_changed") == BOTH - {"clara@clinique-belmont.example"}
        for slug in (CLINIC, ALPINE):
            line = Act.objects.filter(organisation__slug=slug).first()
            assert line.act == "partnership.end_date"
            assert line.before == {"ends_on": None}
            assert line.after == {"ends_on": day(40).isoformat()}
            assert line.person == world.person("clara")

    def test_it_is_moved_and_removed(self, world: World, clinic: Partnership) -> None:
        for wanted in (day(40), day(20), None):
            assert set_day(world, clinic, wanted).ends_on == wanted
        with pytest.raises(NothingChosen):
            set_day(world, clinic, None)

    @pytest.mark.parametrize("days", [0, -1, -400, 365 * 10 + 5, 365 * 7000])
    def test_a_day_that_is_none(self, world: World, clinic: Partnership, days: int) -> None:
        with pytest.raises(EndDateWrong) as refused:
            set_day(world, clinic, day(days))
        assert refused.value.field == "ends_on"
        clinic.refresh_from_db()
        assert clinic.ends_at is None

    def test_only_the_clients_legal_representative(self, world: World, clinic: Partnership) -> None:
        """O4, T9"""
        world.add_member(CLINIC, "ada", role="administrator")
        with pytest.raises(ActForbidden):
            set_day(world, clinic, day(40), by="ada")
        for name, slug in [("lea", ALPINE), ("lea", CLINIC), ("gina", GARAGE)]:
            with pytest.raises(OtherSide):
                services.change_end_date(
                    partnership=clinic,
                    ends_on=day(40),
                    version=clinic.version,
                    by=world.actor(name, slug),
                )

    def test_decided_on_what_was_not_shown(self, world: World, clinic: Partnership) -> None:
        """T6"""
        shown = clinic.version
        set_day(world, clinic, day(40))
        with pytest.raises(OfferChanged):
            services.change_end_date(
                partnership=clinic,
                ends_on=day(50),
                version=shown,
                by=world.actor("clara", CLINIC),
            )

    def test_with_an_invitation(self, world: World) -> None:
        invited = invite(world, Offer.full("client").until(day(40)))
        assert invited.ends_on == day(40)
        assert accept(world, invited).ends_on == day(40)
        assert seen(world, "remi", GARAGE) == all_of(world, GARAGE)

    def test_with_an_answer(self, world: World) -> None:
        granted = grant(world, ask(world), Offer.full("client").until(day(40)))
        assert granted.ends_on == day(40)

    def test_with_a_change_of_access(self, world: World, clinic: Partnership) -> None:
        changed = change(world, clinic, Offer.full("client").until(day(40)))
        assert changed.ends_on == day(40)
        told = OutgoingMail.objects.filter(kind="clients.access_changed").first()
        assert told.context["after"]["ends_on"] == day(40).isoformat()

    def test_on_the_last_day_the_access_may_still_change(
        self, world: World, clinic: Partnership
    ) -> None:
        set_day(world, clinic, day(40))
        Partnership.objects.filter(pk=clinic.pk).update(
            ends_at=timezone.now() + timedelta(hours=0.001)
        )
        clinic.refresh_from_db()
        kept = Offer.full("client").until(clinic.ends_on)
        assert change(world, clinic, kept).access == "full"

    @pytest.mark.parametrize("how", ["invite", "grant", "change"])
    def test_no_way_sets_a_day_in_the_past(
        self, world: World, clinic: Partnership, how: str
    ) -> None:
        offer = Offer.full("client").until(day(-1))
        ways = {
            "invite": lambda: invite(world, offer),
            "grant": lambda: grant(world, ask(world), offer),
            "change": lambda: change(world, clinic, offer),
        }
        with pytest.raises(EndDateWrong):
            ways[how]()

    def test_an_offer_whose_day_passed_is_not_accepted(self, world: World) -> None:
        invited = invite(world, Offer.full("client").until(day(5)))
        Partnership.objects.filter(pk=invited.pk).update(ends_at=timezone.now() - timedelta(days=1))
        with pytest.raises(OfferChanged):
            accept(world, invited)
        # and another invitation of the two is refused in words, not with an error
        with pytest.raises(Exception, match="waits for an answer"):
            invite(world)


# ---- It acts by itself -----------------------------------------------------------------------


@pytest.mark.django_db
class TestPassing:
    def test_it_acts_at_once_with_worker_and_beat_stopped(
        self, world: World, clinic: Partnership
    ) -> None:
        """L9: nothing runs but the clock. The pages open in a browser die with it (T22)."""
        product = clinic.client.products.filter(partner_grants__partnership=clinic).first()
        browsers = [world.client("lea"), world.client("cora")]
        pages = [
            f"/o/{CLINIC}/",
            f"/o/{CLINIC}/products/",
            f"/o/{CLINIC}/products/products.csv",
            f"/o/{CLINIC}/products/{product.public_id}/",
            f"/o/{CLINIC}/products/{product.public_id}/settings/",
        ]
        assert {browsers[0].get(page).status_code for page in pages} == {200}
        ends(clinic, timezone.now() - timedelta(seconds=1))
        for browser in browsers:
            assert {browser.get(page).status_code for page in pages} == {404}
        csv = f"/o/{ALPINE}/reseller/clients/{clinic.public_id}/products.csv"
        assert product.name not in b"".join(browsers[0].get(csv).streaming_content).decode()
        assert not Partnership.objects.get(pk=clinic.pk).closed_at
        with pytest.raises(Http404):
            world.actor("lea", CLINIC)

    def test_a_moment_before_it_is_there(self, world: World, clinic: Partnership) -> None:
        ends(clinic, timezone.now() + timedelta(minutes=1))
        assert world.actor("lea", CLINIC)

    def test_pages_of_the_client_say_it_is_over(self, world: World, clinic: Partnership) -> None:
        ends(clinic, timezone.now() - timedelta(seconds=1))
        base = f"/o/{CLINIC}/partners/{clinic.public_id}/"
        clara = world.client("clara")
        assert "reaches nothing here" in clara.get(base).text
        for page in ("change/", "end-date/", "end/"):
            answer = clara.get(base + page, follow=True)
            assert "its end date has passed" in answer.text

    def test_what_it_held_is_free_for_another(self, world: World) -> None:
        """L7"""
        grant(world, ask(world), Offer.full("client").until(day(40)))
        alpine = world.partnership(GARAGE, ALPINE)
        ends(alpine, timezone.now() - timedelta(seconds=1))
        assert accept(world, invite(world)).access == "full"
        alpine.refresh_from_db()
        assert alpine.state == "ended"

    def test_the_job_closes_it_once(self, world: World, clinic: Partnership) -> None:
        ends(clinic, timezone.now() - timedelta(seconds=1))
        assert tasks.close_overdue() >= 1
        assert mailed("ended") == BOTH
        assert tasks.close_overdue() == 0


# ---- Notices ---------------------------------------------------------------------------------


@pytest.mark.django_db
class TestAnnouncing:
    @pytest.mark.parametrize("days", NOTICES)
    def test_both_sides_are_told(self, world: World, clinic: Partnership, days: int) -> None:
        set_day(world, clinic, day(60))
        assert tasks.announce_ends() == 0
        ends(clinic, services.common.end_of(day(days)))
        assert tasks.announce_ends() == 1
        assert mailed("ending_soon") == BOTH
        assert tasks.announce_ends() == 0

    def test_a_day_before_is_too_early(self, world: World, clinic: Partnership) -> None:
        ends(clinic, services.common.end_of(day(31)))
        assert tasks.announce_ends() == 0

    def test_each_notice_once_on_its_day(self, world: World, clinic: Partnership) -> None:
        told = []
        last = day(60)
        set_day(world, clinic, last)
        for left in range(35, -1, -1):
            moment = services.common.end_of(day(left))
            Partnership.objects.filter(pk=clinic.pk).update(ends_at=moment)
            if tasks.announce_ends():
                told.append(left)
        assert told == list(NOTICES)

    def test_after_a_pause_of_the_jobs_only_the_last_one(
        self, world: World, clinic: Partnership
    ) -> None:
        ends(clinic, services.common.end_of(day(5)))
        assert tasks.announce_ends() == 1
        clinic.refresh_from_db()
        assert clinic.ending_notice == 7
        assert OutgoingMail.objects.filter(kind="clients.ending_soon").count() == 3

    def test_who_has_just_set_the_day_is_not_told_it(
        self, world: World, clinic: Partnership
    ) -> None:
        set_day(world, clinic, day(20))
        assert tasks.announce_ends() == 0

    def test_prolonged_it_is_told_anew(self, world: World, clinic: Partnership) -> None:
        set_day(world, clinic, day(60))
        ends(clinic, services.common.end_of(day(7)))
        tasks.announce_ends()
        assert prolong(world, clinic).ending_notice is None
        ends(clinic, services.common.end_of(day(7)))
        assert tasks.announce_ends() == 1
        assert OutgoingMail.objects.filter(kind="clients.ending_soon").count() == 6

    def test_nothing_is_told_of_what_has_ended(self, world: World, clinic: Partnership) -> None:
        ends(clinic, timezone.now() - timedelta(seconds=1))
        assert tasks.announce_ends() == 0
        ends(clinic, services.common.end_of(day(7)))
        end(world, clinic, by=world.actor("clara", CLINIC), side=Side.CLIENT)
        assert tasks.announce_ends() == 0


# ---- Prolonging ------------------------------------------------------------------------------


@pytest.mark.django_db
class TestProlonging:
    def test_one_year_from_its_last_day(self, world: World, clinic: Partnership) -> None:
        set_day(world, clinic, day(10))
        clinic.refresh_from_db()
        assert prolong(world, clinic).ends_on == years_later(day(10), 1)
        assert mailed("end_date_changed")

    def test_pressed_twice_is_one_year(self, world: World, clinic: Partnership) -> None:
        shown = set_day(world, clinic, day(10)).version
        prolong(world, clinic, shown)
        with pytest.raises(OfferChanged):
            prolong(world, clinic, shown)
        clinic.refresh_from_db()
        assert clinic.ends_on == years_later(day(10), 1)

    def test_without_an_end_there_is_nothing_to_prolong(
        self, world: World, clinic: Partnership
    ) -> None:
        with pytest.raises(NothingChosen):
            prolong(world, clinic)

    def test_not_for_ever(self, world: World, clinic: Partnership) -> None:
        set_day(world, clinic, years_later(timezone.localdate(), 10))
        clinic.refresh_from_db()
        with pytest.raises(EndDateWrong):
            prolong(world, clinic)

    def test_what_has_lapsed_is_over(self, world: World, clinic: Partnership) -> None:
        ends(clinic, timezone.now() - timedelta(seconds=1))
        with pytest.raises(AlreadyDecided):
            prolong(world, clinic)
