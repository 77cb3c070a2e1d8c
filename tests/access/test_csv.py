"""Cells that a spreadsheet would run are neutralised; numbers stay numbers (T32, M11)."""

from decimal import Decimal

import pytest

from access.web.csv import lines, neutral


@pytest.mark.parametrize(
    "cell",
    [
        "=1+1",
        "+41 22 000",
        "-1 plus something",
        "@sum",
        "\t=1",
        "\r=1",
        "\n=1",
        "\x00=1",
        "＝1",
        "＋1",
        "－1",
        "＠1",
        "  =1",
        "'=1",
        '"=1',
        "\u3000=1",
    ],
)
def test_a_formula_becomes_text(cell):
    assert neutral(cell) == "'" + cell


@pytest.mark.parametrize("cell", ["Garage Nord", "a=b", "1-2", "", "x@y.example"])
def test_other_text_stays(cell):
    assert neutral(cell) == cell


def test_negative_amounts_stay_numbers():
    assert neutral(Decimal("-52.08")) == Decimal("-52.08")


def test_a_document_opens_in_a_french_excel():
    assert list(lines(["Nom", "Prix"], [["Vélo; bleu", Decimal("-1.50")]])) == [
        "\ufeffNom;Prix\r\n",
        '"Vélo; bleu";-1.50\r\n',
    ]
