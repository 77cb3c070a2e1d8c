"""The screens of rebilling, on the partner's side (B12)."""

from decimal import Decimal

import pytest
from django.db import connection
from django.test import Client
from django.test.utils import CaptureQueriesContext

from billing.models import Rebill, RebillLine
from billing.services import rebilling
from billing.views.rebilling import papers
from tests.billing.rebilled import (
    HOTEL,
    RHONE,
    bill,
    browser,
    day,
    draft,
    issue,
    lea,
    make_due,
    markup,
    ordered,
    sender,
    url,
)
from tests.matrix.asking import writing_only
from tests.world import World

pytestmark = pytest.mark.django_db


# ---- From orders to a bill ------------------------------------------------------------------


def test_the_whole_way(world: World) -> None:
    sender(world)
    markup(world, "percent", "20")
    ordered(world)
    lea_ = browser(world)
    assert "CHF 208.32" in lea_.get(url("rebills")).text
    form = {"client": HOTEL, "period_from": day(-30), "period_until": day()}
    page = lea_.post(url("rebill_new"), form, follow=True)
    made = Rebill.objects.get()
    assert "249.98" in page.text
    assert "7.1424" in page.text
    line = {"text": "Help", "detail": "", "quantity": "2", "unit_price": "50"}
    lea_.post(url("rebill_line_new", made), line)
    extra = RebillLine.objects.get(text="Help")
    lea_.post(url("rebill_line", extra), line | {"quantity": "3"})
    details = {"vat_percent": "8.1", "payment_days": "10", "note": "As agreed"}
    lea_.post(url("rebill_details", made), details)
    made.refresh_from_db()
    assert (made.net, made.payment_days) == (Decimal("399.98"), 10)
    assert b"%PDF" in lea_.get(url("rebill_pdf", made)).content[:8]
    page = lea_.get(url("rebill_issue", made))
    assert "Hugo" in page.text
    page = lea_.post(url("rebill_issue", made), {"version": made.version}, follow=True)
    assert "is issued" in page.text
    made.refresh_from_db()
    assert made.state == "open"
    assert made.pdf


def test_the_periods_bad_input(world: World) -> None:
    sender(world)
    ordered(world)
    form = {"client": HOTEL, "period_from": day(), "period_until": day(-1)}
    page = browser(world).post(url("rebill_new"), form)
    assert "ends before it begins" in str(page.context["form"].errors["period_until"])
    page = browser(world).post(url("rebill_new"), form | {"client": RHONE})
    assert page.context["form"].errors["client"]
    page = browser(world).post(url("rebill_new"), form | {"period_from": "2026-02-30"})
    assert page.context["form"].errors["period_from"]
    assert not Rebill.objects.exists()


@pytest.mark.parametrize(
    ("field", "typed", "told"),
    [
        ("quantity", "0", "between 1 and 100,000"),
        ("quantity", "1000000", "between 1 and 100,000"),
        ("quantity", "1.5", "whole number"),
        ("unit_price", "-1", "between 0 and"),
        ("unit_price", "NaN", "Enter a number"),
        ("unit_price", "1.23456", "4 decimal places"),
        ("text", "", "required"),
        ("text", "x" * 201, "at most 200"),
    ],
)
def test_a_lines_bad_input(world: World, field: str, typed: str, told: str) -> None:
    sender(world)
    ordered(world)
    made = draft(world)
    good = {"text": "x", "detail": "", "quantity": "1", "unit_price": "1"}
    page = browser(world).post(url("rebill_line_new", made), good | {field: typed})
    assert told in str(page.context["form"].errors[field])
    assert made.lines.count() == 1


def test_the_buttons_of_a_draft(world: World) -> None:
    sender(world)
    ordered(world)
    made = draft(world)
    markup(world, "fixed", "1")
    lea_ = browser(world)
    assert "present mark-ups" in lea_.post(url("rebill_reprice", made), follow=True).text
    line = made.lines.get()
    assert "off the draft" in lea_.post(url("rebill_line_remove", line), follow=True).text
    assert "What will happen" in lea_.get(url("rebill_discard", made)).text
    assert "draft is gone" in lea_.post(url("rebill_discard", made), follow=True).text
    assert lea_.get(url("rebill", made)).status_code == 404


def test_the_buttons_of_an_issued_bill(world: World) -> None:
    issued = bill(world)
    lea_ = browser(world)
    for name in ("rebill_details", "rebill_line_new", "rebill_issue", "rebill_discard"):
        assert "was issued" in lea_.get(url(name, issued), follow=True).text
    assert "may be paid until" in lea_.post(url("rebill_remind", issued), follow=True).text
    make_due(issued)
    assert "was reminded" in lea_.post(url("rebill_remind", issued), follow=True).text
    late = {"paid_on": day(1)}
    assert "and today" in lea_.post(url("rebill_paid", issued), late, follow=True).text
    paid = lea_.post(url("rebill_paid", issued), {"paid_on": day()}, follow=True)
    assert "is paid" in paid.text
    assert "is open again" in lea_.post(url("rebill_unpaid", issued), follow=True).text
    page = lea_.post(url("rebill_cancel", issued), {"reason": "Wrong"}, follow=True)
    assert "is cancelled by credit" in page.text
    assert "It cancels bill" in page.text


def test_looking_at_a_pdf_writes_nothing(world: World) -> None:
    """Architecture 2: one that could not be printed when it was issued is laid out each time."""
    issued, lea_, hugo = bill(world), browser(world), browser(world, "hugo")
    with writing_only():
        assert b"%PDF" in lea_.get(url("rebill_pdf", issued)).content[:8]
        assert b"%PDF" in hugo.get(url("partner_bill_pdf", issued, HOTEL)).content[:8]
    issued.refresh_from_db()
    assert not issued.pdf


def test_the_pdf_is_kept(world: World) -> None:
    """M8: what was issued never changes, its paper too."""
    issued = bill(world)
    papers.print_early(issued)
    first = browser(world).get(url("rebill_pdf", issued))
    assert first["Content-Disposition"] == f'attachment; filename="{issued.number}.pdf"'
    client = browser(world, "hugo").get(url("partner_bill_pdf", issued, HOTEL))
    assert client.content == first.content


# ---- Lists ----------------------------------------------------------------------------------


def test_the_list_is_searched_filtered_and_sorted(world: World) -> None:
    first, second = bill(world), bill(world, 2)
    rebilling.mark_paid(bill=second, paid_on=day(), by=lea(world))
    lea_ = browser(world)

    def found(query: str) -> list[str]:
        rows = lea_.get(url("rebills") + query).context["listing"].page
        return [row.number for row in rows]

    assert found("?q=Bellevue&sort=number") == [first.number, second.number]
    assert found("?q=0002") == [second.number]
    assert found("?state=paid") == [second.number]
    assert found("?state=overdue") == []
    assert found("?sort=-total") == [first.number, second.number]
    assert found("?q=nothing") == []
    assert "No bill fits" in lea_.get(url("rebills") + "?q=nothing").text


def test_the_csv_holds_costs_for_the_partner_only(world: World) -> None:
    """M11, T32: formulas are no formulas, negative amounts stay numbers."""
    sender(world)
    ordered(world)
    made = draft(world)
    rebilling.change_line(
        line=made.lines.get(),
        text="=1+1",
        detail="",
        quantity=1,
        unit_price=Decimal(100),
        by=lea(world),
    )
    world.organisation(HOTEL).__class__.objects.filter(slug=HOTEL).update(name="=HYPERLINK(1)")
    issue(world, made)
    text = "".join(
        part.decode() for part in browser(world).get(url("rebills_csv")).streaming_content
    )
    assert "'=HYPERLINK(1)" in text
    assert ",208.32,-108.32" in text
    answer = browser(world, "hugo").get(url("partner_bills_csv", slug=HOTEL))
    text = "".join(part.decode() for part in answer.streaming_content)
    assert "208.32" not in text
    assert "Alpine Web" in text


def test_margins_page_and_csv(world: World) -> None:
    lea_ = browser(world)
    assert "No bill yet" in lea_.get(url("rebill_margin")).text
    markup(world, "percent", "20")
    bill(world)
    page = lea_.get(url("rebill_margin")).text
    assert "41.66" in page
    assert "16.7 %" in page
    old = f"?start={day(-9)}&until={day(-1)}"
    assert "No bill in this period" in lea_.get(url("rebill_margin") + old).text
    wrong = f"?start={day()}&until={day(-1)}"
    assert "ends before it begins" in lea_.get(url("rebill_margin") + wrong).text
    answer = lea_.get(url("rebill_margin_csv"))
    text = "".join(part.decode() for part in answer.streaming_content)
    assert "CHF,208.32,249.98,41.66,16.67,0.00,270.23" in text


def test_three_rows_cost_as_many_queries_as_one(world: World) -> None:
    lea_, hugo = browser(world), browser(world, "hugo")

    def counted(visitor: Client, address: str) -> int:
        with CaptureQueriesContext(connection) as queries:
            assert visitor.get(address).status_code == 200
        return len(queries)

    addresses = [
        (lea_, url("rebills")),
        (lea_, url("rebill_margin")),
        (hugo, url("partner_bills", slug=HOTEL)),
    ]
    bill(world)
    before = [counted(*address) for address in addresses]
    bill(world, 2)
    bill(world, 3)
    assert [counted(*address) for address in addresses] == before
