"""A partner changes its page in the directory (D1, T37, T38)."""

from typing import Any

import pytest
from django.core.files.uploadedfile import SimpleUploadedFile
from django.http import Http404

from access.errors import ActForbidden
from access.models import Act
from partners.models import DirectoryPage, Logo
from partners.services.directory import NO_LOGO, change_page
from tests.journey import ALPINE
from tests.partners.directory_cast import (
    EDIT,
    LIST,
    PAGE,
    PREVIEW,
    blank,
    hide,
    picture,
    write_page,
)
from tests.world import World

pytestmark = pytest.mark.django_db


@pytest.fixture(autouse=True)
def _nothing_written(world: World) -> None:
    blank()


FILLED = {
    "listed": "on",
    "headline_fr": "Des sites rapides",
    "description_fr": "Nous sommes huit.",
    "categories": ["web-domains"],
    "languages": ["fr", "en"],
    "website": "https://www.alpineweb.example",
    "place_0": "Genève",
    "country_0": "CH",
    "place_1": "",
    "country_1": "CH",
}


def send(world: World, name: str = "lea", logo: bytes | None = None, **changed: Any) -> Any:
    data = FILLED | changed
    if logo is not None:
        data["new_logo"] = SimpleUploadedFile("logo.png", logo, "image/png")
    return world.client(name).post(EDIT, {key: said for key, said in data.items() if said != ""})


def page_of(slug: str = ALPINE) -> DirectoryPage:
    return DirectoryPage.objects.select_related("logo").get(partner__organisation__slug=slug)


def test_what_is_written_is_kept_and_shown(world: World) -> None:
    answer = send(world, logo=picture())
    assert answer["Location"] == PREVIEW
    page = page_of()
    assert page.headlines == {"fr": "Des sites rapides"}
    assert page.descriptions == {"fr": "Nous sommes huit."}
    assert [category.slug for category in page.categories.all()] == ["web-domains"]
    assert page.languages == ["fr", "en"]
    assert [(place.name, place.country) for place in page.where] == [("Genève", "CH")]
    assert (page.logo.width, page.logo.height, page.logo.media_type) == (80, 40, "image/jpeg")
    html = world.client().get(f"/fr/directory/{ALPINE}/").content.decode()
    for said in ("Des sites rapides", "Nous sommes huit.", "Genève, Suisse"):
        assert said in html
    assert f"/logos/{page.logo.public_id}/" in html
    form = world.client("lea").get(EDIT).content.decode()
    for said in ("Des sites rapides", "Nous sommes huit.", "Genève", "www.alpineweb.example"):
        assert said in form


def test_the_log_says_who_changed_it(world: World) -> None:
    """A2"""
    send(world, listed="")
    act = Act.objects.filter(organisation__slug=ALPINE).latest("pk")
    assert (act.act, act.person_name) == ("reseller.change_listing", "Léa Favre")
    assert (act.before["listed"], act.after["listed"]) == (True, False)


def test_the_switch_is_the_partners(world: World) -> None:
    """D1, T27: off, it is found neither here nor by clients who authorise."""
    send(world, listed="")
    assert world.client().get(PAGE).status_code == 404
    assert world.client("lea").get(PREVIEW).status_code == 200
    send(world)
    assert world.client().get(PAGE).status_code == 200


def test_the_preview_is_the_public_page(world: World) -> None:
    write_page(world)
    hide()
    html = world.client("adam").get(PREVIEW).content.decode()
    for said in ("Schnelle Websites in Genf", "Genève, Switzerland", "www.alpineweb"):
        assert said in html
    assert "you have not switched it on" in html
    assert "application/ld+json" not in html


def test_a_suspended_partner_keeps_its_page_to_itself(world: World) -> None:
    """P5"""
    write_page(world)
    hide(state="suspended")
    html = world.client("lea").get(EDIT).content.decode()
    assert "only approved partners are in the directory" in html
    assert send(world).status_code == 302
    assert world.client().get(PAGE).status_code == 404


@pytest.mark.parametrize(("name", "status"), [("lea", 200), ("adam", 200), ("cora", 403)])
@pytest.mark.parametrize("path", [EDIT, PREVIEW])
def test_who_may_open_it(world: World, name: str, status: int, path: str) -> None:
    assert world.client(name).get(path).status_code == status


@pytest.mark.parametrize("name", ["gina", "remi", "staff"])
def test_others_find_nothing(world: World, name: str) -> None:
    assert world.client(name).get(EDIT).status_code == 404
    assert world.client(name).post(EDIT, FILLED).status_code == 404


def test_the_verb_asks_the_table_itself(world: World) -> None:
    with pytest.raises(ActForbidden):
        change_page(by=world.actor("cora", ALPINE), listed=False)
    with pytest.raises(Http404):
        change_page(by=world.actor("gina", "garage-nord"), listed=True)


@pytest.mark.parametrize(
    ("changed", "says"),
    [
        ({"website": "javascript:alert(1)"}, "valid URL"),
        ({"website": "http://www.alpineweb.example"}, "begins with https://"),
        ({"website": "https://bank.example@evil.example/"}, "not the address of a web site"),
        ({"website": "https://"}, "valid URL"),
        ({"headline_de": "x" * 121}, "120"),
        ({"description_de": "x" * 3001}, "3000"),
        ({"headline_de": "See www.evil.example"}, "holds no web address"),
        ({"place_1": "https://evil.example"}, "holds no web address"),
        ({"country_0": "XX"}, "Select a valid choice"),
        ({"categories": ["zzz"]}, "Select a valid choice"),
        ({"languages": ["xx"]}, "Select a valid choice"),
    ],
)
def test_what_is_wrong_is_said_and_nothing_is_lost(
    world: World, changed: dict[str, Any], says: str
) -> None:
    """T38"""
    answer = send(world, **changed)
    html = answer.content.decode()
    assert answer.status_code == 200
    assert says in html
    assert "Nous sommes huit." in html
    assert not DirectoryPage.objects.exists()


@pytest.mark.parametrize(
    ("logo", "says"),
    [
        (b'<svg xmlns="http://www.w3.org/2000/svg"><script>alert(1)</script></svg>', "not a PNG"),
        (b"<html>", "not a PNG"),
        (picture("GIF"), "not a PNG"),
        (picture()[:60], "not a PNG"),
        (b"\0" * (2 * 1024 * 1024 + 1), "larger than 2 MB"),
        (picture(size=(4097, 1)), "4,096"),
    ],
    ids=["svg", "html", "gif", "cut off", "large", "wide"],
)
def test_what_is_no_logo_is_refused(world: World, logo: bytes, says: str) -> None:
    """T37"""
    html = send(world, logo=logo).content.decode()
    assert says in html
    assert "Nous sommes huit." in html
    assert not Logo.objects.exists()


@pytest.mark.parametrize("form", ["PNG", "JPEG", "WEBP"])
def test_a_logo_is_made_anew(world: World, form: str) -> None:
    """T37: what hides behind the picture does not come along."""
    send(world, logo=picture(form) + b"<script>alert(1)</script>")
    content = bytes(page_of().logo.content)
    assert b"script" not in content
    assert content[:2] == b"\xff\xd8"


def test_a_logo_is_served_as_a_picture_and_nothing_else(world: World) -> None:
    """T37"""
    write_page(world)
    answer = world.client().get(f"/logos/{page_of().logo.public_id}/")
    assert answer["Content-Type"] == "image/jpeg"
    assert answer["X-Content-Type-Options"] == "nosniff"
    assert answer["Content-Security-Policy"] == "default-src 'none'; sandbox"
    assert answer["Cache-Control"] == "private, max-age=31536000, immutable"
    assert answer.content == bytes(page_of().logo.content)


def test_a_hidden_logo_is_its_own_peoples(world: World) -> None:
    """T27, T37"""
    write_page(world)
    path = f"/logos/{page_of().logo.public_id}/"
    hide()
    seen = {
        name: world.client(name).get(path).status_code
        for name in (None, "lea", "adam", "cora", "gina", "remi", "staff")
    }
    assert seen == {
        None: 404, "lea": 200, "adam": 200, "cora": 404, "gina": 404, "remi": 404, "staff": 404,
    }  # fmt: skip
    assert world.client().get("/logos/unknown/").status_code == 404


def test_a_new_logo_has_a_new_address_and_the_old_one_is_gone(world: World) -> None:
    write_page(world)
    old = page_of().logo.public_id
    send(world, logo=picture("WEBP", (20, 20)))
    new = page_of().logo.public_id
    assert new != old
    assert world.client().get(f"/logos/{old}/").status_code == 404
    send(world)  # nothing sent: it stays
    assert page_of().logo.public_id == new
    send(world, without_logo="on")
    assert page_of().logo is None
    assert not Logo.objects.exists()


def test_what_is_not_given_stays(world: World) -> None:
    write_page(world)
    before = page_of()
    change_page(by=world.actor("lea", ALPINE), website="")
    after = page_of()
    assert after.website == ""
    assert (after.headlines, after.logo, after.languages) == (
        before.headlines, before.logo, before.languages,
    )  # fmt: skip
    assert [place.name for place in after.where] == ["Genève", "Annecy"]
    change_page(by=world.actor("lea", ALPINE), logo=NO_LOGO)
    assert page_of().logo is None


def test_a_place_twice_is_one_place(world: World) -> None:
    send(world, place_1="GENÈVE", country_1="CH")
    assert [place.name for place in page_of().where] == ["Genève"]


def test_odd_letters_are_kept_and_hidden_ones_go(world: World) -> None:
    """Bad input: emoji and right-to-left letters are words; what reorders a line is not."""
    send(world, headline_fr="🚀 مرحبا\u202e\u200b", description_fr="A\u202eB\r\n\r\nC")
    assert page_of().headlines == {"fr": "🚀 مرحبا"}
    assert page_of().descriptions == {"fr": "AB\n\nC"}
    assert "🚀 مرحبا" in world.client().get(LIST).content.decode()


def test_fields_that_are_not_there_change_nothing(world: World) -> None:
    """T39"""
    send(world, state="approved", approved_at="2001-01-01", organisation="rhone-digital", pk="1")
    assert world.partner(ALPINE).approved_at.year > 2001
    assert not DirectoryPage.objects.filter(partner__organisation__slug="rhone-digital").exists()
