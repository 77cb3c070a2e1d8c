"""docs/exports.md holds every file's columns, in their order (M11)."""

import re
from pathlib import Path

import pytest
from django.utils.translation import override

from access.exports import ACT_COLUMNS
from billing.admin.earnings import COLUMNS as TURNOVER_COLUMNS
from billing.exports.columns import order_columns
from billing.exports.files import OF_CLIENTS, OWN
from billing.views import costs
from billing.views.rebilling.exports import BILL_COLUMNS, margin_columns
from clients import exports

DOCUMENT = Path(__file__).resolve().parents[2] / "docs" / "exports.md"
SECTIONS = re.compile(r"^## (.+)$", re.MULTILINE)
FIRST_CELL = re.compile(r"^\| (.+?) \| ", re.MULTILINE)


def section(title: str) -> str:
    parts = SECTIONS.split(DOCUMENT.read_text())
    return dict(zip(parts[1::2], parts[2::2], strict=True))[title]


def listed(title: str) -> str:
    """The first cells of a section's table, one after another."""
    header, *cells = FIRST_CELL.findall(section(title))
    assert header == "column"
    return ", ".join(cells[1:] if cells[0] == "---" else cells).replace("; ", ", ")


def in_italics(title: str) -> str:
    return section(title).split("*")[1]


def headers(columns) -> str:
    with override("en"):
        return ", ".join(str(getattr(column, "header", column)) for column in columns)


@pytest.mark.parametrize("file", [*OF_CLIENTS.values(), *OWN.values()], ids=lambda file: file.key)
def test_the_files_of_the_exports_pages(file) -> None:
    (title,) = [name for name in SECTIONS.findall(DOCUMENT.read_text()) if f"`{file.key}`" in name]
    assert listed(title) == headers(file.columns())


@pytest.mark.parametrize(
    ("title", "columns"),
    [
        ("Log of acts", ACT_COLUMNS),
        ("Bills to clients", BILL_COLUMNS),
        ("Margins", margin_columns("CHF")),
    ],
)
def test_the_other_tables(title, columns) -> None:
    assert listed(title) == headers(columns)


@pytest.mark.parametrize(
    ("title", "columns"),
    [
        ("Costs (`costs.csv`)", costs.COLUMNS),
        ("Products (`products.csv`)", exports.PRODUCT_COLUMNS),
        ("Partners (`partners.csv`)", exports.PARTNER_COLUMNS),
        ("Partnerships (lists of clients)", exports.PARTNERSHIP_COLUMNS),
        ("Backups (`backups.csv`)", exports.BACKUP_COLUMNS),
        ("Turnover of partners (`turnover-of-partners.csv`)", TURNOVER_COLUMNS),
        ("Exit sheets (`exit.csv`)", exports.EXIT_COLUMNS),
    ],
)
def test_the_lists(title, columns) -> None:
    assert in_italics(title) == headers(columns)


def test_the_lists_of_orders(world) -> None:
    assert in_italics("Orders (`orders.csv`)") == headers(
        order_columns(world.actor("lea", "alpine-web"))
    )
