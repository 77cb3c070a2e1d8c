"""The staff's desk: what waits, counted, with a link to the same rows (T47)."""

import re
from datetime import timedelta
from typing import Any

import pytest
from django.contrib import admin
from django.contrib.auth.models import Permission
from django.db import connection
from django.test.utils import CaptureQueriesContext
from django.urls import reverse
from django.utils import timezone

from access.models import OutgoingMail
from billing.models import Account, MoneyRequest, ProvisioningTask
from clients.models import Product
from partners.models import Partner
from portal import desk
from tests.world import World

pytestmark = pytest.mark.django_db


def failed_mail(number: int = 1) -> None:
    OutgoingMail.objects.bulk_create(
        OutgoingMail(
            kind="access.test",
            event=f"desk:{each}",
            address=f"a{each}@example.org",
            state=OutgoingMail.State.FAILED,
            message_id=f"<desk-{each}@portal.example>",
        )
        for each in range(number)
    )


def request_money(world: World, kind: str, state: str = "waiting") -> None:
    organisation = world.organisation("alpine-web")
    account, _made = Account.objects.get_or_create(organisation=organisation, currency="CHF")
    MoneyRequest.objects.create(
        account=account,
        kind=kind,
        amount=-10 if kind == "pay_out" else 10,
        state=state,
        key=f"desk {kind} {state}",
    )


def failed_task() -> None:
    product = Product.objects.order_by("pk")[0]
    ProvisioningTask.objects.create(
        product=product,
        act="activate",
        key="desk",
        state="failed",
        next_attempt_at=timezone.now(),
    )


def lines(response: Any) -> dict[str, int]:
    return {str(each.matter.label): each.count for each in response.context["waiting"]}


def clerk(world: World, *permissions: str) -> str:
    person = world.add_person("clerk@portal.example")
    person.is_staff = True
    person.save()
    for codename in permissions:
        person.user_permissions.add(*Permission.objects.filter(codename=codename))
    return "clerk"


def test_each_line_counts_what_waits(world: World) -> None:
    browser = world.client("staff")
    before = lines(browser.get(reverse("admin:index")))
    failed_mail(3)
    failed_task()
    request_money(world, "top_up")
    request_money(world, "pay_out")
    request_money(world, "pay_out", state="withdrawn")
    after = lines(browser.get(reverse("admin:index")))
    new = {name: number for name, number in after.items() if before.get(name) != number}
    assert new == {
        "Failed mails": 3,
        "Products that could not be set up": 1,
        "Top-ups": 1,
        "Pay-outs": 1,
    }


def test_each_link_shows_the_rows_that_were_counted(world: World) -> None:
    failed_mail(2)
    failed_task()
    for kind in ("top_up", "pay_out", "correction"):
        request_money(world, kind)
    browser = world.client("staff")
    found = browser.get(reverse("admin:index")).context["waiting"]
    assert len(found) >= 6
    for each in found:
        page = browser.get(each.url)
        assert page.status_code == 200, each.url
        assert page.context["cl"].result_count == each.count, each.matter.label


@pytest.mark.parametrize("matter", desk.MATTERS, ids=lambda each: str(each.label))
def test_each_line_leads_to_a_list_that_takes_its_filter(world: World, matter: desk.Matter) -> None:
    """A filter that the list does not know would lead back with `?e=1`."""
    assert admin.site.is_registered(matter.model)
    assert world.client("staff").get(desk._url(matter)).status_code == 200


def test_only_what_one_may_see(world: World) -> None:
    """T47: neither the numbers nor the links of the others."""
    failed_mail()
    failed_task()
    name = clerk(world, "view_outgoingmail")
    response = world.client(name).get(reverse("admin:index"))
    assert lines(response) == {"Failed mails": 1}
    assert "could not be set up" not in response.text


def test_an_empty_desk_says_so(world: World) -> None:
    response = world.client(clerk(world, "view_outgoingmail")).get(reverse("admin:index"))
    assert response.context["waiting"] == []
    assert "Nothing waits." in response.text


def test_partners_below_the_minimum(world: World) -> None:
    """P2: approved ones; a suspended one is settled already."""
    label = "Partners below the minimum"
    Product.objects.update(state="cancelled")
    browser = world.client("staff")
    assert lines(browser.get(reverse("admin:index")))[label] == 2
    Partner.objects.filter(organisation__slug="rhone-digital").update(state="suspended")
    assert lines(browser.get(reverse("admin:index")))[label] == 1


def test_the_desk_asks_as_many_questions_with_more_that_waits(world: World) -> None:
    browser = world.client("staff")
    failed_mail()
    with CaptureQueriesContext(connection) as few:
        browser.get(reverse("admin:index"))
    OutgoingMail.objects.all().delete()
    failed_mail(200)
    for partner in world.add_partners(5):
        world.add_clients(partner, 2)
    with CaptureQueriesContext(connection) as many:
        browser.get(reverse("admin:index"))
    assert len(many) == len(few)


def test_nothing_inline_stands_in_it(world: World) -> None:
    """The content security policy refuses it."""
    failed_mail()
    part = re.search(r'<section class="desk".*?</section>', _page(world), re.DOTALL)
    assert part
    assert " style=" not in part.group()
    assert " on" not in re.sub(r">[^<]*<", "><", part.group())


def _page(world: World) -> str:
    return world.client("staff").get(reverse("admin:index")).text


def test_an_overdue_invoice_is_of_yesterday() -> None:
    """Of the link's filter: the same day as the question's."""
    matter = next(each for each in desk.MATTERS if "Overdue" in str(each.label))
    today = timezone.localdate()
    assert f"due_on__lt={today.isoformat()}" in desk._url(matter)
    assert (today - timedelta(days=1)).isoformat() not in desk._url(matter)
