"""CSV that a French Excel opens rightly and that runs nothing there (M11, threat T32)."""

import csv
from collections.abc import Callable, Iterable, Iterator, Sequence
from datetime import timedelta
from decimal import Decimal
from functools import wraps
from typing import Any

from django.db.models import QuerySet
from django.http import HttpRequest, HttpResponse, StreamingHttpResponse
from django.http.response import HttpResponseBase
from django.shortcuts import render
from django.utils.http import content_disposition_header
from django.utils.translation import get_language

from access.copying import STYLES, Column, Document, Style, neutral, style_for
from access.copying.stream import BOM
from access.limits import TooOften, spend
from access.policy import Actor

PLAINEST = STYLES["point"]
"""Of files without amounts: every spreadsheet of our readers' countries opens it rightly."""
EXPORTS = 30
EXPORT_WINDOW = timedelta(hours=1)


class _Line:
    """A file whose `write` hands the line back, so that the writer can stream."""

    def write(self, line: str) -> str:
        return line


def lines(
    header: Sequence[Any], rows: Iterable[Sequence[Any]], style: Style = PLAINEST
) -> Iterator[str]:
    """The document line by line, in UTF-8 with its byte order mark before the header. A `Decimal`
    has the style's decimal sign."""
    writer = csv.writer(_Line(), delimiter=style.separator)

    def written(cell: Any) -> Any:
        if isinstance(cell, Decimal):
            return f"{cell:f}".replace(".", style.decimal)
        return neutral(cell)

    yield BOM + writer.writerow(map(written, header))
    for row in rows:
        yield writer.writerow(map(written, row))


def csv_response(
    filename: str,
    header: Sequence[Any],
    rows: Iterable[Sequence[Any]],
    style: Style = PLAINEST,
) -> StreamingHttpResponse:
    """Streams the rows as a download called `filename`; who has amounts gives the reader's style
    (`style_of`)."""
    return _download(filename, lines(header, rows, style))


def copy_response(
    filename: str, columns: Sequence[Column], rows: QuerySet[Any, Any], style: Style
) -> StreamingHttpResponse:
    """Streams the queryset's rows as PostgreSQL writes them, as a download called `filename`.

    For files of any size (M11): 80 % of COPY's own speed or more, at flat memory. See
    `access.copying` for the columns; words are in the active language.
    """
    return _download(filename, Document(columns, rows, style))


def style_of(request: HttpRequest, actor: Actor) -> Style:
    """The style for who reads, or the one that they chose by `?format=`."""
    country = str(actor.organisation.country)
    wanted = request.GET.get("format", "")
    return style_for(get_language() or "", country=country, wanted=wanted)


def export[**P, R: HttpResponseBase](
    view: Callable[P, R],
) -> Callable[P, R | HttpResponse]:
    """Counts a person's exports, 30 an hour, and answers 429 above; stands under `@page`:

    @page("accounting.see")
    @export
    def entries_csv(request, actor): …
    """

    @wraps(view)
    def counted(*args: P.args, **kwargs: P.kwargs) -> R | HttpResponse:
        request: HttpRequest = args[0]  # type: ignore[assignment]
        try:
            spend(f"exports of {request.user.pk}", most=EXPORTS, window=EXPORT_WINDOW)
        except TooOften as refusal:
            response = render(request, "429.html", {"reason": refusal}, status=429)
            response.headers["Retry-After"] = str(int(EXPORT_WINDOW.total_seconds()))
            return response
        return view(*args, **kwargs)

    return counted


def _download(filename: str, content: Iterable[Any]) -> StreamingHttpResponse:
    response = StreamingHttpResponse(content, content_type="text/csv; charset=utf-8")
    response.headers["Content-Disposition"] = content_disposition_header(True, filename) or ""
    return response
