"""What if in the staff's admin: a draft, its figures as table and CSV, and its publication."""

from datetime import timedelta
from decimal import Decimal

import pytest
from django.contrib.auth.models import Permission
from django.urls import reverse
from django.utils import timezone

from billing.models import PartnerRate, WhatIf, WhatIfRow
from billing.rules import Tier
from billing.services import what_if
from clients.rules import Side
from tests.billing.making import make_order
from tests.portal.admin_pages import address

pytestmark = pytest.mark.django_db

LABEL = "billing.WhatIf"


@pytest.fixture
def staff(world):
    return world.client("staff")


@pytest.fixture
def draft(world):
    today = timezone.localdate()
    made = WhatIf.objects.create(title="Lower", since=today - timedelta(days=365), until=today)
    WhatIfRow.objects.create(
        what_if=made, product_type=world.product_type("web-hosting"), percent=Decimal(10)
    )
    return made


def day(number):
    return (timezone.localdate() + timedelta(days=number)).isoformat()


def form(world, **row):
    data = {
        "title": "Steeper", "since": day(-365), "until": day(-1),
        "rows-TOTAL_FORMS": "1", "rows-INITIAL_FORMS": "0",
        "rows-MIN_NUM_FORMS": "0", "rows-MAX_NUM_FORMS": "1000",
        "rows-0-product_type": world.product_type("vps").pk,
        "rows-0-percent": "", "rows-0-tiers": "",
    }  # fmt: skip
    return data | {f"rows-0-{name}": value for name, value in row.items()}


def text_of(page):
    return " ".join(page.content.decode().split())


def test_a_draft_is_made(world, staff):
    page = staff.post(address(LABEL, "add"), form(world, percent="12.5", tiers="5: 3\r\n9: 6"))
    assert page.status_code == 302
    made = WhatIf.objects.get(title="Steeper")
    row = made.rows.get()
    assert (made.created_by, row.percent) == (world.person("staff"), Decimal("12.5"))
    assert what_if.tiers_of(row) == (Tier(5, Decimal(3)), Tier(9, Decimal(6)))
    shown = staff.get(address(LABEL, "change", made.pk)).content.decode()
    assert "5: 3\n9: 6" in shown
    assert staff.get(address(LABEL)).status_code == 200


@pytest.mark.parametrize(
    ("row", "tiers"), [({"tiers": "-"}, ()), ({"percent": "3", "tiers": " "}, None)]
)
def test_no_tiers_and_tiers_as_they_were(world, staff, row, tiers):
    staff.post(address(LABEL, "add"), form(world, **row))
    assert what_if.tiers_of(WhatIfRow.objects.get()) == tiers


@pytest.mark.parametrize(
    ("row", "words"),
    [
        ({"percent": "36"}, "A partner rate is 0 to 35 percent."),
        ({"percent": "-2"}, "A partner rate is 0 to 35 percent."),
        ({"tiers": "5: 3\n5: 6"}, "they overlap"),
        ({}, "Change the rate, the tiers, or both."),
    ],
)
def test_what_cannot_be_is_said(world, staff, row, words):
    assert words in text_of(staff.post(address(LABEL, "add"), form(world, **row)))
    assert not WhatIf.objects.exists()


def test_the_last_day_is_not_before_the_first(world, staff):
    page = staff.post(address(LABEL, "add"), form(world, percent="3") | {"until": day(-400)})
    assert "before the first one" in text_of(page)


def test_before_and_after_as_table_and_as_csv(world, staff, draft):
    hotel, alpine = world.organisation("hotel-bellevue"), world.partner("alpine-web")
    hosting = world.product_type("web-hosting")
    make_order(hotel, alpine.organisation, alpine, hosting, 35)
    make_order(world.organisation("garage-nord"), world.organisation("garage-nord"), None, hosting,
               ordered_by=Side.CLIENT)  # fmt: skip
    page = address(LABEL, "result", draft.pk)
    text = text_of(staff.get(page))
    effects = what_if.run(what_if=draft)
    assert effects
    for effect in effects:
        assert (effect.partner or "without a partner") in text
    content = b"".join(staff.get(page, {"format": "csv"})).decode("utf-8-sig").splitlines()
    assert content[0].startswith("partner;currency;lines;turnover_before;turnover_after;")
    assert len(content) == 1 + len(effects)
    assert f"{effects[0].before.turnover:.2f}" in content[1]


def test_days_without_orders(staff, draft):
    old = timezone.localdate() - timedelta(days=4000)
    WhatIf.objects.filter(pk=draft.pk).update(since=old, until=old)
    assert "No order was placed in these days" in text_of(
        staff.get(address(LABEL, "result", draft.pk))
    )


def test_publishing(world, staff, draft):
    page = address(LABEL, "publish", draft.pk)
    assert "10.00 %" in text_of(staff.get(page))
    assert f'"{page}"' in staff.get(address(LABEL, "change", draft.pk)).content.decode()
    assert "from tomorrow on" in text_of(staff.post(page, {"day": day(0)}))
    assert staff.post(page, {"day": day(20)}).status_code == 302
    row = PartnerRate.objects.get(valid_from=day(20))
    assert (row.percent, row.created_by) == (10, world.person("staff"))
    assert "has been published already" in text_of(staff.post(page, {"day": day(21)}))
    shown = text_of(staff.get(address(LABEL, "change", draft.pk)))
    assert "This draft is published" in shown
    assert f'"{page}"' not in staff.get(address(LABEL, "change", draft.pk)).content.decode()
    assert 'name="title"' not in shown
    for name in ("change", "delete"):
        assert staff.post(address(LABEL, name, draft.pk), {"post": "yes"}).status_code == 403


def test_unknown_drafts(staff):
    for name in ("result", "publish"):
        assert staff.get(address(LABEL, name, 987654)).status_code == 404


def test_who_may_look_may_not_publish(world, draft):
    """T47."""
    person = world.person("lea")
    person.is_staff = True
    person.save(update_fields=["is_staff"])
    browser = world.client("lea")
    result, publish = (address(LABEL, name, draft.pk) for name in ("result", "publish"))
    assert browser.get(result).status_code == 403
    person.user_permissions.add(Permission.objects.get(codename="view_whatif"))
    assert "Publish" not in text_of(browser.get(result))
    assert browser.post(publish, {"day": day(9)}).status_code == 403
    assert browser.get(reverse("admin:billing_whatif_add")).status_code == 403
