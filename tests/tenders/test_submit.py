"""Submitting a tender on the public page (T1, T6): what is refused, beside which field, and that
nothing typed is lost."""

from datetime import timedelta
from typing import Any

import pytest
from django.conf import settings
from django.utils import timezone

from tenders.models import Tender
from tests.tenders.requesting import FORM, NORA, drawn, filled, letters, read, send, text_of
from tests.world import World

pytestmark = pytest.mark.django_db


def test_anyone_submits_a_tender(world: World) -> None:
    """T1: saved, not published, and one mail to the address typed."""
    browser = world.client()
    answer = send(browser, world)
    assert answer.status_code == 302
    assert answer.url == "/en/tenders/sent/"
    tender = Tender.objects.get()
    assert (tender.state, tender.published_at, tender.told_at) == ("unconfirmed", None, None)
    assert tender.person is None
    assert tender.contact_email == NORA
    assert tender.expires_at - tender.created_at == pytest.approx(
        timedelta(hours=settings.TENDER_CONFIRM_HOURS), abs=timedelta(minutes=1)
    )
    assert [mail.address for mail in letters("confirm")] == [NORA]
    assert NORA in text_of(browser.get(answer.url))


def test_nothing_of_the_letter_is_kept_but_ids(world: World) -> None:
    send(world.client(), world)
    (mail,) = letters("confirm")
    assert mail.context == {"tender": Tender.objects.get().pk}


def test_the_page_says_what_it_needs_in_each_language(world: World) -> None:
    for language, _name in settings.LANGUAGES:
        answer = world.client().get(f"/{language}/tenders/")
        assert answer.status_code == 200
        assert f'lang="{language}"' in text_of(answer)


# ---- Bad input -------------------------------------------------------------------------------

LATER = timezone.localdate() + timedelta(days=9)
MISTAKES: list[tuple[str, dict[str, Any], str]] = [
    ("title", {"title": ""}, "required"),
    ("title", {"title": "x" * 121}, "at most 120"),
    ("title", {"title": "\u202e\u200b"}, "in words"),
    ("title", {"title": "🥐🥐🥐"}, "in words"),
    ("need", {"need": " "}, "required"),
    ("need", {"need": "x" * 4001}, "at most 4000"),
    ("need", {"need": "A web site."}, "A few words more"),
    ("need", {"need": "… --- …, ... !!! ??? ///"}, "in words"),
    ("title", {"title": "a\x00b"}, "Null characters"),
    ("categories", {"categories": []}, "at least one"),
    ("categories", {"categories": ["99999"]}, "not one of the available"),
    ("currency", {"currency": "USD"}, "not one of the available"),
    ("budget_from", {"budget_from": "-1"}, "greater than or equal to 0"),
    ("budget_from", {"budget_from": "much"}, "Enter a number"),
    ("budget_to", {"budget_from": "5000", "budget_to": "2000"}, "Swap the two"),
    ("budget_to", {"budget_to": "1" * 13}, "digits"),
    ("wanted_on", {"wanted_on": "2020-01-31"}, "has passed"),
    ("wanted_on", {"wanted_on": "2999-01-31"}, "too far"),
    ("wanted_on", {"wanted_on": "31.31.2030"}, "valid date"),
    ("country", {"country": "XX"}, "not one of the available"),
    ("language", {"language": "tlh"}, "not one of the available"),
    ("place", {"place": "https://evil.example/"}, "no web address"),
    ("contact_name", {"contact_name": "www.evil.example"}, "no web address"),
    ("contact_name", {"contact_name": "x" * 81}, "at most 80"),
    ("company", {"company": "See http://evil.example"}, "no web address"),
    ("contact_email", {"contact_email": "nora at home"}, "valid email"),
    ("contact_email", {"contact_email": "a@b.example\nBcc: c@d.example"}, "valid email"),
    ("contact_phone", {"contact_phone": "call me"}, "no phone number"),
    ("contact_phone", {"contact_phone": "+1234567890123456789"}, "no phone number"),
    ("most_openers", {"most_openers": "0"}, "greater than or equal to 1"),
]


@pytest.mark.parametrize(("field", "typed", "words"), MISTAKES)
def test_a_mistake_is_named_beside_its_field_and_nothing_is_lost(
    world: World, field: str, typed: dict[str, Any], words: str
) -> None:
    answer = send(world.client(), world, **typed)
    assert answer.status_code == 200
    form = answer.context["form"]
    assert list(form.errors) == [field]
    assert words in " ".join(form.errors[field])
    assert not Tender.objects.exists()
    assert not letters("confirm")
    for name, value in filled(world, **typed).items():
        if name not in ("made", "categories"):
            shown = form[name].value() or ""
            assert str(shown).replace("\r\n", "\n") == value.replace("\r\n", "\n"), name


@pytest.mark.parametrize(
    ("typed", "kept"),
    [
        ("<script>alert(1)</script> shop", "<script>alert(1)</script> shop"),
        ("Shop 🥐 with \u202eturned\u202c words", "Shop 🥐 with turned words"),
        ("  two\nlines\t here ", "two lines here"),
        ("متجر على الإنترنت", "متجر على الإنترنت"),
    ],
)
def test_odd_titles_are_kept_plain_and_shown_escaped(world: World, typed: str, kept: str) -> None:
    """HTML, emoji and right-to-left writing are text (T34)."""
    send(world.client(), world, title=typed)
    assert Tender.objects.get().title == kept
    rendered = read(letters("confirm")[0])
    assert "<script>" not in rendered.html


def test_fields_that_the_form_does_not_have_change_nothing(world: World) -> None:
    """T39"""
    send(world.client(), world, state="open", published_at="2020-01-01", person="1", openers="9")
    tender = Tender.objects.get()
    assert (tender.state, tender.person, tender.openers) == ("unconfirmed", None, 0)


# ---- Who is signed in ------------------------------------------------------------------------


def test_who_is_signed_in_has_their_details_filled_in(world: World) -> None:
    form = world.client("gina").get(FORM).context["form"]
    said = {name: form[name].value() for name in ("contact_name", "contact_email", "company")}
    gina = world.person("gina")
    assert said == {
        "contact_name": gina.name,
        "contact_email": gina.email,
        "company": "Garage Nord",
    }
    assert form["organisation"].value() == "garage-nord"


def test_a_tender_for_an_organisation_of_ones_own(world: World) -> None:
    send(world.client("gina"), world, organisation="garage-nord")
    tender = Tender.objects.get()
    assert tender.person == world.person("gina")
    assert tender.organisation == world.organisation("garage-nord")


def test_nobody_submits_for_an_organisation_of_others(world: World) -> None:
    """T43: one of others answers like one that does not exist."""
    for slug in ("hotel-bellevue", "no-such-organisation"):
        answer = send(world.client("gina"), world, organisation=slug)
        (error,) = answer.context["form"].errors["organisation"]
        assert "valid choice" in error
    send(world.client(), world, organisation="garage-nord")
    assert Tender.objects.get().organisation is None


# ---- The preview -----------------------------------------------------------------------------


def test_the_preview_shows_what_partners_will_get(world: World) -> None:
    """T2, T24: masked while it is typed, and kept nowhere."""
    typed = filled(world, need=f"{NORA} or 079 555 12 34, https://shop.example/ and Nora Neuf.")
    answer = world.client().post("/en/tenders/preview/", typed)
    text = text_of(answer)
    assert answer.status_code == 200
    assert "<html" not in text
    assert "Online shop for a bakery" in text
    assert "Switzerland" in text
    for word in (NORA, "555 12 34", "shop.example", "Nora", "Café du Port", "+41"):
        assert word not in text
    assert not Tender.objects.exists()


def test_without_scripts_a_button_draws_the_preview_and_judges_nothing(world: World) -> None:
    typed = filled(world, go="preview", title="", contact_email="nora at home")
    answer = world.client().post(FORM, typed)
    text = text_of(answer)
    assert "data-error-summary" not in text
    assert "nora at home" in text
    assert typed["need"] in text
    assert typed["made"] in text
    assert not Tender.objects.exists()


def test_a_preview_of_anything_answers(world: World) -> None:
    for typed in ({}, {"need": "x" * 100_000}, {"title": "\x00", "categories": ["x"]}):
        assert world.client().post("/en/tenders/preview/", typed).status_code == 200


def test_looking_at_the_form_keeps_nothing(world: World) -> None:
    world.client().get(FORM, {"title": "x", "made": drawn()})
    assert world.client().get("/en/tenders/preview/").status_code == 405
    assert not Tender.objects.exists()
