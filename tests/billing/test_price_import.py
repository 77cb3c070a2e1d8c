"""Price lists from CSV files: planned, then all or nothing (C1, C2)."""

from datetime import timedelta
from decimal import Decimal

import pytest
from django.utils import timezone

from access.web.csv import lines as csv_lines
from billing.errors import PriceRowWrong
from billing.models import FixedPrice, PartnerRate, Price, TierTable, VatRate
from billing.rules import Tier
from billing.services import price_import, prices
from billing.services.price_files import COLUMNS
from clients.models import ProductType

pytestmark = pytest.mark.django_db

SOON = (timezone.localdate() + timedelta(days=30)).isoformat()
PAST = "2024-01-01"


@pytest.fixture
def kind(world):
    hosting = world.product_type("web-hosting")
    return ProductType.objects.create(slug="new-type", name="New", category=hosting.category)


def planned(name, text):
    content = text if isinstance(text, bytes) else text.format(soon=SOON, past=PAST).encode()
    return content, price_import.plan(name=name, content=content)


def applied(name, text, by=None):
    content, plan = planned(name, text)
    assert plan.faults == []
    return price_import.apply(name=name, content=content, fingerprint=plan.fingerprint, by=by)


def faults(name, text):
    _content, plan = planned(name, text)
    assert plan.faults
    return [(fault.line, fault.column, fault.message) for fault in plan.faults]


PRICES = "product_type;currency;period;valid_from;price\n"


# ---- what comes in ---------------------------------------------------------------------------


@pytest.mark.parametrize(
    "text",
    [
        "product_type;currency;period;valid_from;price\r\nnew-type;CHF;monthly;{soon};9,92\r\n",
        "product_type,currency,period,valid_from,price\nnew-type,CHF,monthly,{soon},9.92\n",
        'product_type,currency,period,valid_from,price\nnew-type,CHF,monthly,{soon},"9,92"\n',
        "\ufeffPRICE;product_type ;Currency;period;valid_from\n\n9.92; new-type;chf;Monthly;{soon}",
        "product_type\tcurrency\tperiod\tvalid_from\tprice\nnew-type\tCHF\tmonthly\t{soon}\t9.92",
    ],
)
def test_files_as_spreadsheets_write_them(world, kind, text):
    """With and without a byte order mark, either separator, decimal comma or point."""
    applied("prices", text, by=world.person("staff"))
    row = Price.objects.get(product_type=kind)
    assert (row.currency, row.period, row.amount) == ("CHF", "monthly", Decimal("9.92"))
    assert row.created_by == world.person("staff")


@pytest.mark.parametrize("written", ["2030-03-04", "04.03.2030", "4.3.2030", "04/03/2030"])
def test_days_as_spreadsheets_write_them(kind, written):
    applied("prices", PRICES + f"new-type;CHF;monthly;{written};1")
    assert Price.objects.get(product_type=kind).valid_from.isoformat() == "2030-03-04"


def test_each_list(kind):
    applied("prices", PRICES + "new-type;CHF;monthly;{past};9.92")
    applied(
        "fixed_prices",
        "product_type;currency;period;valid_from;fixed_price\n"
        "new-type;CHF;monthly;{past};8.5\nnew-type;CHF;monthly;{soon};\n",
    )
    applied("partner_rates", "product_type;valid_from;percent\nnew-type;{past};20\n")
    applied(
        "volume_tiers",
        "product_type;valid_from;units;percent\nnew-type;{past};35;25\nnew-type;{past};10;10,5\n"
        "new-type;{soon};;\n",
    )
    applied("vat_rates", "country;valid_from;percent\ndk;{past};25\n")
    amounts = FixedPrice.objects.filter(product_type=kind).order_by("valid_from")
    assert list(amounts.values_list("amount", flat=True)) == [Decimal("8.50"), None]
    assert PartnerRate.objects.get(product_type=kind).percent == 20
    tables = TierTable.objects.filter(product_type=kind).order_by("valid_from")
    assert [prices.value_of(prices.TIERS, table) for table in tables] == [
        (Tier(10, Decimal("10.50")), Tier(35, Decimal(25))),
        (),
    ]
    assert VatRate.objects.get(country="DK").percent == 25


def test_the_plan_says_old_and_new(kind):
    applied("prices", PRICES + "new-type;CHF;monthly;{past};9.92")
    _content, plan = planned(
        "prices",
        PRICES + "new-type;CHF;monthly;{past};9.92\nnew-type;CHF;monthly;{soon};10.50\n",
    )
    (line,) = plan.lines
    assert (line.line, line.subject, line.change.before) == (3, kind, Decimal("9.92"))
    assert (line.change.wanted.value, plan.unchanged) == (Decimal("10.50"), 1)


def test_planning_writes_nothing(kind):
    planned("prices", PRICES + "new-type;CHF;monthly;{past};9.92")
    assert not Price.objects.filter(product_type=kind).exists()


def test_the_same_file_twice_changes_nothing_the_second_time(kind):
    text = PRICES + "new-type;CHF;monthly;{past};9.92\nnew-type;CHF;monthly;{soon};10\n"
    assert len(applied("prices", text).lines) == 2
    before = list(Price.objects.order_by("pk").values())
    again = applied("prices", text)
    assert (again.lines, again.unchanged) == ([], 2)
    assert list(Price.objects.order_by("pk").values()) == before


@pytest.mark.parametrize("name", COLUMNS)
def test_what_goes_out_comes_in_unchanged(world, kind, name):
    test_each_list(kind)
    content = "".join(csv_lines(price_import.LISTS[name].columns, price_import.rows_of(name)))
    assert content.startswith("\ufeff")
    plan = price_import.plan(name=name, content=content.encode())
    assert (plan.faults, plan.lines) == ([], [])
    assert plan.unchanged == price_import.LISTS[name].table.model.objects.count()


# ---- what does not ---------------------------------------------------------------------------


def test_every_wrong_line_is_said_with_its_number(kind):
    """A price list with a wrong line: nothing is written, and all faults are said at once."""
    text = (
        PRICES
        + "new-type;CHF;monthly;{soon};9.92\n"
        + "unknown;CHF;weekly;{soon};9.92\n"
        + "\n"
        + "new-type;USD;monthly;31.02.2030;1.234,50\n"
        + "new-type;CHF;monthly\n"
        + "new-type;EUR;monthly;{soon};0\n"
        + "new-type;CHF;monthly;{soon};8\n"
    )
    assert [fault[:2] for fault in faults("prices", text)] == [
        (3, "product_type"),
        (3, "period"),
        (5, "currency"),
        (5, "valid_from"),
        (5, "price"),
        (6, ""),
        (7, "price"),
        (8, "valid_from"),
    ]
    content, plan = planned("prices", text)
    with pytest.raises(PriceRowWrong):
        price_import.apply(name="prices", content=content, fingerprint=plan.fingerprint, by=None)
    assert not Price.objects.filter(product_type=kind).exists()


@pytest.mark.parametrize(
    ("text", "words"),
    [
        (b"", "has to name these columns"),
        (b"product_type;currency;period;valid_from\n", "has to name these columns"),
        (b"product_type;currency;period;valid_from;price;price\n", "has to name these columns"),
        (b"product_type;currency;period;valid_from;price\n", "no line below"),
        (b"\xff\xfep\x00r\x00", "no UTF-8"),
        (PRICES.encode() + b'new-type;"CHF;monthly\n', "unexpected end"),
        (PRICES.encode() + b"x\n" * 20_001, "more than 20000 lines"),
    ],
)
def test_files_that_are_none(kind, text, words):
    (fault,) = faults("prices", text)
    assert fault[0] == 0
    assert words in fault[2]


@pytest.mark.parametrize("percent", ["35.01", "-1", "36", "350"])
def test_a_rate_above_35_or_below_0(kind, percent):
    (fault,) = faults(
        "partner_rates", "product_type;valid_from;percent\nnew-type;{soon};" + percent
    )
    assert fault == (2, "percent", "A partner rate is 0 to 35 percent.")


@pytest.mark.parametrize(
    ("lines", "number", "words"),
    [
        (["10;5", "20;10", "10;7"], 4, "they overlap"),
        (["10;5", "20;5"], 3, "not above 5"),
        (["10;5", ";"], 3, "needs both"),
        (["10;"], 2, "needs both"),
        (["0;5"], 2, "1 to 100000"),
        (["ten;5"], 2, "no whole number"),
    ],
)
def test_a_tier_that_overlaps(kind, lines, number, words):
    text = "product_type;valid_from;units;percent\n" + "".join(
        f"new-type;{SOON};{line}\n" for line in lines
    )
    (fault,) = faults("volume_tiers", text)
    assert fault[0] == number
    assert words in fault[2]


def test_a_fixed_price_above_the_public_one(kind):
    applied("prices", PRICES + "new-type;CHF;monthly;{past};9.92")
    (fault,) = faults(
        "fixed_prices",
        "product_type;currency;period;valid_from;fixed_price\nnew-type;CHF;monthly;{soon};9.93",
    )
    assert fault[:2] == (2, "fixed_price")
    assert "above the public price" in fault[2]


def test_the_past_is_kept(kind):
    applied("prices", PRICES + "new-type;CHF;monthly;{past};9.92")
    found = faults(
        "prices", PRICES + "new-type;CHF;monthly;{past};9.93\nnew-type;CHF;monthly;2024-02-01;8\n"
    )
    assert [fault[:2] for fault in found] == [(2, "valid_from"), (3, "valid_from")]


def test_a_list_that_changed_meanwhile_is_looked_at_again(kind):
    """Between preview and confirmation another of the staff sets a price: nothing is written over
    a value that was not shown."""
    content, plan = planned("prices", PRICES + "new-type;CHF;monthly;{soon};10")
    applied("prices", PRICES + "new-type;CHF;monthly;{soon};12")
    with pytest.raises(PriceRowWrong, match="meanwhile"):
        price_import.apply(name="prices", content=content, fingerprint=plan.fingerprint, by=None)
    assert Price.objects.get(product_type=kind).amount == 12


def test_a_long_file_costs_a_few_queries(kind, django_assert_max_num_queries):
    text = PRICES + "".join(
        f"new-type;CHF;monthly;{2030 + year}-{month:02}-{day:02};{day}\n"
        for year in range(3)
        for month in range(1, 13)
        for day in range(1, 29)
    )
    with django_assert_max_num_queries(14):
        applied("prices", text)
    assert Price.objects.filter(product_type=kind).count() == 3 * 12 * 28
