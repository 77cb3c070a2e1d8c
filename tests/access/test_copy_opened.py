"""Files that PostgreSQL writes by COPY, opened by LibreOffice (M11).

LibreOffice is no part of a checking machine: where it is not installed, nothing is asked here.
"""

import shutil
import subprocess
from datetime import date
from xml.etree import ElementTree

import pytest
from django.db.models import DateField, Value

from access.copying import Column, Kind, neutral
from access.copying.styles import COMMA, PLAIN, POINT
from tests.access.copied import amount, rows_of, written


@pytest.mark.django_db
@pytest.mark.parametrize(
    ("style", "language"), [(COMMA, "fr-FR"), (COMMA, "de-DE"), (POINT, "de-CH"), (PLAIN, "en-GB")]
)
def test_libreoffice_reads_texts_and_numbers(tmp_path, style, language) -> None:
    """Opened by LibreOffice where it is installed (no part of a checking machine)."""
    office = shutil.which("soffice")
    if office is None:
        pytest.skip("LibreOffice is not installed: apt-get install libreoffice-calc.")
    columns = [
        Column("Client", "subject"),
        Column("Amount", amount("-1234.50"), Kind.MONEY),
        Column("Day", Value(date(2026, 5, 31), DateField()), Kind.DATE),
    ]
    names = ["Garage; Nord, SA", "=1+1", 'Hôtel "Bellevue"', "two\nlines", "＝1", "🚲"]
    (tmp_path / "in.csv").write_bytes(written(columns, rows_of(*names), style))
    assert opened(office, tmp_path, style, language) == [
        ["Client", "Amount", "Day"],
        *[[str(neutral(name)), "-1234.5", "2026-05-31"] for name in names],
    ]


def opened(office: str, folder, style, language: str) -> list[list[str]]:
    """The cells of in.csv after LibreOffice has read it as a reader of `language` opens it: what
    it took for a number, as a number."""
    codes = {"fr-FR": 1036, "de-DE": 1031, "de-CH": 2055, "en-GB": 2057}
    options = f"{ord(style.separator)},34,UTF8,1,,{codes[language]},false,true"
    subprocess.run(  # noqa: S603 - the program that was found, on a file of ours
        [
            *(office, "--headless", f"-env:UserInstallation=file://{folder}/profile"),
            *("--convert-to", "fods", "--outdir", str(folder)),
            *(f"--infilter=CSV:{options}", str(folder / "in.csv")),
        ],
        check=True,
        capture_output=True,
        timeout=120,
    )
    return _values(folder / "in.fods")


def _values(path) -> list[list[str]]:
    office = "{urn:oasis:names:tc:opendocument:xmlns:office:1.0}"
    table = "{urn:oasis:names:tc:opendocument:xmlns:table:1.0}"
    text = "{urn:oasis:names:tc:opendocument:xmlns:text:1.0}"
    rows = []
    for row in ElementTree.parse(path).iter(f"{table}table-row"):  # noqa: S314 - our own file
        found = []
        for cell in row.iter(f"{table}table-cell"):
            lines = ["".join(line.itertext()) for line in cell.iter(f"{text}p")]
            value = cell.get(f"{office}value") or cell.get(f"{office}date-value")
            found.append(value or "\n".join(lines))
        rows.append(found)
    return rows
