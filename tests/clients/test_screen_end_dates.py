"""The pages of end dates: set, prolonged in one click, and the lists of what ends soon (L9)."""

from datetime import timedelta

import pytest
from django.urls import reverse
from django.utils import timezone

from access.models import Act, OutgoingMail
from access.rules import Role
from clients.models import Partnership
from clients.rules import Offer, years_later
from clients.services.common import end_of
from tests.clients.filling import Filled
from tests.journey import ALPINE, GARAGE, RHONE, accept, ask, invite, mailed
from tests.world import World

pytestmark = pytest.mark.django_db
CLINIC, HOTEL = "clinique-belmont", "hotel-bellevue"


def day(days: int):
    return timezone.localdate() + timedelta(days=days)


def url(world: World, name: str = "partnership_end_date", slug: str = CLINIC) -> str:
    return reverse(name, args=[slug, world.partnership(slug, ALPINE).public_id])


def ends_in(world: World, days: int, slug: str = CLINIC) -> Partnership:
    partnership = world.partnership(slug, ALPINE)
    Partnership.objects.filter(pk=partnership.pk).update(ends_at=end_of(day(days)))
    partnership.refresh_from_db()
    return partnership


def send(world: World, ends_on: object, *, who: str = "clara", **more: object):
    data = {"ends_on": ends_on, "version": world.partnership(CLINIC, ALPINE).version} | more
    return world.client(who).post(url(world), data, follow=True)


# ---- The page --------------------------------------------------------------------------------


def test_set_moved_and_removed(world: World) -> None:
    page = send(world, day(40).isoformat())
    assert "now has access until" in page.text
    assert world.partnership(CLINIC, ALPINE).ends_on == day(40)
    assert day(40).isoformat() in world.client("clara").get(url(world)).text
    page = send(world, "")
    assert "now has access without an end date" in page.text
    assert world.partnership(CLINIC, ALPINE).ends_at is None


@pytest.mark.parametrize(
    ("typed", "told"),
    [
        ("2020-01-01", "Choose a day in the future."),
        ("today", "Enter a valid date."),
        ("9999-12-31", "within the next 10 years"),
        ("2027-02-30", "Enter a valid date."),
        ("\x00", "Enter a valid date."),
        ("<b>", "Enter a valid date."),
    ],
)
def test_bad_input_stays_beside_the_field(world: World, typed: str, told: str) -> None:
    page = send(world, typed)
    assert page.status_code == 200
    assert told in str(page.context["form"].errors["ends_on"])
    assert world.partnership(CLINIC, ALPINE).ends_at is None
    assert not OutgoingMail.objects.filter(kind="clients.end_date_changed").exists()


def test_today_is_too_late(world: World) -> None:
    page = send(world, day(0).isoformat())
    assert "To stop today, end the partnership instead." in page.text


def test_changed_meanwhile_it_is_read_again(world: World) -> None:
    """T6: a second press, knowing the date in force, decides."""
    clara = world.client("clara")
    form = Filled(clara, url(world))
    send(world, day(40).isoformat())
    answer = form.press(ends_on=day(50).isoformat())
    assert answer.response.status_code == 200
    assert "changed while you were looking" in answer.text
    assert world.partnership(CLINIC, ALPINE).ends_on == day(40)
    again = Filled(clara, url(world), answer.response)
    assert again.press(ends_on=day(50).isoformat()).response.status_code == 302
    assert world.partnership(CLINIC, ALPINE).ends_on == day(50)


def test_the_same_day_changes_nothing(world: World) -> None:
    send(world, day(40).isoformat())
    assert "Nothing would change" in send(world, day(40).isoformat()).text


def test_reading_changes_nothing_and_other_methods_are_refused(world: World) -> None:
    """T1"""
    ends_in(world, 10)
    before = Partnership.objects.values().order_by("pk")
    kept = list(before)
    clara = world.client("clara")
    for name in ("partnership_end_date", "partnership_prolong"):
        for method in (clara.get, clara.head, clara.options):
            method(url(world, name))
    assert list(before.all()) == kept
    assert clara.get(url(world, "partnership_prolong")).status_code == 405


@pytest.mark.parametrize("name", ["partnership_end_date", "partnership_prolong"])
def test_only_the_clients_legal_representative(world: World, name: str) -> None:
    """O4, T9: 404 for those to whom the partnership is nothing, 403 with a line for those who see
    it."""
    partnership = ends_in(world, 10)
    world.add_member(CLINIC, "ada", Role.ADMINISTRATOR)
    data = {"ends_on": day(90).isoformat(), "version": partnership.version}
    for who in ("lea", "cora", "colin", "bruno", "remi", "staff"):
        assert world.client(who).post(url(world, name), data).status_code in (404, 403), who
    assert world.client("lea").post(url(world, name), data).status_code == 404
    assert world.client("ada").post(url(world, name), data).status_code == 403
    assert Act.objects.filter(allowed=False, person=world.person("ada")).exists()
    assert world.partnership(CLINIC, ALPINE).ends_on == day(10)
    foreign = url(world, name).replace(CLINIC, GARAGE)
    assert world.client("gina").post(foreign, data).status_code == 404


# ---- One click -------------------------------------------------------------------------------


def test_prolonged_in_one_click(world: World) -> None:
    partnership = ends_in(world, 10)
    clara = world.client("clara")
    page = clara.get(url(world, "partnership"))
    assert "ends by itself on" in page.text
    assert "Prolong by one year" in page.text
    data = {"version": partnership.version}
    done = clara.post(url(world, "partnership_prolong"), data, follow=True)
    assert "now has access until" in done.text
    assert "Prolong by one year" not in done.text
    assert world.partnership(CLINIC, ALPINE).ends_on == years_later(day(10), 1)
    again = clara.post(url(world, "partnership_prolong"), data, follow=True)
    assert "changed while you were looking" in again.text
    assert world.partnership(CLINIC, ALPINE).ends_on == years_later(day(10), 1)


@pytest.mark.parametrize("version", ["", "x", "-1", "99999999999999999999", "0"])
def test_a_button_without_its_version_does_nothing(world: World, version: str) -> None:
    ends_in(world, 10)
    answer = world.client("clara").post(url(world, "partnership_prolong"), {"version": version})
    assert answer.status_code == 302
    assert world.partnership(CLINIC, ALPINE).ends_on == day(10)


def test_an_administrator_reads_the_notice_without_the_button(world: World) -> None:
    ends_in(world, 10)
    world.add_member(CLINIC, "ada", Role.ADMINISTRATOR)
    ada = world.client("ada")
    for page in (url(world, "partnership"), f"/o/{CLINIC}/partners/?tab=ending"):
        text = ada.get(page).text
        assert "Prolong by one year" not in text
        assert "Alpine Web" in text


# ---- Ending soon -----------------------------------------------------------------------------


def test_the_client_lists_what_ends_soon(world: World) -> None:
    clara = world.client("clara")
    page = f"/o/{CLINIC}/partners/?tab=ending"
    assert "Nothing ends soon" in clara.get(page).text
    ends_in(world, 31)
    assert "Nothing ends soon" in clara.get(page).text
    ends_in(world, 30)
    found = clara.get(page)
    assert [row.partner_name for row, _state, _number in found.context["rows"]] == [
        "Alpine Web Sàrl"
    ]
    assert url(world, "partnership_prolong") in found.text
    assert found.context["counts"] | {"ending": 1} == found.context["counts"]
    Partnership.objects.update(ends_at=timezone.now())
    assert "Nothing ends soon" in clara.get(page).text


def test_the_partner_lists_what_ends_soon(world: World) -> None:
    ends_in(world, 5)
    ends_in(world, 20, HOTEL)
    ends_in(world, 60, "boulangerie-du-lac")
    page = f"/o/{ALPINE}/reseller/clients/ending/"
    found = world.client("lea").get(page)
    assert [row.client_name for row in found.context["page"]] == [
        "Clinique Belmont",
        "Hôtel Bellevue",
    ]
    assert found.context["counts"]["ending"] == 2
    exported = b"".join(
        world.client("lea").get(page.replace("ending/", "ending.csv")).streaming_content
    ).decode()
    assert "Clinique Belmont" in exported
    assert "Boulangerie" not in exported
    searched = world.client("lea").get(page, {"q": "hôtel"})
    assert [row.client_name for row in searched.context["page"]] == ["Hôtel Bellevue"]


def test_a_collaborator_lists_only_the_clients_assigned(world: World) -> None:
    """O5, T11"""
    for slug in (CLINIC, HOTEL, "boulangerie-du-lac"):
        ends_in(world, 5, slug)
    page = f"/o/{ALPINE}/reseller/clients/ending/"
    cora = world.client("cora").get(page)
    mine = world.client("cora").get(f"/o/{ALPINE}/reseller/clients/")
    assert {row.pk for row in cora.context["page"]} == {row.pk for row in mine.context["page"]}
    assert cora.context["counts"]["ending"] == 1
    assert "Waiting" not in cora.text
    for other in ("remi", "clara"):
        assert world.client(other).get(page).status_code == 404


def test_the_partners_page_says_when_and_who_can_prolong(world: World) -> None:
    ends_in(world, 5)
    page = world.client("lea").get(
        reverse("client", args=[ALPINE, world.partnership(CLINIC, ALPINE).public_id])
    )
    assert "Your access ends by itself on" in page.text
    assert "Only Clinique Belmont can prolong it." in page.text


# ---- In the wizards --------------------------------------------------------------------------


def test_authorised_until_a_day(world: World) -> None:
    gina = world.client("gina")
    page = Filled(gina, reverse("partner_authorise", args=[GARAGE]) + f"?partner={RHONE}")
    page = page.press("next", partner=RHONE)
    page = page.press("next", access="full", ends_on="2020-01-01")
    assert page.step == "access"
    assert "Choose a day in the future." in page.errors["ends_on"][0]
    page = page.press("next", access="full", ends_on=day(90).isoformat())
    page = page.press("next", payment_mode="client")
    assert page.step == "summary"
    assert "Until" in page.text
    assert page.press("finish").response.status_code == 302
    invited = world.partnership(GARAGE, RHONE)
    assert invited.ends_on == day(90)
    offer = world.client("remi").get(reverse("client_accept", args=[RHONE, invited.public_id]))
    assert "Until" in offer.text


def test_an_answer_with_an_end_date_is_less_than_asked(world: World) -> None:
    """T7"""
    asked = ask(world)
    page = Filled(world.client("gina"), reverse("request_answer", args=[asked.public_id]))
    page = page.press("next", ends_on=day(90).isoformat()).press("next")
    assert page.step == "summary"
    assert "No end date was asked for." in page.text
    assert page.press("finish").response.status_code == 302
    asked.refresh_from_db()
    assert asked.ends_on == day(90)


def test_a_change_shows_the_day_before_and_after(world: World) -> None:
    """L5: the comparison, and the mail says the same."""
    ends_in(world, 40)
    page = Filled(world.client("clara"), url(world, "partnership_change"))
    assert page.data["ends_on"] == [day(40).isoformat()]
    page = page.press("next").press("next")
    assert "Nothing would change" in page.text
    page = Filled(world.client("clara"), url(world, "partnership_change"))
    page = page.press("next", ends_on="").press("next")
    assert "no end date" in page.text
    answer = page.press("finish").response
    assert answer.status_code == 302
    assert "without an end date" in world.client("clara").get(url(world, "partnership")).text or (
        world.partnership(CLINIC, ALPINE).ends_at is None
    )
    assert mailed("end_date_changed")


def test_the_comparison_and_the_mail_say_the_same(world: World) -> None:
    """L5: product by product what the partner gains and loses."""
    held = {
        product.name
        for product in world.products(CLINIC)
        if product.partner_grants.filter(partnership__partner__organisation__slug=ALPINE).exists()
    }
    others = [one for one in world.products(CLINIC) if one.name not in held]
    kept = [one for one in world.products(CLINIC) if one.name in held][:1]
    page = Filled(world.client("clara"), url(world, "partnership_change")).press("next")
    page = page.press("next", products=[one.public_id for one in [*kept, *others[:2]]])
    gained = {one.name for one in page.response.context["form"].gained}
    lost = {one.name for one in page.response.context["form"].lost}
    assert gained == {one.name for one in others[:2]}
    assert lost == held - {kept[0].name}
    for name in gained | lost:
        assert name in page.text
    page.press("finish")
    told = OutgoingMail.objects.filter(kind="clients.access_changed").first().context
    assert (set(told["gained"]), set(told["lost"])) == (gained, lost)


def test_collisions_name_who_holds_it_now(world: World) -> None:
    """L7: before a product or full access is given twice."""
    accept(world, invite(world, Offer.full("client")))
    page = Filled(
        world.client("gina"), reverse("partner_authorise", args=[GARAGE]) + "?partner=alpine-web"
    )
    page = page.press("next", partner=ALPINE)
    assert "Rhône Digital SAS has it now, and only one partner can have it." in page.text
    page = page.press("next", access="full").press("next", payment_mode="client")
    assert page.step == "access"
    assert "Rhône Digital SAS already has full access" in page.text
