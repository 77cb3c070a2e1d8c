"""Adding a client, in steps (L1, O4, P5, `issue 2` bad input)."""

import pytest
from django.conf import settings
from django.urls import reverse

from access.models import Act, OutgoingMail
from clients.models import Partnership
from clients.services import request_access
from partners.services import suspend

pytestmark = pytest.mark.django_db

ALPINE = "alpine-web"
URL = f"/o/{ALPINE}/reseller/clients/add/"
ASKED = {
    "email": "Gina@Garage-Nord.example",
    "message": "Hello Gina",
    "access": "full",
    "payment_mode": "partner",
}


def finish(browser, **said):
    return browser.post(URL, ASKED | {"step": "summary", "go": "finish"} | said)


def step(browser, key, go="next", **said):
    return browser.post(URL, {"step": key, "go": go} | said)


def shown(response):
    return response.context["wizard"].step.key


def asked_of_gina():
    return Partnership.objects.filter(asked_email="gina@garage-nord.example")


# ---- works -------------------------------------------------------------------------------------


def test_the_steps_lead_to_a_request_and_its_mail(world):
    browser = world.client("lea")
    assert shown(browser.get(URL)) == "address"
    said = {"email": ASKED["email"], "message": "Hello Gina"}
    assert shown(step(browser, "address", **said)) == "access"
    said["access"] = "full"
    assert shown(step(browser, "access", **said)) == "payment"
    said["payment_mode"] = "partner"
    summary = step(browser, "payment", **said)
    assert shown(summary) == "summary"
    assert "gina@garage-nord.example" in summary.text
    assert "Alpine Web Sàrl" in summary.text
    assert not asked_of_gina().exists()
    response = finish(browser)
    assert response.url == reverse("clients_waiting", args=[ALPINE])
    asked = asked_of_gina().get()
    assert (asked.asked_access, asked.asked_payment_mode) == ("full", "partner")
    assert asked.message == "Hello Gina"
    assert OutgoingMail.objects.filter(kind="clients.requested").count() == 1
    page = browser.get(response.url)
    assert "Your request was sent to gina@garage-nord.example." in page.text


def test_limited_access_asks_for_categories_and_not_for_a_payer(world):
    browser = world.client("lea")
    said = {"email": ASKED["email"], "access": "limited"}
    response = step(browser, "access", **said)
    assert shown(response) == "access"
    assert response.context["form"].errors == {"categories": ["Tick at least one category."]}
    said["categories"] = ["web-domains", "events-marketing"]
    summary = step(browser, "access", **said)
    assert shown(summary) == "summary"
    assert [str(title) for title in summary.context["wizard"].titles] == [
        "Your client",
        "Access",
        "Summary",
    ]
    finish(browser, access="limited", payment_mode="", categories=said["categories"])
    asked = asked_of_gina().get()
    assert (asked.asked_access, asked.asked_payment_mode) == ("limited", "")
    assert [one.slug for one in asked.asked_categories.order_by("slug")] == sorted(
        said["categories"]
    )


@pytest.mark.parametrize("payer", ["partner", "nobody"])
def test_what_belongs_to_the_other_access_is_not_asked(world, payer):
    """A payer chosen before the reader went back to limited access, and the other way round."""
    finish(world.client("lea"), access="limited", payment_mode=payer, categories=["web-domains"])
    assert asked_of_gina().get().asked_payment_mode == ""
    asked_of_gina().delete()
    finish(world.client("lea"), categories=["web-domains", "no-such-category"])
    assert not asked_of_gina().get().asked_categories.exists()


def test_going_back_loses_nothing(world):
    said = ASKED | {"categories": ["web-domains"]}
    response = step(world.client("lea"), "payment", "back", **said)
    assert shown(response) == "access"
    hidden = {field.name: field.value() for field in response.context["wizard"].hidden}
    assert hidden["email"] == ASKED["email"]
    assert hidden["message"] == "Hello Gina"
    assert hidden["payment_mode"] == "partner"
    assert "Hello Gina" in response.text


def test_an_unknown_address_and_a_known_one_are_answered_alike(world):
    """Nobody learns here whether an address has an account."""
    answers = [
        finish(world.client("lea"), email=email)
        for email in ("gina@garage-nord.example", "nobody@nowhere.example")
    ]
    assert [answer.url for answer in answers] == [reverse("clients_waiting", args=[ALPINE])] * 2


def test_reading_the_steps_writes_nothing(world):
    browser = world.client("lea")
    before = Partnership.objects.count(), Act.objects.count(), OutgoingMail.objects.count()
    browser.get(URL)
    for key in ("address", "access", "payment"):
        step(browser, key, **ASKED)
    assert before == (
        Partnership.objects.count(),
        Act.objects.count(),
        OutgoingMail.objects.count(),
    )


# ---- refused to ----------------------------------------------------------------------------------


@pytest.mark.parametrize("person", ["adam", "cora"])
def test_only_a_legal_representative_adds_a_client(world, person):
    """O4, T9: the page says who can, a try is logged, and a GET is not."""
    browser = world.client(person)
    response = browser.get(URL)
    assert response.status_code == 403
    assert "Léa Favre" in response.text
    assert not Act.objects.filter(allowed=False).exists()
    assert finish(browser).status_code == 403
    assert Act.objects.get(allowed=False).act == "clients.add"
    assert not asked_of_gina().exists()


@pytest.mark.parametrize("stranger", ["remi", "bruno", "clara", "gina", "staff"])
def test_to_others_the_page_does_not_exist(world, stranger):
    assert world.client(stranger).get(URL).status_code == 404
    assert finish(world.client(stranger)).status_code == 404


def test_who_is_not_signed_in_is_led_to_the_sign_in(world):
    response = world.client().get(URL)
    assert response.url == f"{reverse('account_login')}?next={URL}"


def test_a_suspended_partner_reads_why_not(world):
    """P5"""
    suspend(partner=world.partner(ALPINE), by=None)
    browser = world.client("lea")
    for response in (browser.get(URL), finish(browser)):
        assert "can't add clients at present" in response.text
    assert not asked_of_gina().exists()


@pytest.mark.parametrize("method", ["put", "delete", "patch"])
def test_other_methods_are_refused(world, method):
    assert getattr(world.client("lea"), method)(URL).status_code == 405


# ---- bad input -----------------------------------------------------------------------------------


@pytest.mark.parametrize(
    "email", ["", "gina", "gina@", "a\x00b@x.example", "x@y.example\r\nBcc: z@y.example", "a" * 300]
)
def test_an_address_that_is_none_is_refused_beside_the_field(world, email):
    response = step(world.client("lea"), "address", email=email, message="kept")
    assert shown(response) == "address"
    assert "email" in response.context["form"].errors
    assert "kept" in response.text


@pytest.mark.parametrize(
    ("said", "at"),
    [
        ({"access": ""}, "access"),
        ({"access": "everything"}, "access"),
        ({"access": "limited", "categories": ["no-such-category"]}, "access"),
        ({"payment_mode": ""}, "payment"),
        ({"payment_mode": "nobody"}, "payment"),
        ({"email": ""}, "address"),
        ({"message": "x" * 1001}, "address"),
    ],
)
def test_a_tampered_form_comes_back_to_the_step_that_is_wrong(world, said, at):
    response = finish(world.client("lea"), **said)
    assert shown(response) == at
    assert response.context["form"].errors
    assert not asked_of_gina().exists()


@pytest.mark.parametrize(
    ("email", "sentence"),
    [
        ("adam@alpineweb.example", "belongs to somebody of Alpine Web"),
        ("marc@musee-du-jura.example", "You asked this address already"),
        ("bruno@boulangerie-du-lac.example", "is already your client"),
    ],
)
def test_the_services_refusal_stands_beside_the_address_with_nothing_lost(world, email, sentence):
    """Own organisation, asked already, client already."""
    before = Partnership.objects.count(), OutgoingMail.objects.count()
    response = finish(world.client("lea"), email=email)
    assert shown(response) == "address"
    assert sentence in response.context["form"].errors["email"][0]
    hidden = {field.name: field.value() for field in response.context["wizard"].hidden}
    assert (hidden["access"], hidden["payment_mode"]) == ("full", "partner")
    assert "Hello Gina" in response.text
    assert before == (Partnership.objects.count(), OutgoingMail.objects.count())


def test_another_organisation_of_a_clients_representative_is_asked_with_a_tick(world):
    """The box is offered after the refusal only, and stays."""
    browser, email = world.client("lea"), "bruno@boulangerie-du-lac.example"
    assert "another organisation of this person" not in browser.get(URL).text
    refused = finish(browser, email=email)
    assert "another organisation of this person" in refused.text
    again = step(browser, "address", email=email, another_organisation="on")
    assert shown(again) == "access"
    hidden = {field.name: field.value() for field in again.context["wizard"].hidden}
    assert hidden["another_organisation"] is True
    back = step(browser, "access", "back", email=email, another_organisation="True")
    assert "another organisation of this person" in back.text
    assert finish(browser, email=email, another_organisation="True").status_code == 302
    assert Partnership.objects.filter(asked_email=email, state="requested").count() == 1


def test_the_form_posted_twice_is_one_request(world):
    browser = world.client("lea")
    assert finish(browser).status_code == 302
    again = finish(browser)
    assert "You asked this address already" in again.text
    assert asked_of_gina().count() == 1
    assert OutgoingMail.objects.filter(kind="clients.requested").count() == 1


def test_too_many_requests_are_refused_beside_the_address(world):
    actor = world.actor("lea", ALPINE)
    for number in range(settings.INVITATIONS_A_DAY):
        request_access(email=f"p{number}@x.example", access="full", payment_mode="client", by=actor)
    response = finish(world.client("lea"))
    assert "too often" in response.context["form"].errors["email"][0]
    assert shown(response) == "address"
