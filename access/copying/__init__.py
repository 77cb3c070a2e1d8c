"""Rows of a queryset as a file of comma-separated values that PostgreSQL writes by COPY (M11).

`access.web.csv.copy_response` makes a page's answer of it:

    COLUMNS = (
        Column(_("Booked at"), "created_at", Kind.MOMENT),
        Column(_("Kind"), "kind", Kind.LABEL, labels=EntryKind.choices),
        Column(_("Client"), "line__order__organisation__name"),
        Column(_("Amount"), "amount", Kind.MONEY),
    )
    copy_response("entries.csv", COLUMNS, Entry.objects.visible_to(actor), style)

The rows come from a queryset and from nothing else, so that a tenant's question (`visible_to`)
stays the only source of them; columns are written in code, never taken from a request.
"""

from access.copying.cells import neutral
from access.copying.columns import Column, Kind
from access.copying.stream import Document, Incomplete
from access.copying.styles import STYLES, Style, style_for

__all__ = ["STYLES", "Column", "Document", "Incomplete", "Kind", "Style", "neutral", "style_for"]
