"""Files written by COPY, read back: rows to write, and the cells that come out."""

import csv
from datetime import UTC, datetime
from decimal import Decimal
from io import StringIO

from django.db.models import DecimalField, Value

from access.copying import Document
from access.copying.styles import COMMA
from access.models import Attempt

WINDOW = datetime(2026, 5, 31, 12, 5, 9, 987654, tzinfo=UTC)


def rows_of(*subjects: str):
    """A queryset with a row for each text."""
    Attempt.objects.bulk_create(
        Attempt(subject=subject, window_started_at=WINDOW, count=number)
        for number, subject in enumerate(subjects)
    )
    return Attempt.objects.order_by("count")


def written(columns, rows, style=COMMA) -> bytes:
    return b"".join(Document(columns, rows, style))


def cells(columns, rows, style=COMMA) -> list[list[str]]:
    text = written(columns, rows, style).decode("utf-8-sig")
    return list(csv.reader(StringIO(text, newline=""), delimiter=style.separator))


def amount(text: str, places: int = 2):
    return Value(Decimal(text), DecimalField(max_digits=14, decimal_places=places))
