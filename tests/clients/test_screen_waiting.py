"""What waits: sent again, withdrawn, accepted, declined by the partner (L1, L3, L10, O4)."""

import pytest
from django.conf import settings
from django.urls import reverse
from django.utils import timezone

from access.models import Act, OutgoingMail
from clients.models import Partnership
from clients.rules import Offer
from clients.services import grant_request, invite_partner, withdraw
from partners.services import suspend

pytestmark = pytest.mark.django_db

ALPINE, GARAGE = "alpine-web", "garage-nord"
PAGES = ("client_resend", "client_withdraw", "client_accept", "client_decline")


@pytest.fixture
def asked(world):
    return world.partnership("musee-du-jura", ALPINE)


@pytest.fixture
def invited(world):
    offer = Offer.limited([product.pk for product in world.products(GARAGE)[:2]])
    return invite_partner(
        partner=world.partner(ALPINE), offer=offer, by=world.actor("gina", GARAGE)
    )


def url(name, partnership, slug=ALPINE):
    return reverse(name, args=[slug, partnership.public_id])


def state(partnership):
    return Partnership.objects.get(pk=partnership.pk).state


def overdue(partnership):
    Partnership.objects.filter(pk=partnership.pk).update(expires_at=timezone.now())


def test_a_page_number_that_is_no_number_any_more_still_answers(world, asked):
    page = reverse("clients_waiting", args=[ALPINE])
    assert world.client("lea").get(page, {"page": "9" * 5000}).status_code == 200


# ---- sending again -------------------------------------------------------------------------------


def test_sending_again_replaces_the_link(world, asked):
    before = asked.links.get(replaced_at=None)
    response = world.client("lea").post(url("client_resend", asked), follow=True)
    assert "Sent again to marc@musee-du-jura.example" in response.text
    after = asked.links.get(replaced_at=None)
    assert after != before
    assert OutgoingMail.objects.filter(kind="clients.requested").count() == 1


def test_sending_again_is_a_button_only(world, asked):
    """T1"""
    assert world.client("lea").get(url("client_resend", asked)).status_code == 405
    assert not OutgoingMail.objects.exists()


def test_an_answered_one_is_not_sent_again(world, asked):
    withdraw(partnership=asked, by=world.actor("lea", ALPINE))
    OutgoingMail.objects.all().delete()
    response = world.client("lea").post(url("client_resend", asked), follow=True)
    assert "withdrawn" in response.text
    assert not OutgoingMail.objects.exists()


def test_sending_again_has_a_limit(world, asked):
    browser = world.client("lea")
    for _number in range(settings.INVITATIONS_A_DAY_AND_ADDRESS + 1):
        response = browser.post(url("client_resend", asked), follow=True)
    assert "too often" in response.text


# ---- withdrawing ---------------------------------------------------------------------------------


def test_withdrawing_asks_first_and_names_whom(world, asked):
    browser = world.client("lea")
    page = browser.get(url("client_withdraw", asked))
    assert "marc@musee-du-jura.example" in page.text
    assert "Alpine Web Sàrl" in page.text
    assert state(asked) == "requested"
    response = browser.post(url("client_withdraw", asked), follow=True)
    assert "Withdrawn. marc@musee-du-jura.example was told." in response.text
    assert state(asked) == "withdrawn"
    assert OutgoingMail.objects.get().kind == "clients.withdrawn"


def test_withdrawing_twice_tells_the_outcome(world, asked):
    browser = world.client("lea")
    browser.post(url("client_withdraw", asked))
    response = browser.post(url("client_withdraw", asked), follow=True)
    assert "This was withdrawn meanwhile" in response.text
    assert browser.get(url("client_withdraw", asked)).url == url("client", asked)
    assert OutgoingMail.objects.count() == 1


def test_withdrawing_too_late_leaves_the_partnership(world, asked):
    """L10: the client was faster."""
    product = world.products("musee-du-jura")[0]
    grant_request(
        partnership=asked,
        client=world.organisation("musee-du-jura"),
        offer=Offer.limited([product.pk]),
        by=world.person("marc"),
    )
    response = world.client("lea").post(url("client_withdraw", asked), follow=True)
    assert "already accepted" in response.text
    assert state(asked) == "active"


def test_a_clients_invitation_is_not_the_partners_to_withdraw_or_resend(world, invited):
    for page in ("client_withdraw", "client_resend"):
        assert world.client("lea").post(url(page, invited)).status_code == 404
    assert state(invited) == "invited"


# ---- accepting -----------------------------------------------------------------------------------


def accept(browser, partnership, version=1):
    return browser.post(url("client_accept", partnership), {"version": version}, follow=True)


def test_the_page_names_both_and_what_is_offered_and_changes_nothing(world, invited):
    page = world.client("lea").get(url("client_accept", invited))
    offered = [product.name for product in world.products(GARAGE)]
    for name in ("Garage Nord", "Alpine Web Sàrl", *offered[:2]):
        assert name in page.text
    assert not [name for name in offered[2:] if name in page.text]
    assert state(invited) == "invited"


def test_accepting_opens_what_was_offered(world, invited):
    response = accept(world.client("lea"), invited)
    assert "You now look after Garage Nord." in response.text
    assert state(invited) == "active"
    page = world.client("lea").get(reverse("products", args=[GARAGE]))
    assert [row["name"] for row in page.context["rows"]] == [
        product.name for product in world.products(GARAGE)[:2]
    ]


def test_an_offer_that_changed_meanwhile_is_shown_again(world, invited):
    """T6: accepting counts for what was read."""
    Partnership.objects.filter(pk=invited.pk).update(version=2)
    browser = world.client("lea")
    response = accept(browser, invited, version=1)
    assert "Please read it again" in response.text
    assert response.context["form"]["version"].value() == 2
    assert state(invited) == "invited"
    accept(browser, invited, version=2)
    assert state(invited) == "active"


@pytest.mark.parametrize("version", ["", "x", "-1", "1\x00", "99999999999999999999"])
def test_a_tampered_version_accepts_nothing(world, invited, version):
    response = accept(world.client("lea"), invited, version=version)
    assert response.status_code == 200
    assert state(invited) == "invited"


def test_an_offer_that_cannot_be_kept_names_no_other_partner(world, invited):
    """Another partner took one of the products meanwhile: the client's affair."""
    other = invite_partner(
        partner=world.partner("rhone-digital"),
        offer=Offer.limited([world.products(GARAGE)[0].pk]),
        by=world.actor("gina", GARAGE),
    )
    browser = world.client("remi")
    browser.post(url("client_accept", other, "rhone-digital"), {"version": 1})
    assert state(other) == "active"
    response = accept(world.client("lea"), invited)
    assert "can no longer give what this invitation offers" in response.text
    assert "Rhône" not in response.text
    assert state(invited) == "invited"


def test_accepting_twice_tells_the_outcome(world, invited):
    browser = world.client("lea")
    accept(browser, invited)
    again = accept(browser, invited)
    assert "already accepted" in again.text
    assert Act.objects.filter(act="partnership.accept").count() == 2 + self_written(world)


def self_written(world):
    """The lines that the demo world's own invitations left: two for each."""
    before = Act.objects.filter(act="partnership.accept").exclude(object_name__contains="Garage")
    return before.count()


@pytest.mark.parametrize("page", ["client_accept", "client_decline"])
def test_what_nobody_answered_in_time_cannot_be_answered(world, invited, page):
    """L8"""
    overdue(invited)
    browser = world.client("lea")
    assert browser.get(url(page, invited)).url == url("client", invited)
    response = browser.post(url(page, invited), {"version": 1}, follow=True)
    assert "Nobody answered in time" in response.text
    assert state(invited) == "invited"


def test_a_suspended_partner_cannot_accept(world, invited):
    """P5"""
    suspend(partner=world.partner(ALPINE), by=None)
    response = accept(world.client("lea"), invited)
    assert "is not an approved partner at present" in response.text
    assert state(invited) == "invited"


# ---- declining -----------------------------------------------------------------------------------


def test_declining_asks_first(world, invited):
    browser = world.client("lea")
    page = browser.get(url("client_decline", invited))
    assert "Garage Nord is told by mail" in page.text
    assert state(invited) == "invited"
    response = browser.post(url("client_decline", invited), follow=True)
    assert "You declined the invitation of Garage Nord." in response.text
    assert state(invited) == "refused"
    again = browser.post(url("client_decline", invited), follow=True)
    assert "already refused" in again.text
    assert OutgoingMail.objects.filter(kind="clients.refused").count() == 1


# ---- who may -------------------------------------------------------------------------------------


def of(page, asked, invited):
    return asked if page in ("client_resend", "client_withdraw") else invited


@pytest.mark.parametrize("page", PAGES)
def test_an_administrator_reads_who_can(world, asked, invited, page):
    one = of(page, asked, invited)
    response = world.client("adam").post(url(page, one))
    assert response.status_code == 403
    assert "Léa Favre" in response.text
    assert Act.objects.get(allowed=False).object_id == one.public_id
    assert state(one) in ("requested", "invited")


@pytest.mark.parametrize("stranger", ["cora", "remi", "gina", "marc", "clara", "staff"])
@pytest.mark.parametrize("page", PAGES)
def test_to_others_it_does_not_exist(world, asked, invited, page, stranger):
    one = of(page, asked, invited)
    assert world.client(stranger).post(url(page, one)).status_code == 404
    assert state(one) in ("requested", "invited")


@pytest.mark.parametrize("page", PAGES)
def test_a_foreign_one_and_an_unknown_one_are_the_same(world, invited, page):
    foreign = world.partnership("atelier-vigne", "rhone-digital")
    browser = world.client("lea")
    for key in (foreign.public_id, "nothinglikethis"):
        assert browser.post(reverse(page, args=[ALPINE, key])).status_code == 404
    as_rhone = reverse(page, args=["rhone-digital", invited.public_id])
    assert world.client("remi").post(as_rhone).status_code == 404
