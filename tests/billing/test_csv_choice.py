"""The files of money lists: each in the way that its reader's spreadsheet expects, or as they chose
(M11), and counted (T42)."""

import csv
import io
import re
from decimal import Decimal
from html import unescape
from typing import Any

import pytest
from django.urls import reverse

from access.limits import TooOften
from tests.billing.accounts import ALPINE, BAKERY, HOTEL, filled, hosting_line
from tests.billing.invoiced import invoice_of
from tests.billing.rebilled import bill
from tests.world import World

pytestmark = pytest.mark.django_db
LISTS = {
    "orders": ("bruno", BAKERY),
    "costs": ("bruno", BAKERY),
    "account": ("lea", ALPINE),
    "invoices": ("lea", ALPINE),
    "client_orders": ("lea", ALPINE),
    "earnings": ("lea", ALPINE),
    "prices": ("lea", ALPINE),
    "rebills": ("lea", ALPINE),
    "rebill_margin": ("lea", ALPINE),
    "partner_bills": ("hugo", HOTEL),
}
"""Each list with somebody who reads it; its file is called `<list>_csv`."""
STYLES = {"comma": (";", ","), "point": (";", "."), "plain": (",", ".")}


@pytest.fixture(autouse=True)
def _money(world: World) -> None:
    filled(world.organisation(ALPINE), "1234.50")
    hosting_line(world)
    invoice_of(world, ALPINE)
    bill(world)


def rows(answer: Any, separator: str) -> list[list[str]]:
    text = b"".join(answer).decode("utf-8-sig")
    return list(csv.reader(io.StringIO(text), delimiter=separator))


@pytest.mark.parametrize("name", LISTS)
@pytest.mark.parametrize("style", STYLES)
def test_a_list_s_file_comes_as_chosen(world: World, name: str, style: str) -> None:
    """The page offers the choice, and the file of the offered address is written that way."""
    person, slug = LISTS[name]
    browser, (separator, sign) = world.client(person), STYLES[style]
    page = browser.get(reverse(name, args=[slug])).content.decode()
    pattern = rf'href="({re.escape(reverse(f"{name}_csv", args=[slug]))}[^"]*format={style})"'
    (offered,) = re.findall(pattern, page)
    header, *lines = rows(browser.get(unescape(offered)), separator)
    assert {len(line) for line in lines} == {len(header)}
    amounts = [cell for line in lines for cell in line if re.fullmatch(r"-?\d+[.,]\d\d", cell)]
    assert amounts
    assert {cell[-3] for cell in amounts} == {sign}
    assert all(Decimal(cell.replace(",", ".")).is_finite() for cell in amounts)


@pytest.mark.parametrize("name", LISTS)
def test_without_a_choice_it_is_the_reader_s(world: World, name: str) -> None:
    """An English file has a comma between columns, a French one between francs and centimes."""
    person, slug = LISTS[name]
    browser, address = world.client(person), reverse(f"{name}_csv", args=[slug])
    assert len(rows(browser.get(address), ",")[0]) > 3
    browser.cookies["django_language"] = "fr"
    french = rows(browser.get(address), ";")
    assert len(french[0]) > 3
    assert any(re.fullmatch(r"-?\d+,\d\d", cell) for line in french for cell in line)


def test_the_search_of_the_invoices_goes_with_their_file(world: World) -> None:
    page = world.client("lea").get(reverse("invoices", args=[ALPINE]), {"q": "zqnothing"})
    address = reverse("invoices_csv", args=[ALPINE])
    assert f'"{address}?q=zqnothing&amp;format=comma"' in page.content.decode()


@pytest.mark.parametrize("name", [*LISTS, "exports_file", "billing_exports_file"])
def test_every_file_is_counted(world: World, monkeypatch: pytest.MonkeyPatch, name: str) -> None:
    """T42: who fetches too many is told so, whichever the file."""

    def too_often(*_args: Any, **_more: Any) -> None:
        raise TooOften("That was too often.")

    monkeypatch.setattr("access.web.csv.spend", too_often)
    person, slug = LISTS.get(name, ("lea", ALPINE))
    address = reverse(name if name.endswith("_file") else f"{name}_csv", args=[slug])
    file = "order-lines" if name == "exports_file" else "entries"
    assert world.client(person).get(address, {"file": file}).status_code == 429
