"""Dates, numbers and money as each language writes them (domain section 12)."""

import importlib
from datetime import datetime
from decimal import Decimal
from zoneinfo import ZoneInfo

import pytest
from django import forms
from django.utils import translation
from django.utils.formats import date_format, number_format

from access.forms.amounts import AmountField
from access.typography import with_colon
from portal.formats import swiss

WHEN = datetime(2026, 3, 9, 14, 5, tzinfo=ZoneInfo("Europe/Zurich"))

DATES = {
    "en": ("9 March 2026", "9 Mar 2026", "9 March 2026, 14:05", "14:05", "March 2026"),
    "fr": ("9 mars 2026", "9 mars 2026", "9 mars 2026 à 14:05", "14:05", "mars 2026"),
    "de": ("9. März 2026", "9. Mär 2026", "9. März 2026, 14:05", "14:05", "März 2026"),
    "it": ("9 marzo 2026", "9 mar 2026", "9 marzo 2026, 14:05", "14:05", "marzo 2026"),
    "es": (
        "9 de marzo de 2026",
        "9 mar 2026",
        "9 de marzo de 2026 a las 14:05",
        "14:05",
        "marzo de 2026",
    ),
}
NUMBERS = {
    "en": ("1,234,567.89", "1,234.50"),
    "fr": ("1\u00a0234\u00a0567,89", "1\u00a0234,50"),
    "de": ("1’234’567.89", "1’234.50"),
    "it": ("1’234’567.89", "1’234.50"),
    "es": ("1\u00a0234\u00a0567,89", "1\u00a0234,50"),
}


@pytest.mark.parametrize(("language", "expected"), DATES.items())
def test_dates(language: str, expected: tuple[str, ...]) -> None:
    styles = ("DATE_FORMAT", "SHORT_DATE_FORMAT", "DATETIME_FORMAT", "TIME_FORMAT")
    with translation.override(language):
        said = [date_format(WHEN, style) for style in (*styles, "YEAR_MONTH_FORMAT")]
    assert tuple(said) == expected


@pytest.mark.parametrize(("language", "expected"), NUMBERS.items())
def test_numbers_and_amounts(language: str, expected: tuple[str, str]) -> None:
    with translation.override(language):
        figures = (Decimal("1234567.89"), Decimal("1234.5"))
        assert tuple(number_format(one, 2, force_grouping=True) for one in figures) == expected


@pytest.mark.parametrize("language", ["de", "it"])
def test_the_vendors_country_decides_between_two_ways_of_writing(settings, language: str) -> None:
    """German and Italian readers of a Swiss vendor expect 1’234.50, of a German one 1.234,50."""
    formats = importlib.import_module(f"portal.formats.{language}.formats")
    assert (formats.DECIMAL_SEPARATOR, formats.THOUSAND_SEPARATOR) == (".", "’")
    for country, signs in {"CH": (".", "’"), "LI": (".", "’"), "DE": (",", ".")}.items():
        settings.VENDOR_COUNTRY = country
        assert swiss.separators(",", ".") == signs


class Sample(forms.Form):
    amount = AmountField(max_digits=12, decimal_places=3)


@pytest.mark.parametrize("language", ["en", "fr", "de", "it", "es"])
def test_a_field_takes_what_a_page_shows(language: str) -> None:
    with translation.override(language):
        for value in (Decimal("1234567.89"), Decimal("1234.50"), Decimal("-7.05"), Decimal("12")):
            form = Sample({"amount": number_format(value, force_grouping=True)})
            assert form.is_valid(), form.errors
            assert form.cleaned_data["amount"] == value
            shown = Sample(initial={"amount": value})["amount"]
            assert Sample({"amount": shown.value()}).is_valid()


@pytest.mark.parametrize(
    ("typed", "value"),
    [
        ("1234.5", "1234.5"),
        ("1234,5", "1234.5"),
        ("1'234.50", "1234.50"),
        ("1’234.50", "1234.50"),
        ("1 234,50", "1234.50"),
        ("1.234,50", "1234.50"),
        ("1,234.50", "1234.50"),
        ("1,234,567", "1234567"),
        ("1.234.567,8", "1234567.8"),
        (" 12 ", "12"),
        ("12.", "12"),
    ],
)
@pytest.mark.parametrize("language", ["en", "fr", "de", "es"])
def test_a_field_takes_what_its_reader_writes(language: str, typed: str, value: str) -> None:
    with translation.override(language):
        form = Sample({"amount": typed})
        assert form.is_valid(), form.errors
        assert form.cleaned_data["amount"] == Decimal(value)


@pytest.mark.parametrize(
    ("language", "typed", "value"),
    [
        ("en", "1,234", "1234"),
        ("en", "1.234", "1.234"),
        ("en", "0,500", "0.500"),
        ("de", "1.234", "1.234"),
        ("de", "1,234", "1.234"),
        ("fr", "1,234", "1.234"),
    ],
)
def test_one_sign_before_three_digits_is_what_the_language_says(
    language: str, typed: str, value: str
) -> None:
    with translation.override(language):
        form = Sample({"amount": typed})
        assert form.is_valid(), form.errors
        assert form.cleaned_data["amount"] == Decimal(value)


@pytest.mark.parametrize(
    "typed",
    ["1.234.56", "12 50", "1,2,3", "1.23,456.7", "ten", "", "1’23.50", "1,234,50"],
)
def test_a_field_guesses_no_amount(typed: str) -> None:
    """Money that could mean two things is asked for again."""
    with translation.override("de"):
        assert not Sample({"amount": typed}).is_valid()


@pytest.mark.parametrize(
    ("language", "said"), [("fr", "Compte\u00a0:"), ("de", "Compte:"), ("en", "Compte:")]
)
def test_a_colon_stands_as_the_language_sets_it(language: str, said: str) -> None:
    with translation.override(language):
        assert with_colon("Compte") == said
