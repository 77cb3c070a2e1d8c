"""Price lists in the staff's admin: by form, and by file with a preview (C1, C2)."""

from datetime import timedelta
from decimal import Decimal

import pytest
from django.contrib.auth.models import Permission
from django.core.files.uploadedfile import SimpleUploadedFile
from django.utils import timezone

from access.models import User
from billing.models import FixedPrice, PartnerRate, Price, TierTable
from billing.rules import Tier
from billing.services import prices
from clients.models import ProductType
from tests.portal.admin_pages import address, model_of

pytestmark = pytest.mark.django_db

DATED = [
    "billing.Price",
    "billing.FixedPrice",
    "billing.PartnerRate",
    "billing.TierTable",
    "billing.VatRate",
]


@pytest.fixture
def staff(world):
    return world.client("staff")


@pytest.fixture
def kind(world):
    hosting = world.product_type("web-hosting")
    return ProductType.objects.create(slug="new-type", name="New type", category=hosting.category)


def day(number):
    return timezone.localdate() + timedelta(days=number)


def rate(kind, percent, at):
    return prices.set_partner_rate(
        product_type=kind, percent=Decimal(percent), valid_from=day(at), by=None
    )


def added(staff, label, **data):
    page = staff.post(address(label, "add"), data)
    return page.content.decode() if page.status_code == 200 else ""


# ---- lists -----------------------------------------------------------------------------------


@pytest.mark.parametrize("label", DATED)
def test_lists_open_search_and_filter(staff, label):
    for query in ({}, {"q": "hosting"}, {"counts": "today"}, {"counts": "later"},
                  {"counts": "past"}, {"counts": "wrong"}):  # fmt: skip
        page = staff.get(address(label), query)
        assert page.status_code == 200
    assert "exclude VAT" in page.content.decode()


def test_what_counts_today_is_to_come_or_past(staff, kind):
    rates = [rate(kind, percent, at) for percent, at in [(10, 0), (20, 5), (30, 9)]]
    shown = {
        counts: set(
            staff.get(address("billing.PartnerRate"), {"q": "New type", "counts": counts})
            .context["cl"].queryset.values_list("pk", flat=True)
        )
        for counts in ("today", "later", "past")
    }  # fmt: skip
    assert shown == {"today": {rates[0].pk}, "later": {rates[1].pk, rates[2].pk}, "past": set()}


@pytest.mark.parametrize("label", DATED)
def test_lists_cost_the_same_with_more_rows(
    world, staff, label, django_assert_max_num_queries, django_assert_num_queries
):
    staff.get(address(label))
    with django_assert_max_num_queries(16) as few:
        staff.get(address(label))
    hosting = world.product_type("web-hosting")
    for number in range(1, 8):
        for currency in ("CHF", "EUR"):
            at = {"currency": currency, "period": "monthly", "valid_from": day(number)}
            money = {"product_type": hosting, "by": world.person("staff"), **at}
            prices.set_price(amount=Decimal(20), **money)
            prices.set_fixed_price(amount=Decimal(5), **money)
        rate(hosting, number, number)
        tiers = [Tier(5, Decimal(number))]
        prices.set_tiers(product_type=hosting, tiers=tiers, valid_from=day(number), by=None)
        prices.set_vat_rate(country="CH", percent=Decimal(9), valid_from=day(number), by=None)
    with django_assert_num_queries(len(few)):
        staff.get(address(label))


# ---- by form ---------------------------------------------------------------------------------


def test_a_price_is_added_and_attributed(world, staff, kind):
    wrong = added(
        staff, "billing.Price", product_type=kind.pk, currency="CHF", period="monthly",
        valid_from=day(3).isoformat(), amount="9.92",
    )  # fmt: skip
    assert wrong == ""
    row = Price.objects.get(product_type=kind)
    assert (row.amount, row.created_by) == (Decimal("9.92"), world.person("staff"))


def test_tiers_are_written_in_a_box(staff, kind):
    data = {"product_type": kind.pk, "valid_from": day(3).isoformat()}
    assert added(staff, "billing.TierTable", **data, tiers="35: 25\r\n10: 12,5 %\r\n") == ""
    table = TierTable.objects.get(product_type=kind)
    assert prices.value_of(prices.TIERS, table) == (
        Tier(10, Decimal("12.5")),
        Tier(35, Decimal(25)),
    )
    page = staff.get(address("billing.TierTable", "change", table.pk)).content.decode()
    assert "10: 12.5\n35: 25" in page


@pytest.mark.parametrize(
    ("label", "data", "words"),
    [
        ("billing.PartnerRate", {"percent": "35.5"}, "A partner rate is 0 to 35 percent."),
        ("billing.PartnerRate", {"percent": "-1"}, "A partner rate is 0 to 35 percent."),
        ("billing.TierTable", {"tiers": "10: 5\n10: 8"}, "they overlap"),
        ("billing.TierTable", {"tiers": "10: 5\n20: 5"}, "is not above 5"),
        ("billing.TierTable", {"tiers": "ten percent"}, "is no tier"),
        ("billing.Price", {"amount": "0"}, "A public price is above zero."),
        ("billing.FixedPrice", {"amount": "-1"}, "is not negative"),
    ],
)
def test_what_cannot_be_is_said_beside_its_field(staff, kind, label, data, words):
    data = data | {
        "product_type": kind.pk, "currency": "CHF", "period": "monthly",
        "valid_from": day(1).isoformat(),
    }  # fmt: skip
    assert words in added(staff, label, **data)
    assert not model_of(label).objects.filter(product_type=kind).exists()


def test_nothing_begins_in_the_past(staff, kind):
    rate(kind, 10, 0)
    data = {"product_type": kind.pk, "valid_from": day(-1).isoformat(), "percent": "5"}
    assert "is in the past" in added(staff, "billing.PartnerRate", **data)


def test_what_counts_is_only_looked_at_and_the_page_says_why(staff, kind):
    row = rate(kind, 10, 0)
    page = staff.get(address("billing.PartnerRate", "change", row.pk))
    text = page.content.decode()
    assert "it is kept as it is" in text
    assert 'name="percent"' not in text
    change = address("billing.PartnerRate", "change", row.pk)
    assert staff.post(change, {"percent": "5"}).status_code == 403
    delete = address("billing.PartnerRate", "delete", row.pk)
    assert staff.post(delete, {"post": "yes"}).status_code == 403
    assert PartnerRate.objects.get(pk=row.pk).percent == 10


def test_a_row_to_come_is_changed_and_deleted(world, staff, kind):
    row = rate(kind, 10, 5)
    change = address("billing.PartnerRate", "change", row.pk)
    assert staff.post(change, {"percent": "12"}).status_code == 302
    row.refresh_from_db()
    assert (row.percent, row.created_by) == (12, world.person("staff"))
    delete = address("billing.PartnerRate", "delete", row.pk)
    assert staff.post(delete, {"post": "yes"}).status_code == 302
    assert not PartnerRate.objects.filter(product_type=kind).exists()


def test_a_row_that_another_one_needs_is_not_deleted(staff, kind):
    at = {"product_type": kind, "currency": "CHF", "period": "monthly", "by": None}
    prices.set_price(amount=Decimal(10), valid_from=day(0), **at)
    dearer = prices.set_price(amount=Decimal(20), valid_from=day(5), **at)
    prices.set_fixed_price(amount=Decimal(15), valid_from=day(5), **at)
    page = staff.post(address("billing.Price", "delete", dearer.pk), {"post": "yes"}, follow=True)
    assert "above the public price" in page.content.decode()
    assert Price.objects.filter(pk=dearer.pk).exists()


# ---- by file ---------------------------------------------------------------------------------

HEAD = "product_type;valid_from;percent\n"


def uploaded(browser, content, label="billing.PartnerRate"):
    file = SimpleUploadedFile("rates.csv", content.encode(), content_type="text/csv")
    return browser.post(address(label, "import_list"), {"file": file}, follow=True)


def applied(browser, page):
    data = {"fingerprint": page.context["plan"].fingerprint}
    return browser.post(page.request["PATH_INFO"], data, follow=True)


def test_a_file_is_looked_at_and_then_written(world, staff, kind):
    rate(kind, 10, 0)
    content = HEAD + f"new-type;{day(0)};10\nnew-type;{day(7)};12,5\n"
    page = uploaded(staff, content)
    text = " ".join(page.content.decode().split())
    assert "The file writes 1 row. 1 more is so already." in text
    assert "10.00" in text
    assert "12.50" in text
    assert PartnerRate.objects.filter(product_type=kind).count() == 1
    done = applied(staff, page)
    assert "1 row of the file is written." in done.content.decode()
    row = PartnerRate.objects.get(product_type=kind, valid_from=day(7))
    assert (row.percent, row.created_by) == (Decimal("12.5"), world.person("staff"))
    assert "The file changes nothing" in uploaded(staff, content).content.decode()


def test_a_wrong_line_stops_all_of_it(staff, kind):
    page = uploaded(staff, HEAD + f"new-type;{day(7)};12\nunknown;{day(7)};12\nnew-type;soon;36\n")
    text = page.content.decode()
    assert "Nothing can be written: 2 faults" in " ".join(text.split())
    assert "No product type has the key" in text
    assert "is no day" in text
    assert "Write all of it" not in text
    applied(staff, page)
    assert not PartnerRate.objects.filter(product_type=kind).exists()


def test_the_file_waits_for_its_uploader_only(world, staff, kind):
    """T42: the held file is tied to the person and the list; its content never comes back from
    the client."""
    page = uploaded(staff, HEAD + f"new-type;{day(7)};12\n")
    other = world.client("lea")
    User.objects.filter(email__startswith="lea@").update(is_staff=True, is_superuser=True)
    for browser, path in (
        (other, page.request["PATH_INFO"]),
        (staff, page.request["PATH_INFO"].replace("partnerrate", "vatrate")),
        (staff, page.request["PATH_INFO"].replace("/import/", "/import/x")),
    ):
        done = browser.post(path, {"fingerprint": page.context["plan"].fingerprint}, follow=True)
        assert "has expired" in done.content.decode()
    assert not PartnerRate.objects.filter(product_type=kind).exists()


def test_what_changed_since_the_preview_is_shown_again(staff, kind):
    page = uploaded(staff, HEAD + f"new-type;{day(7)};12\n")
    rate(kind, 20, 7)
    again = applied(staff, page)
    assert "have changed meanwhile" in again.content.decode()
    assert PartnerRate.objects.get(product_type=kind).percent == 20
    applied(staff, again)
    assert PartnerRate.objects.get(product_type=kind).percent == 12


def test_a_file_that_is_too_large_or_missing(staff):
    assert "larger than 2 MB" in uploaded(staff, "x" * 2_000_001).content.decode()
    page = staff.post(address("billing.PartnerRate", "import_list"), {})
    assert "required" in page.content.decode()


@pytest.mark.parametrize("label", DATED)
def test_what_is_exported_comes_back_unchanged(staff, label):
    page = staff.get(address(label, "export_list"))
    content = b"".join(page).decode("utf-8-sig")
    back = uploaded(staff, content, label).content.decode()
    if content.count("\n") > 1:
        assert "The file changes nothing" in back


@pytest.mark.parametrize("page", ["changelist", "add", "import_list", "export_list"])
def test_staff_need_the_permission(world, page):
    """T47."""
    person = world.person("lea")
    person.is_staff = True
    person.save(update_fields=["is_staff"])
    assert world.client("lea").get(address("billing.Price", page)).status_code == 403
    person.user_permissions.add(Permission.objects.get(codename="view_price"))
    status = world.client("lea").get(address("billing.Price", page)).status_code
    assert status == (200 if page in ("changelist", "export_list") else 403)


def test_fixed_prices_say_what_an_empty_one_means(staff, kind):
    at = {"product_type": kind, "currency": "CHF", "period": "monthly", "by": None}
    prices.set_fixed_price(amount=Decimal(10), valid_from=day(0), **at)
    data = {
        "product_type": kind.pk, "currency": "CHF", "period": "monthly",
        "valid_from": day(4).isoformat(), "amount": "",
    }  # fmt: skip
    assert added(staff, "billing.FixedPrice", **data) == ""
    assert FixedPrice.objects.get(product_type=kind, valid_from=day(4)).amount is None
    page = staff.get(address("billing.FixedPrice"), {"q": "New type"})
    assert "none: the rate counts" in page.content.decode()
