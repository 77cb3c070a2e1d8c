"""CSV that a French Excel opens rightly and that runs nothing there (M11, threat T32)."""

import csv
from collections.abc import Iterable, Iterator, Sequence
from decimal import Decimal
from typing import Any

from django.http import StreamingHttpResponse

SEPARATOR = ";"
BOM = "\ufeff"
STARTS_A_FORMULA = tuple("=+-@\t\r\n\x00＝＋－＠")
BEFORE_IT = " \t\r\n\x00'\"\u00a0\u3000\ufeff"


def neutral(value: Any) -> Any:
    """The cell as text that no spreadsheet takes for a formula; numbers stay numbers."""
    if value is None:
        return ""
    if isinstance(value, int | Decimal):
        return value
    text = str(value)
    if text.startswith(STARTS_A_FORMULA) or text.lstrip(BEFORE_IT).startswith(STARTS_A_FORMULA):
        return "'" + text
    return text


class _Line:
    """A file whose `write` hands the line back, so that the writer can stream."""

    def write(self, line: str) -> str:
        return line


def lines(header: Sequence[Any], rows: Iterable[Sequence[Any]]) -> Iterator[str]:
    """The document line by line, in UTF-8 with its byte order mark before the header."""
    writer = csv.writer(_Line(), delimiter=SEPARATOR)  # type: ignore[arg-type]
    yield BOM + writer.writerow([neutral(cell) for cell in header])  # type: ignore[operator]
    for row in rows:
        yield writer.writerow([neutral(cell) for cell in row])  # type: ignore[misc]


def csv_response(
    filename: str, header: Sequence[Any], rows: Iterable[Sequence[Any]]
) -> StreamingHttpResponse:
    """Streams the rows as a download called `filename`."""
    response = StreamingHttpResponse(lines(header, rows), content_type="text/csv; charset=utf-8")
    response.headers["Content-Disposition"] = f'attachment; filename="{filename}"'
    return response
