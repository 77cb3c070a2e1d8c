"""The electronic invoice inside the PDF: Factur-X / ZUGFeRD, profile EN 16931 (M8).

The XML is a template like the page, checked in the tests against the schema and the schematron of
the standard. All money is in the document's currency; prices exclude VAT.
"""

import re
from dataclasses import dataclass, replace
from decimal import ROUND_HALF_UP, Decimal
from typing import Any
from xml.sax.saxutils import escape

from django.template.loader import render_to_string

from billing.documents.model import Document, Line, Party, VatTotal

NAME = "factur-x.xml"
TYPE_CODES = {"invoice": "380", "rebill": "380", "credit_note": "381"}
CENT = Decimal("0.01")
NAMESPACE = "urn:factur-x:pdfa:CrossIndustryDocument:invoice:1p0#"
# What PDF/A asks for: every property of a schema that it does not know is described beside it.
PROPERTIES = {
    "DocumentFileName": "name of the embedded XML invoice file",
    "DocumentType": "INVOICE",
    "Version": "version of the Factur-X XML schema",
    "ConformanceLevel": "conformance level of the embedded Factur-X data",
}


@dataclass(frozen=True, slots=True)
class XmlLine:
    """A line in the standard's words: price × quantity, less or plus one amount, is the net."""

    line: Line
    tax: VatTotal

    @property
    def difference(self) -> Decimal:
        gross = (self.line.unit_price * self.line.quantity).quantize(CENT, ROUND_HALF_UP)
        return gross - self.line.net

    @property
    def is_charge(self) -> bool:
        return self.difference < 0

    @property
    def amount(self) -> Decimal:
        return abs(self.difference)


def tax_number(party: Party, categories: set[str], *, is_seller: bool) -> tuple[str, str] | None:
    """Scheme and number of a party's tax registration.

    Where VAT does not apply (O) the standard forbids VAT numbers; a seller without one gives the
    number of its register, so that there is one for the tax office at all.
    """
    vat_number = re.sub(r"[\s.\-]", "", party.vat_number)
    if "O" not in categories and vat_number:
        return "VA", vat_number
    other = party.registration_number or party.vat_number
    return ("FC", other) if is_seller and other else None


def xml_of(document: Document, *, terms: str) -> str:
    """The invoice as XML. `terms` is what is said about payment when no due date is."""
    categories: set[str] = {total.category for total in document.vat_totals}
    context: dict[str, Any] = {
        "document": document,
        "type_code": TYPE_CODES[document.kind],
        "lines": [XmlLine(line, document.vat_of(line)) for line in document.lines],
        "seller_tax": tax_number(document.seller, categories, is_seller=True),
        "buyer_tax": tax_number(document.buyer, categories, is_seller=False),
        "iban": document.iban.replace(" ", ""),
        "reference": document.reference.replace(" ", ""),
        "terms": document.payment_note or terms,
    }
    return render_to_string("billing/documents/factur-x.xml", context).strip()


def with_mentions(document: Document, mentions: dict[str, str]) -> Document:
    """The document with a reason wherever no VAT is charged, since the standard wants one."""
    totals = tuple(
        replace(total, mention=total.mention or mentions.get(total.category, ""))
        for total in document.vat_totals
    )
    return replace(document, vat_totals=totals)


def xmp() -> bytes:
    """What the PDF's metadata say about the XML inside."""
    values = {
        "ConformanceLevel": "EN 16931",
        "DocumentFileName": NAME,
        "DocumentType": "INVOICE",
        "Version": "1.0",
    }
    said = "".join(f"<fx:{name}>{escape(value)}</fx:{name}>" for name, value in values.items())
    described = "".join(
        '<rdf:li rdf:parseType="Resource">'
        f"<pdfaProperty:name>{name}</pdfaProperty:name>"
        "<pdfaProperty:valueType>Text</pdfaProperty:valueType>"
        "<pdfaProperty:category>external</pdfaProperty:category>"
        f"<pdfaProperty:description>{about}</pdfaProperty:description></rdf:li>"
        for name, about in PROPERTIES.items()
    )
    return (
        f'<rdf:Description rdf:about="" xmlns:fx="{NAMESPACE}">{said}</rdf:Description>'
        '<rdf:Description rdf:about=""'
        ' xmlns:pdfaExtension="http://www.aiim.org/pdfa/ns/extension/"'
        ' xmlns:pdfaSchema="http://www.aiim.org/pdfa/ns/schema#"'
        ' xmlns:pdfaProperty="http://www.aiim.org/pdfa/ns/property#">'
        '<pdfaExtension:schemas><rdf:Bag><rdf:li rdf:parseType="Resource">'
        "<pdfaSchema:schema>Factur-X PDFA Extension Schema</pdfaSchema:schema>"
        f"<pdfaSchema:namespaceURI>{NAMESPACE}</pdfaSchema:namespaceURI>"
        "<pdfaSchema:prefix>fx</pdfaSchema:prefix>"
        f"<pdfaSchema:property><rdf:Seq>{described}</rdf:Seq></pdfaSchema:property>"
        "</rdf:li></rdf:Bag></pdfaExtension:schemas></rdf:Description>"
    ).encode()
