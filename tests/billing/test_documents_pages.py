"""What a document prints: all its figures, on one page and on many, in five languages (M8)."""

import io
from dataclasses import replace
from decimal import Decimal

import pytest
from django.utils import translation
from PIL import Image

from billing.documents import Document, render, words
from billing.documents.model import LANGUAGES, Party
from tests.billing.documents import examples, opened, texts


def test_an_invoice_shows_its_arithmetic() -> None:
    """M1, M7: public price, both steps, net, VAT by rate, total; who, to whom, until when."""
    (page,) = texts(render(examples.invoice()))
    for said in (
        "Invoice 2026-000123",
        "Web hosting",
        "35 9.92 8.1 % 208.32",
        "−20 % partner price: 277.76",
        "−25 % from 30 units: 208.32",
        "Net, excluding VAT 208.32",
        "VAT 8.1 % on 208.32 16.87",
        "Total payable, including VAT CHF 225.19",
        "Alpine Web Sàrl Route de la Gare 5 1950 Sion",
        "VAT no. CHE-105.805.649 TVA",
        "Payable by 22 Dec 2026",
        "Page 1 of 1",
    ):
        assert said in page


def test_reverse_charge_is_mentioned() -> None:
    (page,) = texts(render(examples.reverse_charge()))
    assert "VAT is owed by the recipient" in page
    assert "Total, including VAT EUR 120.75 Already paid −20.75 Still payable EUR 100.00" in page
    assert "69002 Lyon France" in page


def test_a_reason_for_no_vat_is_never_missing() -> None:
    bare = examples.totals(examples.reverse_charge().lines, "AE")
    (page,) = texts(render(examples.reverse_charge(vat_totals=bare["vat_totals"])))
    assert "Reverse charge: the recipient of the services owes the VAT." in page


def test_a_credit_note_names_what_it_corrects() -> None:
    (page,) = texts(render(examples.credit_note()))
    assert "Credit note 2026-000124" in page
    assert "Corrects invoice 2026-000123" in page
    assert "Total credited, including VAT CHF 225.19" in page
    assert "Payable" not in page


@pytest.mark.parametrize("lines", [11, 12, 13, 14, 27, 28])
def test_totals_never_stand_alone(lines: int) -> None:
    """Wherever the page ends, a line of the table goes with the totals."""
    document = examples.long_invoice(lines)
    with_totals = [page for page in texts(render(document)) if "Net, excluding VAT" in page]
    (page,) = with_totals
    table, _, _ = page.partition("Net, excluding VAT")
    assert "8.1 % " in table.rpartition("Amount in CHF")[2]


def test_many_pages_repeat_their_heads() -> None:
    pages = texts(render(examples.long_invoice(140)))
    assert len(pages) > 8
    for number, page in enumerate(pages, start=1):
        assert f"Page {number} of {len(pages)}" in page
        assert "Description Quantity Unit price VAT Amount in CHF" in page
    assert all("Example Cloud SA – Invoice 2026-000123" in page for page in pages[1:])
    assert sum(page.count("Client no.") for page in pages) == 93


@pytest.mark.parametrize(
    ("language", "amount", "day"),
    [
        ("en", "1,246,449.60", "22 Nov 2026"),
        ("fr", "1 246 449,60", "22 nov. 2026"),
        ("de", "1.246.449,60", "22. Nov 2026"),
        ("it", "1.246.449,60", "22 nov 2026"),
        ("es", "1 246 449,60", "22 nov 2026"),
    ],
)
def test_figures_and_dates_follow_the_language(language: str, amount: str, day: str) -> None:
    large = replace(
        examples.HOSTINGS,
        quantity=1234,
        unit_price=Decimal("1009.92"),
        net=Decimal("1246241.28"),
        notes=(),
    )
    pdf = render(examples.invoice(language=language, lines=(large, examples.HOSTINGS)))
    (page,) = texts(pdf)
    assert amount in page
    assert day in page
    assert opened(pdf).Root.Lang == language


def test_the_language_of_the_caller_comes_back() -> None:
    with translation.override("it"):
        render(examples.invoice(language="de"))
        assert translation.get_language() == "it"


def test_long_names_stay_on_the_paper() -> None:
    name = "Donaudampfschifffahrtsgesellschaftskapitänsmützenabzeichenverwaltung" * 2
    long = Party(name=name[:80], street=name[:70], postcode="1000", city=name[:60], country="CH")
    line = replace(examples.HOSTINGS, text=name, detail=name)
    (page,) = texts(render(examples.invoice(seller=long, buyer=long, lines=(line,))))
    assert page.replace(" ", "").count(name) == 2
    assert "CHF 225.19" in page


def test_a_partners_invoice_is_the_partners() -> None:
    """B12: nothing of the vendor is on it."""
    (page,) = texts(render(examples.rebill()))
    assert "AW-2026-0042" in page
    assert "Alpine Web Sàrl" in page
    assert examples.VENDOR.name not in page


def test_a_statement_runs_its_balance() -> None:
    """M6: opening, each entry with its sentence and the balance after it, closing."""
    pages = texts(render(examples.statement(60)))
    document = examples.statement(60)
    assert len(pages) > 2
    assert "Account statement 1 Nov 2026 – 30 Nov 2026" in pages[0]
    assert "1 Nov 2026 Opening balance 120.00" in pages[0]
    assert "2 Nov 2026 Cashback on order 2026-0815" in pages[0]
    assert "+52.08 672.08" in pages[0]
    assert f"Closing balance CHF {document.closing:,.2f}" in pages[-1]
    pdf = opened(render(document))
    assert not pdf.attachments


def test_an_empty_statement_says_so() -> None:
    (page,) = texts(render(examples.statement(0)))
    assert "Nothing was booked in this period." in page


def test_own_logo_and_colour() -> None:
    file = io.BytesIO()
    Image.new("RGB", (300, 100), "#0b7a53").save(file, "jpeg")
    pdf = opened(render(examples.rebill(logo=file.getvalue())))
    pictures = pdf.pages[0].Resources.XObject
    assert 300 in {int(pictures[name].get("/Width", 0)) for name in pictures}


@pytest.mark.parametrize("language", LANGUAGES)
def test_words_of_figures(language: str) -> None:
    with translation.override(language):
        assert words.figure(Decimal("-0.50"))[0] == "−"
        assert words.signed(Decimal("52.08"))[0] == "+"
        assert words.count(Decimal("35.000")) == "35"
        assert words.percent(Decimal("8.10")) in ("8.1\u00a0%", "8,1\u00a0%")


def test_numbers_in_groups() -> None:
    assert words.iban("CH4431999123000889012") == "CH44 3199 9123 0008 8901 2"
    assert words.reference("210000000003139471430009017") == "21 00000 00003 13947 14300 09017"
    assert words.reference("RF18539007547034") == "RF18 5390 0754 7034"


def test_every_kind_has_its_own_name() -> None:
    kinds: list[tuple[Document, str]] = [
        (examples.invoice(), "Invoice 2026-000123"),
        (examples.credit_note(), "Credit note 2026-000124"),
        (examples.rebill(title="Honorarnote"), "Honorarnote AW-2026-0042"),
    ]
    for document, title in kinds:
        pdf = opened(render(document))
        assert str(pdf.docinfo["/Title"]) == title


def test_a_swiss_vat_number_is_printed_in_its_groups() -> None:
    """As the law and its readers write it; other countries' numbers stay as they are kept."""
    for kept, printed in {
        "CHE338712642TVA": "CHE-338.712.642 TVA",
        "CHE-338.712.642 MWST": "CHE-338.712.642 MWST",
        "FR71840217350": "FR71840217350",
        "": "",
    }.items():
        party = Party(name="Garage Nord", country="CH", vat_number=kept)
        assert [number for _name, number in words.numbers(party)] == ([printed] if kept else [])
