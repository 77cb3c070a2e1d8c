"""Invoices, credit notes and statements on paper: values in, the bytes of a PDF out.

`model` says what a document is, `render` prints it. Nothing here reads the database.
"""

from billing.documents.errors import DocumentError
from billing.documents.model import Document, Line, Party, Statement, StatementLine, VatTotal
from billing.documents.printing import render

__all__ = [
    "Document",
    "DocumentError",
    "Line",
    "Party",
    "Statement",
    "StatementLine",
    "VatTotal",
    "render",
]
