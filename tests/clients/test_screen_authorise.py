"""A client authorises a partner, step by step (L3, L7, O4, T9, T27, T28)."""

import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext
from django.urls import reverse

from access.models import Act, Attempt, OutgoingMail
from access.rules import Role
from clients.models import Partnership
from clients.rules import Offer
from partners.models import Partner
from tests.clients.filling import Filled
from tests.journey import ALPINE, GARAGE, RHONE, accept, ask, invite

pytestmark = pytest.mark.django_db

URL = f"/o/{GARAGE}/partners/authorise/"


def open_page(world, url=URL, who="gina"):
    return Filled(world.client(who), url)


def found(page):
    return [slug for slug, _name in page.response.context["form"].fields["partner"].choices]


def picked(world, partner=RHONE):
    """The page after the partner was picked: the access is asked."""
    return open_page(world, f"{URL}?partner={partner}").press("next")


# ---- finding a partner ---------------------------------------------------------------------------


@pytest.mark.parametrize("text", ["rhô", "RHÔNE DIGITAL", "digital", "remi@rhonedigital.example"])
def test_a_listed_partner_is_found_by_name_or_exact_address(world, text):
    page = open_page(world).press("search", q=text)
    assert (page.step, found(page), page.errors) == ("partner", [RHONE], {})
    assert "1 partner found." in page.text


@pytest.mark.parametrize(
    "text",
    [
        "remi@rhone",  # T27: never a part of an address
        "@rhonedigital.example",
        "Nova Hosting",  # applied, not approved
        "nina@novahosting.example",
        "adam@alpineweb.example",  # no legal representative
        "Garage",  # no partner
        "nobody@nowhere.example",
    ],
)
def test_everything_else_is_answered_alike(world, text):
    """T27: unlisted, unknown and half an address give one and the same page."""
    page = open_page(world).press("search", q=text)
    assert found(page) == []
    assert "No listed partner found." in page.text
    same = open_page(world).press("search", q="zz-none")
    assert page.text.count("<input") == same.text.count("<input")


def test_a_partner_that_is_not_listed_is_not_found(world):
    Partner.objects.filter(organisation__slug=RHONE).update(listed=False)
    page = open_page(world).press("search", q="rhône")
    assert found(page) == []
    assert RHONE not in page.text


@pytest.mark.parametrize("text", ["", " ", "r", "x" * 300, "a\x00b"])
def test_a_search_that_cannot_be_is_told_beside_the_field(world, text):
    page = open_page(world).press("search", q=text)
    assert (page.step, list(page.errors)) == ("partner", ["q", "partner"])
    assert not Attempt.objects.exists()


def test_searches_are_counted(world):
    """T27: sixty an hour, then a sentence; other people are not touched."""
    Attempt.objects.all().delete()
    page = open_page(world).press("search", q="alpine")
    Attempt.objects.filter(subject=f"partner search of {world.person('gina').pk}").update(count=60)
    page = page.press("search", q="rhône")
    assert page.errors["q"] == ["That was too often. Please try again later."]
    assert found(page) == []
    assert found(
        Filled(world.client("bruno"), "/o/boulangerie-du-lac/partners/authorise/").press(
            "search", q="rhône"
        )
    ) == [RHONE]


def test_continue_without_a_choice_searches(world):
    page = open_page(world).press("next", q="rhône")
    assert (page.step, found(page)) == ("partner", [RHONE])


def test_many_partners_are_cut_off_with_a_sentence(world):
    world.add_partners(12)
    page = open_page(world).press("search", q="reseller")
    assert len(found(page)) == 10
    assert "More than 10 partners fit" in page.text


@pytest.mark.parametrize("wrong", ["nova-hosting", "garage-nord", "none", "1", "%00", "' OR 1"])
def test_a_partner_that_may_not_be_picked_is_refused_alike(world, wrong):
    page = open_page(world).press("next", partner=wrong, q="")
    assert page.errors == {"partner": ["No listed partner found."]}
    assert found(open_page(world, f"{URL}?partner={wrong}")) == []


def test_the_address_may_name_the_partner(world):
    page = open_page(world, f"{URL}?partner={RHONE}")
    assert page.data["partner"] == [RHONE]
    assert page.press("next").step == "access"


# ---- what it may reach, and who pays -----------------------------------------------------------


def test_limited_access_to_chosen_products(world):
    page = picked(world).press("next", access="limited")
    assert page.step == "products"
    products = world.products(GARAGE)[:2]
    page = page.press("next", products=[one.public_id for one in products])
    assert page.step == "summary"
    for name in ("Rhône Digital SAS", "Limited access", *(one.name for one in products)):
        assert name in page.text
    sent = page.press("finish", message="Welcome to the garage.").response
    assert (sent.status_code, sent.url) == (302, f"/o/{GARAGE}/partners/?tab=waiting")
    partnership = world.partnership(GARAGE, RHONE)
    assert (partnership.state, partnership.access, partnership.payment_mode) == (
        "invited",
        "limited",
        "client",
    )
    assert set(partnership.offered_products.all()) == set(products)
    mail = OutgoingMail.objects.filter(kind="clients.invited").latest("pk")
    assert mail.context["message"] == "Welcome to the garage."


@pytest.mark.parametrize(("mode", "payer"), [("client", "Garage Nord"), ("partner", "Rhône")])
def test_full_access_with_the_payer(world, mode, payer):
    page = picked(world).press("next", access="full")
    assert page.step == "payment"
    assert "Rhône Digital SAS pays" in page.text
    assert "Garage Nord pays" in page.text
    page = page.press("next", payment_mode=mode)
    assert page.step == "summary"
    assert page.response.context["form"].payer.startswith(payer)
    assert page.press("finish").response.status_code == 302
    partnership = world.partnership(GARAGE, RHONE)
    assert (partnership.state, partnership.access, partnership.payment_mode) == (
        "invited",
        "full",
        mode,
    )


def test_nothing_is_lost_on_the_way_back(world):
    product = world.products(GARAGE)[0]
    page = picked(world).press("next", access="limited").press("next", products=product.public_id)
    page = page.press("back")
    assert (page.step, page.data["products"]) == ("products", [product.public_id])
    page = page.press("back").press("back")
    assert (page.step, page.data["partner"]) == ("partner", [RHONE])
    assert page.data["products"] == [product.public_id]


def test_nothing_is_written_before_the_last_button(world):
    product = world.products(GARAGE)[0]
    before = (Partnership.objects.count(), Act.objects.count(), OutgoingMail.objects.count())
    picked(world).press("next", access="limited").press("next", products=product.public_id)
    after = (Partnership.objects.count(), Act.objects.count(), OutgoingMail.objects.count())
    assert before == after


def test_the_products_stand_category_by_category(world):
    page = picked(world).press("next", access="limited")
    choices = page.response.context["form"].fields["products"].choices
    assert [(name, [title for _id, title in found]) for name, found in choices] == [
        ("Collaboration", ["Service records", "Workshop mailboxes"]),
        ("Web & domains", ["garage-nord.example", "www.garage-nord.example"]),
    ]


def test_a_product_of_another_partner_cannot_be_ticked(world):
    """L7: disabled with the name of who has it, and refused when it is sent all the same."""
    product = world.products(GARAGE)[0]
    accept(world, invite(world, Offer.limited([product.pk]), partner=ALPINE), by="lea")
    page = picked(world).press("next", access="limited")
    assert page.disabled == {product.public_id}
    assert "managed by Alpine Web Sàrl" in page.text
    page = page.press("next", products=product.public_id)
    assert page.step == "products"
    assert "already managed by Alpine Web Sàrl" in page.errors["products"][0]


def test_full_access_that_another_partner_has_is_refused_at_its_step(world):
    """L7"""
    accept(world, invite(world, partner=ALPINE), by="lea")
    page = picked(world)
    assert "Alpine Web Sàrl has it now" in page.text
    page = page.press("next", access="full")
    assert page.step == "access"
    assert "only one partner can have it" in page.errors["access"][0]


# ---- bad input -----------------------------------------------------------------------------------


def test_each_step_wants_its_answer(world):
    page = picked(world).press("next")
    assert (page.step, list(page.errors)) == ("access", ["access"])
    page = page.press("next", access="limited").press("next")
    assert (page.step, page.errors["products"]) == ("products", ["Choose at least one product."])
    page = picked(world).press("next", access="full").press("next")
    assert (page.step, page.errors["payment_mode"]) == ("payment", ["Choose who pays."])


@pytest.mark.parametrize(("field", "value"), [("access", "everything"), ("payment_mode", "vendor")])
def test_words_that_are_no_choice_are_refused(world, field, value):
    page = picked(world).press("next", access="full").press("next", **{field: value})
    page = page.press("next")
    assert (page.step, list(page.errors)) == ("access" if field == "access" else "payment", [field])


def test_another_organisations_product_and_none_are_refused_alike(world):
    """T28"""
    foreign = world.products("clinique-belmont")[0]
    answers = [
        picked(world).press("next", access="limited").press("next", products=wrong).errors
        for wrong in (foreign.public_id, "nonesuch", str(foreign.pk), "0")
    ]
    assert [list(errors) for errors in answers] == [["products"]] * 4
    assert len({errors["products"][0] for errors in answers}) == 1


def test_a_product_that_left_meanwhile_is_told_beside_the_field(world):
    first, second = world.products(GARAGE)[:2]
    page = picked(world).press("next", access="limited")
    page = page.press("next", products=[first.public_id, second.public_id])
    first.delete()
    page = page.press("finish")
    assert page.step == "products"
    assert page.errors["products"][0].startswith("One of the products has left")
    assert first.public_id not in page.text
    assert page.data["products"] == [second.public_id]
    assert not Partnership.objects.filter(client__slug=GARAGE).exists()


def test_a_partner_that_is_one_already_is_told_at_its_step(world):
    invite(world)
    page = picked(world).press("next", access="full").press("next", payment_mode="client")
    page = page.press("finish")
    assert page.step == "partner"
    assert "already has an invitation" in page.errors["partner"][0]
    assert "already has an invitation" in page.text


def test_sent_twice_is_one_invitation(world):
    page = picked(world).press("next", access="full").press("next", payment_mode="client")
    assert page.press("finish").response.status_code == 302
    again = page.press("finish")
    assert "already has an invitation" in again.errors["partner"][0]
    assert Partnership.objects.filter(client__slug=GARAGE).count() == 1


def test_an_organisation_is_not_its_own_partner(world):
    page = Filled(world.client("lea"), f"/o/{ALPINE}/partners/authorise/?partner={ALPINE}")
    page = page.press("next").press("next", access="full").press("next", payment_mode="client")
    page = page.press("finish")
    assert page.errors["partner"] == ["An organisation cannot be its own client."]


def test_a_partner_suspended_meanwhile_is_refused(world):
    page = picked(world).press("next", access="full").press("next", payment_mode="client")
    Partner.objects.filter(organisation__slug=RHONE).update(state="suspended")
    page = page.press("finish")
    assert (page.step, page.errors) == ("partner", {"partner": ["No listed partner found."]})


def test_a_request_that_waits_is_pointed_at(world):
    asked = ask(world)
    page = open_page(world, f"{URL}?partner={ALPINE}")
    assert "Alpine Web Sàrl already asks you for access." in page.text
    assert reverse("request_answer", args=[asked.public_id]) in page.text
    assert "already asks you" not in picked(world).text


@pytest.mark.parametrize("step", ["", "nonsense", "summary", "payment"])
def test_steps_cannot_be_jumped(world, step):
    page = open_page(world).press("finish", step=step)
    assert page.response.status_code == 200
    assert page.step == "partner"
    assert not Partnership.objects.filter(client__slug=GARAGE).exists()


# ---- who may ---------------------------------------------------------------------------------


def test_an_administrator_and_a_collaborator_read_who_can(world):
    """O4, T9: also when they post, which is noted."""
    world.add_member(GARAGE, "ada", Role.ADMINISTRATOR)
    world.add_member(GARAGE, "col", Role.COLLABORATOR)
    for name in ("ada", "col"):
        browser = world.client(name)
        answer = browser.get(URL)
        assert answer.status_code == 403
        assert "Gina Romano" in answer.text
        assert browser.post(URL, {"partner": RHONE}).status_code == 403
    noted = Act.objects.filter(act="partners.authorise", allowed=False)
    assert noted.count() == 2
    assert not Partnership.objects.filter(client__slug=GARAGE).exists()


@pytest.mark.parametrize("name", ["lea", "remi", "clara", "colin", "nina", "staff"])
def test_to_everybody_else_it_is_not_there(world, name):
    accept(world, invite(world, partner=ALPINE), by="lea")
    browser = world.client(name)
    assert browser.get(URL).status_code == 404
    assert browser.post(URL, {"partner": RHONE}).status_code == 404


def test_a_visitor_signs_in_first(world):
    answer = world.client().get(URL)
    assert (answer.status_code, answer.url.split("?")[0]) == (302, "/accounts/login/")


@pytest.mark.parametrize("method", ["put", "patch", "delete"])
def test_other_methods_are_refused(world, method):
    assert getattr(world.client("gina"), method)(URL).status_code == 405


def test_five_hundred_products_cost_as_many_queries_as_four(world):
    def cost():
        page = picked(world)
        with CaptureQueriesContext(
            connection,
        ) as queries:
            page.press("next", access="limited")
        return len(queries)

    few = cost()
    world.add_products(world.organisation(GARAGE), 500)
    assert cost() == few
    page = picked(world).press("next", access="limited")
    everything = [one.public_id for one in world.products(GARAGE)]
    page = page.press("next", products=everything)
    assert page.press("finish").response.status_code == 302
    assert world.partnership(GARAGE, RHONE).offered_products.count() == 504
