"""The person asked answers a partner's request (L1, L2, T1-T5, T7, L10)."""

from datetime import timedelta

import pytest
from django.urls import reverse
from django.utils import timezone

from access.models import OutgoingMail
from access.rules import Role
from access.services import add_member, create_organisation
from clients.models import Partnership
from clients.services import refuse_request
from partners.models import Partner
from tests.clients.filling import Filled
from tests.journey import ALPINE, GARAGE, accept, ask, grant, invite, limited, seen

pytestmark = pytest.mark.django_db


def url(asked, name="request_answer"):
    return reverse(name, args=[asked.public_id])


def open_page(world, asked, who="gina"):
    return Filled(world.client(who), url(asked))


def ask_limited(world, *categories, **more):
    found = [world.category(slug) for slug in categories]
    return ask(world, access="limited", categories=found, **more)


def products(page):
    groups = page.response.context["form"].fields["products"].choices
    return {name: key for _category, found in groups for key, name in found}


def found(name):
    return Partnership.objects.get(pk=name.pk)


# ---- works ---------------------------------------------------------------------------------------


def test_what_was_asked_is_granted(world):
    asked = ask(world, access="full", payment_mode="partner")
    page = open_page(world, asked)
    for words in ("Alpine Web Sàrl asks for access", "You answer for Garage Nord", "asked for"):
        assert words in page.text
    assert (page.step, page.data["access"]) == ("access", ["full"])
    page = page.press("next")
    assert page.data["payment_mode"] == ["partner"]
    page = page.press("next")
    assert "This is exactly what was asked." in page.text
    answer = page.press("finish").response
    assert answer.url == reverse("partnership", args=[GARAGE, asked.public_id])
    given = found(asked)
    assert (given.state, given.access, given.payment_mode) == ("active", "full", "partner")
    assert len(seen(world, "lea", GARAGE)) == 4


def test_products_of_the_categories_asked_are_ticked_and_marked(world):
    asked = ask_limited(world, "web-domains")
    page = open_page(world, asked).press("next")
    ids = products(page)
    wanted = {ids["garage-nord.example"], ids["www.garage-nord.example"]}
    assert set(page.data["products"]) == wanted
    assert set(page.response.context["form"].fields["products"].widget.marks) == wanted
    page = page.press("next")
    assert "This is exactly what was asked." in page.text
    assert page.press("finish").response.status_code == 302
    assert seen(world, "lea", GARAGE) == {"garage-nord.example", "www.garage-nord.example"}


def test_less_than_asked(world):
    """T7: full was asked, two products are granted."""
    page = open_page(world, ask(world)).press("next", access="limited")
    ids = products(page)
    page = page.press("next", products=[ids["garage-nord.example"], ids["Service records"]])
    assert page.response.context["form"].differences == [
        "Less: Alpine Web Sàrl asked for full access, you give 2 products."
    ]
    assert "You grant something else than was asked:" in page.text
    assert page.press("finish").response.status_code == 302
    assert seen(world, "lea", GARAGE) == {"garage-nord.example", "Service records"}


def test_more_than_asked_and_other_products(world):
    asked = ask_limited(world, "web-domains")
    page = open_page(world, asked).press("next")
    ids = products(page)
    page = page.press("next", products=[ids["garage-nord.example"], ids["Service records"]])
    assert page.response.context["form"].differences == [
        "Less: asked, but not given: www.garage-nord.example.",
        "More: given, though not asked: Service records.",
    ]
    page = open_page(world, asked).press("next", access="full").press("next")
    assert page.response.context["form"].differences == [
        "More: Alpine Web Sàrl asked for limited access, you give full."
    ]


def test_another_payer_than_asked(world):
    asked = ask(world, access="full", payment_mode="partner")
    page = open_page(world, asked).press("next").press("next", payment_mode="client")
    assert page.response.context["form"].differences == [
        "Other: it was asked that Alpine Web Sàrl pays."
    ]


def test_a_product_that_another_partner_manages_is_not_ticked(world):
    """L7"""
    accept(world, invite(world, limited(world, GARAGE, "garage-nord.example")))
    page = open_page(world, ask_limited(world, "web-domains")).press("next")
    ids = products(page)
    assert page.data["products"] == [ids["www.garage-nord.example"]]
    assert page.disabled == {ids["garage-nord.example"]}


def test_one_of_several_organisations_is_chosen_first(world):
    """The products are those of the organisation chosen; choosing another starts anew (T28)."""
    gina = world.person("gina")
    add_member(
        organisation=world.organisation("musee-du-jura"),
        user=gina,
        role=Role.LEGAL_REPRESENTATIVE,
        by=None,
    )
    add_member(
        organisation=world.organisation("hotel-bellevue"),
        user=gina,
        role=Role.ADMINISTRATOR,
        by=None,
    )
    page = open_page(world, ask_limited(world, "web-domains"))
    assert page.step == "organisation"
    choices = page.response.context["form"].fields["organisation"].choices
    assert [slug for slug, _name in choices] == [GARAGE, "musee-du-jura"]
    page = page.press("next")
    assert page.errors["organisation"] == ["Choose the organisation."]
    page = page.press("next", organisation="musee-du-jura").press("next")
    museum = {"musee-du-jura.example", "www.musee-du-jura.example"}
    assert {products(page)[name] for name in museum} == set(page.data["products"])
    page = page.press("back").press("back").press("next", organisation=GARAGE).press("next")
    assert {
        products(page)[name] for name in ("garage-nord.example", "www.garage-nord.example")
    } == (set(page.data["products"]))
    page = page.press("next")
    assert "Garage Nord grants Alpine Web Sàrl" in page.text
    assert page.press("finish").response.url.startswith(f"/o/{GARAGE}/")


def test_refusing_takes_a_button(world):
    asked = ask(world)
    browser = world.client("gina")
    assert "gets no access to anything of yours" in browser.get(url(asked, "request_refuse")).text
    assert found(asked).state == "requested"
    answer = browser.post(url(asked, "request_refuse"))
    assert answer.status_code == 302
    assert found(asked).state == "refused"
    assert OutgoingMail.objects.filter(kind="clients.refused").exists()


# ---- somebody without an organisation ----------------------------------------------------------


def test_without_an_organisation_one_is_created_first(world):
    """L2"""
    person = world.add_person("new@shop.example")
    asked = ask(world, email="new@shop.example")
    browser = world.client("new")
    page = browser.get(url(asked))
    onward = f"{reverse('organisation_new')}?next={url(asked)}"
    assert "You belong to no organisation yet." in page.text
    assert onward in page.text
    create_organisation(name="New Shop", country="CH", by=person)
    assert "You answer for New Shop" in browser.get(url(asked)).text


def test_a_mere_member_reads_who_can(world):
    """L2"""
    world.add_member(GARAGE, "ada", Role.ADMINISTRATOR)
    asked = ask(world, email=f"ada@{GARAGE}.example")
    browser = world.client("ada")
    page = browser.get(url(asked))
    assert "Garage Nord" in page.text
    assert "Gina Romano" in page.text
    assert 'name="go"' not in page.text
    members = [one.representatives for one in page.context["organisations"]]
    assert [[str(member.user) for member in found] for found in members] == [["Gina Romano"]]
    answer = browser.post(url(asked), {"organisation": GARAGE, "access": "full", "go": "finish"})
    assert "Gina Romano" in answer.text
    assert found(asked).state == "requested"
    assert browser.post(url(asked, "request_refuse")).status_code == 302
    assert found(asked).state == "refused"


# ---- who may -------------------------------------------------------------------------------------


@pytest.mark.parametrize("name", ["marc", "lea", "remi", "clara", "staff"])
def test_another_account_finds_nothing(world, name):
    """T2: it stays pending."""
    asked = ask(world)
    browser = world.client(name)
    for page in ("request_answer", "request_refuse"):
        assert browser.get(url(asked, page)).status_code == 404
        assert browser.post(url(asked, page), {"go": "finish"}).status_code == 404
    assert found(asked).state == "requested"


def test_another_representative_of_the_organisation_finds_nothing(world):
    """T2: the address counts, not the role."""
    world.add_member(GARAGE, "rep", Role.LEGAL_REPRESENTATIVE)
    assert world.client("rep").get(url(ask(world))).status_code == 404


def test_an_address_that_is_not_proven_finds_nothing(world):
    """T5"""
    asked = ask(world)
    world.person("gina").emailaddress_set.update(verified=False)
    assert world.client("gina").get(url(asked)).status_code == 404


def test_a_visitor_signs_in_first(world):
    asked = ask(world)
    for name in ("request_answer", "request_refuse"):
        answer = world.client().post(url(asked, name))
        assert (answer.status_code, answer.url.split("?")[0]) == (302, "/accounts/login/")


def test_the_id_in_the_address_is_the_only_input(world):
    """T3: ids in the body are ignored."""
    asked = ask(world)
    other = world.partnership("musee-du-jura", ALPINE)
    page = open_page(world, asked).press("next").press("next")
    page = page.press("finish", partnership=other.public_id, id=str(other.pk), client="1")
    assert page.response.status_code == 302
    assert (found(asked).state, found(other).state) == ("active", "requested")


@pytest.mark.parametrize("key", ["nonesuch", "0", "x" * 200])
def test_an_unknown_request_is_not_there(world, key):
    for name in ("request_answer", "request_refuse"):
        assert world.client("gina").get(reverse(name, args=[key])).status_code == 404


def test_an_invitation_is_not_answered_here(world):
    """The other way round goes to the reseller space."""
    invited = invite(world)
    assert world.client("remi").get(url(invited)).status_code == 404
    assert world.client("gina").get(url(invited)).status_code == 404


def test_get_and_head_change_nothing(world):
    """T1"""
    asked = ask(world)
    browser = world.client("gina")
    data = {"access": "full", "payment_mode": "client", "step": "summary", "go": "finish"}
    for method in ("get", "head"):
        for name in ("request_answer", "request_refuse"):
            assert getattr(browser, method)(url(asked, name), data).status_code == 200
    assert found(asked).state == "requested"


@pytest.mark.parametrize("method", ["put", "delete"])
def test_other_methods_are_refused(world, method):
    asked = ask(world)
    for name in ("request_answer", "request_refuse"):
        assert getattr(world.client("gina"), method)(url(asked, name)).status_code == 405


# ---- too late, and bad input -------------------------------------------------------------------


@pytest.mark.parametrize(
    ("state", "words"),
    [
        ("withdrawn", "withdrawn meanwhile"),
        ("refused", "already refused"),
        ("expired", "Nobody answered in time"),
        ("late", "Nobody answered in time"),
    ],
)
def test_who_comes_too_late_reads_the_outcome(world, state, words):
    """L10, T4"""
    asked = ask(world)
    page = open_page(world, asked).press("next").press("next")
    late = {"expires_at": timezone.now() - timedelta(days=1)}
    Partnership.objects.filter(pk=asked.pk).update(
        **(late if state == "late" else {"state": state})
    )
    for answer in (
        page.press("finish"),
        open_page(world, asked),
        Filled(world.client("gina"), url(asked, "request_refuse")),
    ):
        assert answer.response.status_code == 200
        assert words in answer.text
    assert found(asked).state == ("requested" if state == "late" else state)


def test_sent_twice_is_one_grant(world):
    asked = ask(world)
    page = open_page(world, asked).press("next").press("next")
    assert page.press("finish").response.status_code == 302
    again = page.press("finish")
    assert "already accepted" in again.text
    assert reverse("partnership", args=[GARAGE, asked.public_id]) in again.text
    assert "already accepted" in world.client("gina").post(url(asked, "request_refuse")).text
    assert found(asked).state == "active"


def test_a_race_lost_at_the_last_moment_is_told(world, monkeypatch):
    """The request is refused after the page was checked and before it was written (L10)."""
    asked = ask(world)
    page = open_page(world, asked).press("next").press("next")
    from clients.views import answering

    def first(**told):
        refuse_request(partnership=told["partnership"], by=told["by"])
        return real(**told)

    real = answering.services.grant_request
    monkeypatch.setattr(answering.services, "grant_request", first)
    answer = page.press("finish")
    assert "already refused" in answer.text
    assert found(asked).state == "refused"


def test_a_partner_that_is_one_already_is_told(world):
    asked = ask(world)
    second = ask(
        world,
        email="other@garage-nord.example",
        access="full",
        payment_mode="client",
    )
    grant(world, asked, limited(world, GARAGE, "Service records"))
    Partnership.objects.filter(pk=second.pk).update(asked_email="gina@garage-nord.example")
    page = open_page(world, second).press("next").press("next").press("finish")
    assert "already a partner of Garage Nord" in page.text
    assert found(second).state == "requested"


def test_a_suspended_partner_gets_nothing(world):
    """P5"""
    asked = ask(world)
    Partner.objects.filter(organisation__slug=ALPINE).update(state="suspended")
    page = open_page(world, asked).press("next").press("next").press("finish")
    assert "not an approved partner at present" in page.text
    assert found(asked).state == "requested"


def test_another_organisation_in_the_form_is_refused(world):
    """T28: neither one of others, nor one where the person is no legal representative."""
    asked = ask(world)
    gina = world.person("gina")
    for slug, role in (
        ("musee-du-jura", Role.LEGAL_REPRESENTATIVE),
        ("hotel-bellevue", Role.ADMINISTRATOR),
    ):
        add_member(organisation=world.organisation(slug), user=gina, role=role, by=None)
    for wrong in ("hotel-bellevue", "clinique-belmont", "nonesuch", "a\x00b"):
        page = open_page(world, asked).press("next", organisation=wrong)
        assert (page.step, list(page.errors)) == ("organisation", ["organisation"])
    assert found(asked).state == "requested"


def test_each_step_wants_its_answer(world):
    asked = ask(world)
    page = open_page(world, asked).press("next", access="")
    assert (page.step, list(page.errors)) == ("access", ["access"])
    page = open_page(world, asked).press("next", access="limited").press("next", products=[])
    assert page.errors == {"products": ["Choose at least one product."]}
    foreign = world.products("clinique-belmont")[0].public_id
    page = page.press("next", products=foreign)
    assert list(page.errors) == ["products"]


def test_a_product_that_left_meanwhile_is_told_beside_the_field(world):
    page = open_page(world, ask_limited(world, "web-domains")).press("next").press("next")
    world.product(GARAGE, "garage-nord.example").delete()
    page = page.press("finish")
    assert page.step == "products"
    assert page.errors["products"][0].startswith("One of the products has left")


def test_names_of_others_are_escaped(world):
    """A message with markup stays text."""
    asked = ask(world, access="full", payment_mode="client", message="<script>alert(1)</script>")
    text = open_page(world, asked).text
    assert "<script>alert" not in text
    assert "&lt;script&gt;alert(1)" in text
