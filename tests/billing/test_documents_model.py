"""A document contradicts itself nowhere, or is not printed."""

from dataclasses import FrozenInstanceError, replace
from decimal import Decimal

import pytest

from billing.documents import DocumentError
from billing.documents.errors import WrongDocument
from tests.billing.documents import examples


def test_the_examples_are_right() -> None:
    """M1: 35 web hostings, 208.32 and 120.75 without VAT."""
    assert examples.invoice().net == Decimal("208.32")
    assert examples.reverse_charge().net == Decimal("120.75")


def test_documents_are_values() -> None:
    document = examples.invoice()
    with pytest.raises(FrozenInstanceError):
        document.total = Decimal("1.00")  # type: ignore[misc]
    assert document == examples.invoice()


@pytest.mark.parametrize(
    ("field", "value"),
    [
        ("net", Decimal("208.33")),
        ("vat", Decimal("16.88")),
        ("total", Decimal("225.20")),
        ("paid", Decimal("0.01")),
        ("payable", Decimal("225.18")),
        ("lines", ()),
        ("lines", (replace(examples.HOSTINGS, vat_percent=Decimal("2.6")),)),
        ("accent", "red"),
        ("accent", "#1f5fbf;} body{background:url(https://evil.example)"),
        ("language", "pt"),
        ("currency", "USD"),
    ],
)
def test_a_wrong_document_is_not_made(field: str, value: object) -> None:
    with pytest.raises(WrongDocument):
        replace(examples.invoice(), **{field: value})  # type: ignore[arg-type]


def test_a_statement_adds_up() -> None:
    statement = examples.statement(6)
    assert statement.opening + statement.received + statement.spent == statement.closing
    wrong = (replace(statement.lines[0], amount=Decimal("499.99")), *statement.lines[1:])
    with pytest.raises(DocumentError, match=r"balance is 619\.99, not 620\.00"):
        replace(statement, lines=wrong)
    with pytest.raises(DocumentError, match="closing balance"):
        replace(statement, closing=Decimal("0.00"))
