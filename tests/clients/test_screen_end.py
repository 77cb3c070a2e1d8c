"""Either side stops the collaboration: two confirmations and the password (L6, T21, L10)."""

import pytest
from django.urls import reverse

from access.models import Act, Attempt, OutgoingMail
from access.rules import Role
from tests.clients.filling import Filled
from tests.journey import ALPINE, GARAGE, end, invite

pytestmark = pytest.mark.django_db

BELMONT, BELLEVUE = "clinique-belmont", "hotel-bellevue"
PASSWORD = "demo-password"
SIDES = [("clara", BELMONT, "partnership_end"), ("lea", ALPINE, "client_end")]


def url(world, name="partnership_end", slug=BELMONT, client=BELMONT):
    return reverse(name, args=[slug, world.partnership(client, ALPINE).public_id])


def open_page(world, side=SIDES[0], client=BELMONT):
    who, slug, name = side
    return Filled(world.client(who), url(world, name, slug, client))


def state(world, client=BELMONT):
    return world.partnership(client, ALPINE).state


@pytest.mark.parametrize("side", SIDES)
def test_both_sides_end_it_with_two_confirmations(world, side):
    page = open_page(world, side)
    assert page.step == "confirm"
    for words in ("Alpine Web Sàrl", "Clinique Belmont", "Nothing is deleted", "3 products"):
        assert words in page.text
    assert "password" not in page.data
    page = page.press("next", understood="on")
    assert page.step == "password"
    assert state(world) == "active"
    answer = page.press("finish", password=PASSWORD)
    assert answer.response.status_code == 302
    assert "has ended. All access stopped at once." in page.browser.get(answer.response.url).text
    assert state(world) == "ended"
    assert world.client("lea").get(f"/o/{BELMONT}/").status_code == 404
    told = OutgoingMail.objects.filter(kind="clients.ended").order_by("pk")
    assert {"clara@clinique-belmont.example", "lea@alpineweb.example"} <= {
        mail.address for mail in told
    }


def test_the_page_says_who_pays_from_now_on(world):
    """L6, M3"""
    page = Filled(world.client("hugo"), url(world, slug=BELLEVUE, client=BELLEVUE))
    assert "pays nothing more for Hôtel Bellevue" in page.text
    assert "From now on Hôtel Bellevue pays the orders and renewals itself" in page.text
    assert "full access" in page.text
    assert "site-1.hotel-bellevue.example" in page.text
    assert "earns no cashback on them any more" in open_page(world).text


@pytest.mark.parametrize("side", SIDES)
def test_a_wrong_password_stays_beside_the_field(world, side):
    page = open_page(world, side).press("next", understood="on")
    page = page.press("finish", password="wrong")
    assert page.step == "password"
    assert page.errors == {"password": ["This is not your password. Please try again."]}
    assert "wrong" not in page.data.values()
    assert state(world) == "active"
    assert page.press("finish", password=PASSWORD).response.status_code == 302


def test_five_tries_then_a_pause(world):
    """T21"""
    page = open_page(world).press("next", understood="on")
    for _try in range(5):
        page = page.press("finish", password="wrong")
    page = page.press("finish", password=PASSWORD)
    assert page.errors["password"][0].startswith("Too many tries.")
    assert state(world) == "active"


def test_without_the_first_confirmation_the_password_is_not_enough(world):
    page = open_page(world)
    page = page.press("finish", step="password", password=PASSWORD)
    assert (page.step, page.errors["understood"]) == ("confirm", ["Tick the box to go on."])
    page = page.press("next")
    assert page.step == "confirm"
    assert state(world) == "active"


@pytest.mark.parametrize("password", ["", " ", "demo-password ", "DEMO-PASSWORD", "\x00"])
def test_other_passwords_do_not_end_it(world, password):
    page = open_page(world).press("next", understood="on").press("finish", password=password)
    assert list(page.errors) == ["password"]
    assert state(world) == "active"


def test_somebody_elses_password_does_not_count(world):
    gina = world.person("clara")
    gina.set_password("another-password")
    gina.save()
    browser = world.client("clara")
    page = Filled(browser, url(world)).press("next", understood="on")
    assert page.press("finish", password=PASSWORD).step == "password"
    assert state(world) == "active"


def test_a_password_never_comes_back_in_the_page(world):
    page = open_page(world).press("next", understood="on", password="typed-too-early")
    assert "typed-too-early" not in page.text
    page = page.press("back", password="typed-too-early")
    assert page.step == "confirm"
    assert "typed-too-early" not in page.text


def test_reading_and_the_first_step_cost_no_try(world):
    Attempt.objects.all().delete()
    open_page(world).press("next", understood="on")
    assert not Attempt.objects.filter(subject__startswith="password").exists()


@pytest.mark.parametrize("side", SIDES)
def test_sent_twice_is_told(world, side):
    page = open_page(world, side).press("next", understood="on")
    data = page.data | {"password": [PASSWORD], "go": ["finish"]}
    assert page.browser.post(page.url, data).status_code == 302
    again = page.browser.post(page.url, data, follow=True)
    assert "This partnership has ended." in again.text
    assert Act.objects.filter(act="partnership.end", organisation__slug=BELMONT).count() == 1


def test_the_other_side_was_faster(world):
    """L10"""
    page = open_page(world).press("next", understood="on")
    end(world, world.partnership(BELMONT, ALPINE), by=world.actor("lea", ALPINE), side="partner")
    answer = page.browser.post(
        page.url, page.data | {"password": [PASSWORD], "go": ["finish"]}, follow=True
    )
    assert "This partnership has ended." in answer.text


def test_what_is_not_active_is_not_ended(world):
    invited = invite(world)
    address = reverse("partnership_end", args=[GARAGE, invited.public_id])
    answer = world.client("gina").get(address, follow=True)
    assert "still waits for an answer" in answer.text


def test_get_ends_nothing(world):
    world.client("clara").get(
        url(world), {"understood": "on", "password": PASSWORD, "go": "finish"}
    )
    assert state(world) == "active"


# ---- who may -------------------------------------------------------------------------------------


def test_administrators_of_both_sides_read_who_can(world):
    """O4"""
    world.add_member(BELMONT, "ada", Role.ADMINISTRATOR)
    cases = [
        ("ada", url(world), "Clara Meyer"),
        ("adam", url(world, "client_end", ALPINE), "Léa Favre"),
    ]
    data = {"understood": "on", "password": PASSWORD, "step": "password", "go": "finish"}
    for who, address, can in cases:
        for answer in (world.client(who).get(address), world.client(who).post(address, data)):
            assert answer.status_code == 403
            assert can in answer.text
    assert state(world) == "active"


@pytest.mark.parametrize("name", ["lea", "adam", "cora", "colin", "remi", "gina", "staff"])
def test_the_clients_page_is_not_there_for_others(world, name):
    assert world.client(name).get(url(world)).status_code == 404
    assert world.client(name).post(url(world), {"go": "finish"}).status_code == 404


@pytest.mark.parametrize("name", ["clara", "colin", "cora", "remi", "gina", "staff"])
def test_the_partners_page_is_not_there_for_others(world, name):
    address = url(world, "client_end", ALPINE)
    assert world.client(name).get(address).status_code == 404
    assert world.client(name).post(address, {"go": "finish"}).status_code == 404


@pytest.mark.parametrize("method", ["put", "delete"])
def test_other_methods_are_refused(world, method):
    assert getattr(world.client("clara"), method)(url(world)).status_code == 405
