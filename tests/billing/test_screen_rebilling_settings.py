"""The screens where a partner says how it bills: sender, logo, numbers, mark-ups (B12)."""

import io
from typing import Any

import pytest
from django.core.files.uploadedfile import SimpleUploadedFile
from PIL import Image, ImageFile
from PIL.PngImagePlugin import PngInfo

from billing.models import RebillMarkup, RebillSender
from tests.billing.rebilled import (
    HOTEL,
    IBAN,
    bill,
    browser,
    url,
)
from tests.world import World

pytestmark = pytest.mark.django_db


FIELDS = {
    "name": "Alpine Web",
    "street": "Rue du Midi 12",
    "postcode": "1003",
    "city": "Lausanne",
    "country": "CH",
    "email": "billing@alpineweb.example",
    "registration_number": "CHE-415.273.684",
    "vat_number": "CHE-415.273.684 TVA",
    "vat_percent": "8.1",
    "iban": "CH93 0076 2011 6238 5295 7",
    "payment_days": "30",
    "prefix": "AW",
    "next_number": "1",
    "footer": "Thank you",
    "accent": "#0e7a5a",
}


def picture(kind: str = "PNG", size: tuple[int, int] = (300, 100), **more: Any) -> bytes:
    file = io.BytesIO()
    Image.new("RGB", size, (10, 120, 90)).save(file, kind, **more)
    return file.getvalue()


# ---- Settings --------------------------------------------------------------------------------


def test_settings_begin_with_the_organisations_data(world: World) -> None:
    page = browser(world).get(url("rebill_settings")).text
    assert "Alpine Web Sàrl" in page
    assert "Rue du Midi 12" in page


def test_settings_are_saved(world: World) -> None:
    page = browser(world).post(url("rebill_settings"), FIELDS, follow=True)
    assert "Saved." in page.text
    saved = RebillSender.objects.get()
    assert (saved.iban, saved.prefix, saved.accent) == (IBAN, "AW", "#0e7a5a")


@pytest.mark.parametrize(
    ("field", "typed", "told"),
    [
        ("iban", "CH93 0076 2011 6238 5295 8", "This is no IBAN"),
        ("iban", "1234", "This is no IBAN"),
        ("iban", "", "This field is required."),
        ("prefix", "A/B", "Only letters"),
        ("prefix", "=1+1", "Only letters"),
        ("prefix", "<b>", "Only letters"),
        ("prefix", "-A", "Only letters"),
        ("prefix", "a" * 11, "at most 10"),
        ("next_number", "0", "between 1 and"),
        ("next_number", "x", "whole number"),
        ("vat_percent", "-1", "greater than or equal to 0"),
        ("vat_percent", "51", "less than or equal to 50"),
        ("vat_number", "", "shows a VAT number"),
        ("vat_number", "CHE-415.273.685 TVA", "does not check"),
        ("payment_days", "1000", "less than or equal to 120"),
        ("accent", "red; }", "#rrggbb"),
        ("accent", "#12345", "#rrggbb"),
        ("name", "www.evil.example", "no web address"),
        ("country", "XX", "valid choice"),
        ("name", "\x00", "Null characters"),
    ],
)
def test_settings_with_bad_input(world: World, field: str, typed: str, told: str) -> None:
    page = browser(world).post(url("rebill_settings"), FIELDS | {field: typed})
    assert told in str(page.context["form"].errors[field])
    assert not RebillSender.objects.exists()


def test_the_next_number_is_refused_beside_the_field(world: World) -> None:
    bill(world)
    for typed, told in (("1", "used already"), ("7", "leave a gap")):
        page = browser(world).post(url("rebill_settings"), FIELDS | {"next_number": typed})
        assert told in str(page.context["form"].errors["next_number"])


def test_a_logo_is_made_anew(world: World) -> None:
    """T37: whatever else the file held is gone; the page that serves it runs nothing."""
    info = PngInfo()
    info.add_text("Comment", "<script>alert(1)</script>")
    sent = SimpleUploadedFile("x.png", picture(size=(2000, 500), pnginfo=info) + b"<script>")
    browser(world).post(url("rebill_settings"), FIELDS | {"new_logo": sent})
    answer = browser(world).get(url("rebill_logo"))
    assert answer["Content-Type"] == "image/jpeg"
    assert answer["X-Content-Type-Options"] == "nosniff"
    assert "sandbox" in answer["Content-Security-Policy"]
    assert b"script" not in answer.content
    assert Image.open(io.BytesIO(answer.content)).size == (1000, 250)
    browser(world).post(url("rebill_settings"), FIELDS | {"without_logo": "on"})
    assert browser(world).get(url("rebill_logo")).status_code == 404


@pytest.mark.parametrize(
    ("content", "told"),
    [
        (b"<svg xmlns='http://www.w3.org/2000/svg'><script/></svg>", "not a PNG"),
        (b"%PDF-1.7", "not a PNG"),
        (picture("GIF"), "not a PNG"),
        (picture()[:200], "not a PNG"),
        (picture(size=(4097, 1)), "4,096 pixels"),
        (picture() + b"\x00" * 2 * 1024 * 1024, "2 MB"),
        (b"", "empty"),
    ],
)
def test_what_is_no_logo(
    world: World, content: bytes, told: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    """T37; the printing library lets cut pictures pass, for the whole process."""
    monkeypatch.setattr(ImageFile, "LOAD_TRUNCATED_IMAGES", True)
    sent = SimpleUploadedFile("logo.png", content, content_type="image/png")
    page = browser(world).post(url("rebill_settings"), FIELDS | {"new_logo": sent})
    assert told in str(page.context["form"].errors["new_logo"])


# ---- Mark-ups -------------------------------------------------------------------------------


def test_markups_as_a_table(world: World) -> None:
    lea_ = browser(world)
    assert "No mark-up yet" in lea_.get(url("rebill_markups")).text
    form = {"client": "", "product_type": "web-hosting", "kind": "percent", "value": "20"}
    lea_.post(url("rebill_markup_new"), form)
    row = RebillMarkup.objects.get()
    assert "Web hosting" in lea_.get(url("rebill_markups")).text
    lea_.post(url("rebill_markup", row), form | {"client": HOTEL, "kind": "fixed"})
    row.refresh_from_db()
    assert (row.client.slug, row.kind) == (HOTEL, "fixed")
    assert "a unit" in lea_.get(url("rebill_markups") + "?q=bellevue").text
    page = lea_.post(url("rebill_markup_new"), form | {"client": HOTEL})
    assert "already" in str(page.context["form"].errors["product_type"])
    page = lea_.post(url("rebill_markup_new"), form | {"value": "-3"})
    assert "If you mean it" in str(page.context["form"].errors["value"])
    page = lea_.post(url("rebill_markup_new"), form | {"value": "1001"})
    assert "between" in str(page.context["form"].errors["value"])
    lea_.post(url("rebill_markup_remove", row))
    assert not RebillMarkup.objects.exists()


def test_others_clients_are_no_choice(world: World) -> None:
    """T39, T43: an organisation that is no client of this partner is none."""
    form = {"client": "atelier-vigne", "product_type": "", "kind": "percent", "value": "20"}
    page = browser(world).post(url("rebill_markup_new"), form)
    assert page.context["form"].errors["client"]
