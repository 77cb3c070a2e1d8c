"""The client changes what a partner reaches and who pays (L5, M10, L7, O4, T6)."""

import pytest
from django.urls import reverse

from access.models import Act, OutgoingMail
from access.rules import Role
from clients.models import Partnership
from clients.rules import Offer
from clients.services import change_access
from tests.clients.filling import Filled
from tests.journey import ALPINE, GARAGE, accept, change, end, invite, limited, seen

pytestmark = pytest.mark.django_db

BELMONT, BELLEVUE = "clinique-belmont", "hotel-bellevue"


def url(world, slug=BELMONT, partner=ALPINE):
    return reverse("partnership_change", args=[slug, world.partnership(slug, partner).public_id])


def open_page(world, slug=BELMONT, who="clara", query=""):
    return Filled(world.client(who), url(world, slug) + query)


def products(page):
    """The page's product names by public id."""
    groups = page.response.context["form"].fields["products"].choices
    return {name: key for _category, found in groups for key, name in found}


def names(found):
    return sorted(one.name for one in found)


# ---- works ---------------------------------------------------------------------------------------


def test_it_starts_from_what_the_partner_has(world):
    page = open_page(world)
    assert page.data["access"] == ["limited"]
    page = page.press("next")
    granted = {products(page)[name] for name in seen(world, "lea", BELMONT)}
    assert set(page.data["products"]) == granted


def test_products_are_added_and_taken_away_at_once(world):
    page = open_page(world).press("next")
    ids = products(page)
    page = page.press("next", products=[ids["Appointments server"], ids["Care team chat"]])
    form = page.response.context["form"]
    assert page.step == "summary"
    assert names(form.gained) == ["Care team chat"]
    assert names(form.lost) == ["clinique-belmont.example", "www.clinique-belmont.example"]
    assert "Alpine Web Sàrl gains 1 product" in page.text
    assert "Alpine Web Sàrl loses 2 products" in page.text
    answer = page.press("finish").response
    assert answer.status_code == 302
    told = world.client("clara")
    told.cookies = page.browser.cookies
    assert "now has limited access, to 2 products" in told.get(answer.url).text
    assert seen(world, "lea", BELMONT) == {"Appointments server", "Care team chat"}
    assert OutgoingMail.objects.filter(kind="clients.access_changed").exists()


def test_limited_becomes_full_and_back(world):
    page = open_page(world).press("next", access="full")
    assert page.step == "payment"
    page = page.press("next", payment_mode="partner")
    assert len(page.response.context["form"].gained) == 5
    assert "Until it has confirmed" in page.text.replace("\n", " ")
    assert page.press("finish").response.status_code == 302
    assert len(seen(world, "lea", BELMONT)) == 8
    page = open_page(world).press("next", access="limited")
    assert "products" not in page.data  # nothing is ticked by itself
    one = products(page)["Staff mailboxes"]
    page = page.press("next", products=one)
    assert "can no longer order" in page.text
    assert page.press("finish").response.status_code == 302
    assert seen(world, "lea", BELMONT) == {"Staff mailboxes"}


def test_the_pencil_leads_to_the_payment(world):
    page = open_page(world, BELLEVUE, "hugo", "?step=payment")
    assert (page.step, page.data["payment_mode"]) == ("payment", ["partner"])
    page = page.press("next", payment_mode="client")
    assert "It reaches the same products as before." in page.text
    assert page.press("finish").response.status_code == 302
    partnership = world.partnership(BELLEVUE, ALPINE)
    assert (partnership.access, partnership.payment_mode) == ("full", "client")
    assert OutgoingMail.objects.filter(kind="clients.payment_mode_changed").exists()


@pytest.mark.parametrize("step", ["summary", "products", "none", "%00"])
def test_other_steps_in_the_address_begin_at_the_first(world, step):
    assert open_page(world, BELLEVUE, "hugo", f"?step={step}").step == "access"


# ---- bad input -----------------------------------------------------------------------------------


def test_nothing_changed_is_said_and_offers_no_button(world):
    page = open_page(world).press("next").press("next")
    assert page.step == "summary"
    assert "Nothing would change" in page.text
    assert 'value="finish"' not in page.text
    page = page.press("finish")
    assert page.response.status_code == 200
    assert not Act.objects.filter(act="partnership.change").exists()


def test_an_offer_that_changed_meanwhile_is_shown_again(world):
    """T6: the choice stays, compared with what is in force now."""
    page = open_page(world).press("next")
    chosen = products(page)["Staff mailboxes"]
    page = page.press("next", products=chosen)
    change(world, world.partnership(BELMONT, ALPINE), limited(world, BELMONT, "Care team chat"))
    page = page.press("finish")
    assert (page.response.status_code, page.step) == (200, "summary")
    assert "changed" in page.errors["__all__"][0]
    assert seen(world, "lea", BELMONT) == {"Care team chat"}
    assert names(page.response.context["form"].lost) == ["Care team chat"]
    assert page.press("finish").response.status_code == 302
    assert seen(world, "lea", BELMONT) == {"Staff mailboxes"}


def test_a_change_in_the_very_moment_is_shown_again(world, monkeypatch):
    """T6, L10: between the check of the page and the lock, somebody else changed it."""
    page = open_page(world).press("next")
    page = page.press("next", products=products(page)["Staff mailboxes"])
    from clients.views import changing

    def first(**told):
        monkeypatch.setattr(changing, "change_access", real)
        change(world, world.partnership(BELMONT, ALPINE), limited(world, BELMONT, "Care team chat"))
        return real(**told)

    real = changing.change_access
    monkeypatch.setattr(changing, "change_access", first)
    page = page.press("finish")
    assert (page.step, page.data["version"]) == ("summary", ["2"])
    assert names(page.response.context["form"].lost) == ["Care team chat"]
    assert page.press("finish").response.status_code == 302


@pytest.mark.parametrize("version", ["", "0", "99", "-1", "x", "9" * 30])
def test_a_wrong_version_changes_nothing(world, version):
    page = open_page(world).press("next", access="full").press("next", payment_mode="client")
    page = page.press("finish", version=version)
    assert page.response.status_code == 200
    assert len(seen(world, "lea", BELMONT)) == 3


def test_sent_twice_is_one_change(world):
    page = open_page(world).press("next", access="full").press("next", payment_mode="client")
    assert page.press("finish").response.status_code == 302
    again = page.press("finish")
    assert again.response.status_code == 200
    assert Act.objects.filter(act="partnership.change", organisation__slug=BELMONT).count() == 1


def test_a_product_that_left_meanwhile_is_told_beside_the_field(world):
    page = open_page(world).press("next")
    ids = products(page)
    page = page.press("next", products=[ids["Care team chat"], ids["Staff mailboxes"]])
    world.product(BELMONT, "Care team chat").delete()
    page = page.press("finish")
    assert page.step == "products"
    assert page.errors["products"][0].startswith("One of the products has left")
    assert len(seen(world, "lea", BELMONT)) == 3


def test_what_belongs_to_the_other_access_cannot_be_wrong(world):
    """A product that left does not stand in the way of full access, nor a payer of limited."""
    page = open_page(world).press("next").press("back")
    world.product(BELMONT, "Appointments server").delete()
    page = page.press("next", access="full")
    page = page.press("next", payment_mode="client")
    assert page.step == "summary"
    assert page.press("finish").response.status_code == 302
    page = open_page(world).press("next", access="limited", payment_mode="nobody")
    page = page.press("next", products=products(page)["Staff mailboxes"])
    assert page.press("finish").response.status_code == 302


def test_what_another_partner_holds_is_refused(world):
    """L7"""
    accept(world, invite(world, limited(world, GARAGE, "garage-nord.example")))
    accept(
        world, invite(world, limited(world, GARAGE, "Service records"), partner=ALPINE), by="lea"
    )
    address = url(world, GARAGE, ALPINE)
    page = Filled(world.client("gina"), address).press("next")
    taken = products(page)["garage-nord.example"]
    assert page.disabled == {taken}
    page = page.press("next", products=taken)
    assert (page.step, list(page.errors)) == ("products", ["products"])


def test_another_organisations_product_is_refused(world):
    """T28"""
    foreign = world.products(GARAGE)[0].public_id
    page = open_page(world).press("next").press("next", products=foreign)
    assert list(page.errors) == ["products"]


def test_ended_meanwhile_is_told_on_its_page(world):
    """L10"""
    page = open_page(world).press("next", access="full").press("next", payment_mode="client")
    end(
        world,
        world.partnership(BELMONT, ALPINE),
        by=world.actor("lea", ALPINE),
        side="partner",
    )
    answer = page.browser.post(page.url, page.data | {"go": ["finish"]}, follow=True)
    assert answer.redirect_chain[0][0].endswith(f"/partners/{page.url.split('/')[-3]}/")
    assert "This partnership has ended." in answer.text


@pytest.mark.parametrize("state", ["invited", "requested"])
def test_what_is_not_active_is_not_changed(world, state):
    invited = invite(world)
    if state == "requested":
        Partnership.objects.filter(pk=invited.pk).update(state=state)
    address = reverse("partnership_change", args=[GARAGE, invited.public_id])
    answer = world.client("gina").get(address, follow=True)
    assert "still waits for an answer" in answer.text


# ---- who may -------------------------------------------------------------------------------------


def test_an_administrator_reads_who_can(world):
    """O4"""
    world.add_member(BELMONT, "ada", Role.ADMINISTRATOR)
    browser = world.client("ada")
    for answer in (browser.get(url(world)), browser.post(url(world), {"access": "full"})):
        assert answer.status_code == 403
        assert "Clara Meyer" in answer.text
    assert Act.objects.filter(act="partners.change", allowed=False).count() == 1


@pytest.mark.parametrize("name", ["lea", "adam", "cora", "remi", "gina", "colin", "staff"])
def test_to_everybody_else_it_is_not_there(world, name):
    assert world.client(name).get(url(world)).status_code == 404
    assert world.client(name).post(url(world), {"access": "full"}).status_code == 404


@pytest.mark.parametrize("method", ["put", "delete"])
def test_other_methods_are_refused(world, method):
    assert getattr(world.client("clara"), method)(url(world)).status_code == 405


def test_the_next_request_follows_the_change(world):
    """After a change the partner's open page answers as the new access says."""
    browser = world.client("lea")
    lost = world.product(BELMONT, "Appointments server")
    address = reverse("product", args=[BELMONT, lost.public_id])
    assert browser.get(address).status_code == 200
    change_access(
        partnership=world.partnership(BELMONT, ALPINE),
        offer=Offer.limited([world.product(BELMONT, "Staff mailboxes").pk]),
        version=1,
        by=world.actor("clara", BELMONT),
    )
    assert browser.get(address).status_code == 404
