"""PDF/A-3b and tags, as far as a library can look into them: what archives and readers need."""

import re
from collections.abc import Iterator
from typing import Any

import pikepdf
import pytest

from billing.documents import render
from tests.billing.documents import examples, opened

DOCUMENTS = {
    "invoice": examples.invoice(),
    "many pages": examples.long_invoice(40),
    "credit note": examples.credit_note(),
    "statement": examples.statement(),
}


@pytest.fixture(params=DOCUMENTS.values(), ids=DOCUMENTS.keys(), scope="module")
def pdf(request: pytest.FixtureRequest) -> pikepdf.Pdf:
    return opened(render(request.param))


def tagged(node: Any) -> Iterator[pikepdf.Dictionary]:
    """The structure elements under a node of the structure tree."""
    kids = node.get("/K", [])
    for kid in kids if isinstance(kids, pikepdf.Array) else [kids]:
        if isinstance(kid, pikepdf.Dictionary) and "/S" in kid:
            yield kid
            yield from tagged(kid)


def test_it_says_what_it_is(pdf: pikepdf.Pdf) -> None:
    raw = pdf.Root.Metadata.read_bytes().decode()
    assert raw.count("<rdf:RDF") == 1
    with pdf.open_metadata() as metadata:
        assert metadata.pdfa_status == "3B"
        assert metadata["dc:title"]
    assert pdf.pdf_version == "1.7"
    assert "/ID" in pdf.trailer


def test_colours_mean_the_same_everywhere(pdf: pikepdf.Pdf) -> None:
    (intent,) = pdf.Root.OutputIntents
    assert intent.S == "/GTS_PDFA1"
    assert len(intent.DestOutputProfile.read_bytes()) > 1000


def test_every_font_is_inside_with_its_letters(pdf: pikepdf.Pdf) -> None:
    families = set()
    for item in pdf.objects:
        if isinstance(item, pikepdf.Dictionary) and item.get("/Type") == "/FontDescriptor":
            assert {"/FontFile", "/FontFile2", "/FontFile3"} & set(item.keys())
            families.add(re.sub(r"^/[A-Z]{6}\+", "", str(item.FontName)))
        if isinstance(item, pikepdf.Dictionary) and item.get("/Subtype") == "/Type0":
            assert "/ToUnicode" in item
    assert families
    assert all(name.startswith(("Inter", "Arimo")) for name in families), families


def test_nothing_runs_and_nothing_is_hidden(pdf: pikepdf.Pdf) -> None:
    assert not pdf.is_encrypted
    assert "/OpenAction" not in pdf.Root
    assert "/AcroForm" not in pdf.Root
    assert "/JavaScript" not in pdf.Root.get("/Names", {})
    for item in pdf.objects:
        if isinstance(item, pikepdf.Dictionary | pikepdf.Stream):
            assert item.get("/S") not in ("/JavaScript", "/Launch", "/URI", "/Movie", "/Sound")
            assert item.get("/Filter") != "/LZWDecode"
            assert "/Interpolate" not in item or item.Interpolate is False


def test_it_can_be_read_aloud(pdf: pikepdf.Pdf) -> None:
    assert pdf.Root.MarkInfo.Marked is True
    assert pdf.Root.Lang == "en"
    assert pdf.Root.ViewerPreferences.DisplayDocTitle is True
    elements = list(tagged(pdf.Root.StructTreeRoot))
    kinds = {str(each.S) for each in elements}
    assert {"/Document", "/H1", "/Table", "/TR", "/TH", "/TD"} <= kinds


def test_pictures_have_words() -> None:
    """The code's alternative text says what to pay, to whom, and with which reference."""
    pdf = opened(render(examples.invoice()))
    figures = [each for each in tagged(pdf.Root.StructTreeRoot) if each.S == "/Figure"]
    (alternative,) = [str(each.Alt) for each in figures]
    for said in ("CHF\u00a0225.19", "Example Cloud SA", "CH44 3199 9123 0008 8901 2"):
        assert said in alternative


def test_an_invoice_is_small() -> None:
    assert len(render(examples.invoice())) < 60_000
