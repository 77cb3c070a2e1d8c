"""The screens of rebilling, on both sides (B12)."""

import io
from decimal import Decimal
from typing import Any

import pytest
from django.core.files.uploadedfile import SimpleUploadedFile
from django.db import connection
from django.test import Client
from django.test.utils import CaptureQueriesContext
from django.urls import reverse
from PIL import Image
from PIL.PngImagePlugin import PngInfo

from access.models import Act
from billing.models import Rebill, RebillLine, RebillMarkup, RebillSender
from billing.services import rebilling
from tests.billing.rebilled import (
    ALPINE,
    HOTEL,
    IBAN,
    RHONE,
    bill,
    day,
    draft,
    issue,
    lea,
    make_due,
    markup,
    ordered,
    sender,
)
from tests.world import World

pytestmark = pytest.mark.django_db


def url(name: str, about: Any = None, slug: str = ALPINE) -> str:
    return reverse(name, args=[slug] if about is None else [slug, about.public_id])


def browser(world: World, name: str = "lea") -> Client:
    return world.client(name)


FIELDS = {
    "name": "Alpine Web",
    "street": "Rue du Midi 12",
    "postcode": "1003",
    "city": "Lausanne",
    "country": "CH",
    "email": "billing@alpineweb.example",
    "registration_number": "CHE-415.273.684",
    "vat_number": "CHE-415.273.684 TVA",
    "vat_percent": "8.1",
    "iban": "CH93 0076 2011 6238 5295 7",
    "payment_days": "30",
    "prefix": "AW",
    "next_number": "1",
    "footer": "Thank you",
    "accent": "#0e7a5a",
}


def picture(kind: str = "PNG", size: tuple[int, int] = (300, 100), **more: Any) -> bytes:
    file = io.BytesIO()
    Image.new("RGB", size, (10, 120, 90)).save(file, kind, **more)
    return file.getvalue()


# ---- Settings --------------------------------------------------------------------------------


def test_settings_begin_with_the_organisations_data(world: World) -> None:
    page = browser(world).get(url("rebill_settings")).text
    assert "Alpine Web Sàrl" in page
    assert "Rue du Midi 12" in page


def test_settings_are_saved(world: World) -> None:
    page = browser(world).post(url("rebill_settings"), FIELDS, follow=True)
    assert "Saved." in page.text
    saved = RebillSender.objects.get()
    assert (saved.iban, saved.prefix, saved.accent) == (IBAN, "AW", "#0e7a5a")


@pytest.mark.parametrize(
    ("field", "typed", "told"),
    [
        ("iban", "CH93 0076 2011 6238 5295 8", "This is no IBAN"),
        ("iban", "1234", "This is no IBAN"),
        ("iban", "", "This field is required."),
        ("prefix", "A/B", "Only letters"),
        ("prefix", "=1+1", "Only letters"),
        ("prefix", "<b>", "Only letters"),
        ("prefix", "-A", "Only letters"),
        ("prefix", "a" * 11, "at most 10"),
        ("next_number", "0", "between 1 and"),
        ("next_number", "x", "whole number"),
        ("vat_percent", "-1", "greater than or equal to 0"),
        ("vat_percent", "51", "less than or equal to 50"),
        ("vat_number", "", "shows a VAT number"),
        ("vat_number", "CHE-415.273.685 TVA", "does not check"),
        ("payment_days", "1000", "less than or equal to 120"),
        ("accent", "red; }", "#rrggbb"),
        ("accent", "#12345", "#rrggbb"),
        ("name", "www.evil.example", "no web address"),
        ("country", "XX", "valid choice"),
        ("name", "\x00", "Null characters"),
    ],
)
def test_settings_with_bad_input(world: World, field: str, typed: str, told: str) -> None:
    page = browser(world).post(url("rebill_settings"), FIELDS | {field: typed})
    assert told in str(page.context["form"].errors[field])
    assert not RebillSender.objects.exists()


def test_the_next_number_is_refused_beside_the_field(world: World) -> None:
    bill(world)
    for typed, told in (("1", "used already"), ("7", "leave a gap")):
        page = browser(world).post(url("rebill_settings"), FIELDS | {"next_number": typed})
        assert told in str(page.context["form"].errors["next_number"])


def test_a_logo_is_made_anew(world: World) -> None:
    """T37: whatever else the file held is gone; the page that serves it runs nothing."""
    info = PngInfo()
    info.add_text("Comment", "<script>alert(1)</script>")
    sent = SimpleUploadedFile("x.png", picture(size=(2000, 500), pnginfo=info) + b"<script>")
    browser(world).post(url("rebill_settings"), FIELDS | {"new_logo": sent})
    answer = browser(world).get(url("rebill_logo"))
    assert answer["Content-Type"] == "image/jpeg"
    assert answer["X-Content-Type-Options"] == "nosniff"
    assert "sandbox" in answer["Content-Security-Policy"]
    assert b"script" not in answer.content
    assert Image.open(io.BytesIO(answer.content)).size == (1000, 250)
    browser(world).post(url("rebill_settings"), FIELDS | {"without_logo": "on"})
    assert browser(world).get(url("rebill_logo")).status_code == 404


@pytest.mark.parametrize(
    ("content", "told"),
    [
        (b"<svg xmlns='http://www.w3.org/2000/svg'><script/></svg>", "not a PNG"),
        (b"%PDF-1.7", "not a PNG"),
        (picture("GIF"), "not a PNG"),
        (picture()[:200], "not a PNG"),
        (picture(size=(4097, 1)), "4,096 pixels"),
        (picture() + b"\x00" * 2 * 1024 * 1024, "2 MB"),
        (b"", "empty"),
    ],
)
def test_what_is_no_logo(world: World, content: bytes, told: str) -> None:
    """T37."""
    sent = SimpleUploadedFile("logo.png", content, content_type="image/png")
    page = browser(world).post(url("rebill_settings"), FIELDS | {"new_logo": sent})
    assert told in str(page.context["form"].errors["new_logo"])


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


def test_the_pdf_is_kept(world: World) -> None:
    """M8: what was issued never changes, its paper too."""
    issued = bill(world)
    first = browser(world).get(url("rebill_pdf", issued))
    assert first["Content-Disposition"] == f'attachment; filename="{issued.number}.pdf"'
    client = browser(world, "hugo").get(url("partner_bill_pdf", issued, HOTEL))
    assert client.content == first.content


# ---- Mark-ups -------------------------------------------------------------------------------


def test_markups_as_a_table(world: World) -> None:
    lea_ = browser(world)
    assert "No mark-up yet" in lea_.get(url("rebill_markups")).text
    form = {"client": "", "product_type": "web-hosting", "kind": "percent", "value": "20"}
    lea_.post(url("rebill_markup_new"), form)
    row = RebillMarkup.objects.get()
    assert "Web hosting" in lea_.get(url("rebill_markups")).text
    lea_.post(url("rebill_markup", row), form | {"client": HOTEL, "kind": "fixed"})
    row.refresh_from_db()
    assert (row.client.slug, row.kind) == (HOTEL, "fixed")
    assert "a unit" in lea_.get(url("rebill_markups") + "?q=bellevue").text
    page = lea_.post(url("rebill_markup_new"), form | {"client": HOTEL})
    assert "already" in str(page.context["form"].errors["product_type"])
    page = lea_.post(url("rebill_markup_new"), form | {"value": "-3"})
    assert "If you mean it" in str(page.context["form"].errors["value"])
    page = lea_.post(url("rebill_markup_new"), form | {"value": "1001"})
    assert "between" in str(page.context["form"].errors["value"])
    lea_.post(url("rebill_markup_remove", row))
    assert not RebillMarkup.objects.exists()


def test_others_clients_are_no_choice(world: World) -> None:
    """T39, T43: an organisation that is no client of this partner is none."""
    form = {"client": "atelier-vigne", "product_type": "", "kind": "percent", "value": "20"}
    page = browser(world).post(url("rebill_markup_new"), form)
    assert page.context["form"].errors["client"]


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
    assert ";208.32;-108.32" in text
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
    assert "CHF;208.32;249.98;41.66;16.67;0" in text


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


# ---- The client's side ----------------------------------------------------------------------


def test_the_client_never_sees_a_cost(world: World) -> None:
    """B12: by list, page, search and file; the amounts are chosen so that only costs match."""
    markup(world, "percent", "20")
    issued = bill(world)
    hugo = browser(world, "hugo")
    pages = [
        hugo.get(url("partner_bills", slug=HOTEL)).text,
        hugo.get(url("partner_bill", issued, HOTEL)).text,
    ]
    for text in pages:
        assert issued.number in text
        for secret in ("208.32", "41.66", "5.95", "16.67", "Cost", "argin"):
            assert secret not in text
    assert "249.98" in pages[1]
    assert "CH93 0076 2011 6238 5295 7" in pages[1]
    assert "No bill fits" in hugo.get(url("partner_bills", slug=HOTEL) + "?q=208.32").text


def test_the_clients_empty_page(world: World) -> None:
    assert (
        "No bill from a partner"
        in browser(world, "hugo").get(url("partner_bills", slug=HOTEL)).text
    )


def test_a_draft_does_not_exist_for_the_client(world: World) -> None:
    sender(world)
    ordered(world)
    made = draft(world)
    assert browser(world, "hugo").get(url("partner_bill", made, HOTEL)).status_code == 404


def test_the_client_reads_the_credit(world: World) -> None:
    issued = bill(world)
    credit = rebilling.cancel(bill=issued, reason="The wrong month", by=lea(world))
    hugo = browser(world, "hugo")
    assert "you do not owe it" in hugo.get(url("partner_bill", issued, HOTEL)).text
    assert "The wrong month" in hugo.get(url("partner_bill", credit, HOTEL)).text


# ---- Foreign is unknown ----------------------------------------------------------------------

ABOUT_BILLS = [
    ("rebill", "get"),
    ("rebill_pdf", "get"),
    ("rebill_details", "post"),
    ("rebill_line_new", "post"),
    ("rebill_reprice", "post"),
    ("rebill_issue", "post"),
    ("rebill_discard", "post"),
    ("rebill_paid", "post"),
    ("rebill_unpaid", "post"),
    ("rebill_cancel", "post"),
    ("rebill_remind", "post"),
]


@pytest.mark.parametrize(("name", "method"), ABOUT_BILLS)
def test_others_bills_do_not_exist(world: World, name: str, method: str) -> None:
    """T43: another partner, the client and a stranger get what an unknown id gets."""
    issued = bill(world)
    for who, slug in (("remi", RHONE), ("hugo", HOTEL), ("remi", ALPINE), ("cora", ALPINE)):
        answer = getattr(browser(world, who), method)(url(name, issued, slug))
        assert answer.status_code == 404, (who, slug)
    issued.refresh_from_db()
    assert issued.state == "open"


def test_others_lines_and_markups_do_not_exist(world: World) -> None:
    """T43."""
    sender(world)
    ordered(world)
    line, row = draft(world).lines.get(), markup(world, "percent", "5")
    remi = browser(world, "remi")
    for name, about in (
        ("rebill_line", line),
        ("rebill_line_remove", line),
        ("rebill_markup", row),
        ("rebill_markup_remove", row),
    ):
        assert remi.post(url(name, about, RHONE)).status_code == 404
    assert RebillMarkup.objects.exists()


def test_others_received_bills_do_not_exist(world: World) -> None:
    """T43, M4: neither for another organisation nor for the partner's people in the client's."""
    issued = bill(world)
    for who, slug in (("lea", HOTEL), ("bruno", "boulangerie-du-lac"), ("remi", HOTEL)):
        for name in ("partner_bill", "partner_bill_pdf"):
            assert browser(world, who).get(url(name, issued, slug)).status_code == 404
    assert browser(world, "lea").get(url("partner_bills", slug=HOTEL)).status_code == 404


def test_without_the_accounting_right(world: World) -> None:
    issued = bill(world)
    world.add_member(HOTEL, "cook")
    world.add_member(HOTEL, "books", accounting=True)
    assert browser(world, "cook").get(url("partner_bills", slug=HOTEL)).status_code == 404
    assert browser(world, "books").get(url("partner_bill", issued, HOTEL)).status_code == 200


def test_get_writes_nothing(world: World) -> None:
    issued = bill(world)
    acts = Act.objects.count()
    for name in ("rebill_paid", "rebill_unpaid", "rebill_remind", "rebill_reprice"):
        assert browser(world).get(url(name, issued)).status_code == 405
    for name in ("rebill_cancel", "rebill_issue", "rebill_discard"):
        browser(world).get(url(name, issued))
    assert Act.objects.count() == acts
