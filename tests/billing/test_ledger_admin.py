"""The staff's pages of prepaid accounts: look-only, settle, refuse, correct (T19)."""

from decimal import Decimal

import pytest
from django.test import Client
from django.urls import reverse

from billing.models import Account, Entry, MoneyRequest
from billing.services.requests import request_top_up
from tests.billing.accounts import HOTEL, filled, staff
from tests.world import World

pytestmark = pytest.mark.django_db


def page(name: str, *args: int) -> str:
    return reverse(f"admin:billing_{name}", args=args)


def asked(world: World) -> MoneyRequest:
    return request_top_up(by=world.actor("hugo", HOTEL), amount=Decimal("250.00"), key="a-key-here")


def second(world: World) -> Client:
    browser = Client()
    browser.force_login(staff(world, "second"))
    return browser


def test_accounts_and_entries_are_only_looked_at(world: World) -> None:
    account = filled(world.organisation(HOTEL))
    entry = Entry.objects.get(account=account)
    browser = world.client("staff")
    for name, row in (("account", account), ("entry", entry)):
        assert browser.get(page(f"{name}_changelist")).status_code == 200
        assert browser.get(page(f"{name}_change", row.pk)).status_code == 200
        assert browser.get(page(f"{name}_add")).status_code == 403
        assert browser.get(page(f"{name}_delete", row.pk)).status_code == 403
        answer = browser.post(page(f"{name}_change", row.pk), {"amount": "9", "balance": "9"})
        assert answer.status_code == 403
    account.refresh_from_db()
    assert account.balance == Decimal("100.00")


def test_a_request_is_settled_once(world: World) -> None:
    request = asked(world)
    browser = world.client("staff")
    assert "1 request waits" in browser.get(page("moneyrequest_changelist")).content.decode()
    url = page("moneyrequest_change", request.pk).replace("/change/", "/settle/")
    assert browser.get(url).status_code == 200
    assert not Entry.objects.filter(kind="top_up", amount=Decimal("250.00")).exists()  # GET reads
    shown = page("moneyrequest_change", request.pk)
    assert f'"{url}"' in browser.get(shown).content.decode()
    for _ in range(2):
        browser.post(url)
    assert Entry.objects.filter(kind="top_up", amount=Decimal("250.00")).count() == 1
    refuse = url.replace("/settle/", "/refuse/")
    for act in (url, refuse):  # the buttons are gone, and another tab is told why
        assert f'"{act}"' not in browser.get(shown).content.decode()
        late = browser.get(act, follow=True)
        assert late.redirect_chain[0][0] == shown
        assert "does not wait any more" in late.content.decode()


def test_a_request_is_refused_with_an_answer(world: World) -> None:
    request = asked(world)
    browser = world.client("staff")
    url = page("moneyrequest_change", request.pk).replace("/change/", "/refuse/")
    browser.post(url, {"answer": ""})
    request.refresh_from_db()
    assert request.state == "waiting"
    browser.post(url, {"answer": "Nothing has come"})
    request.refresh_from_db()
    assert (request.state, request.answer) == ("refused", "Nothing has come")


def test_a_large_correction_takes_two_of_the_staff(world: World) -> None:
    account = filled(world.organisation(HOTEL), "500.00")
    browser = world.client("staff")
    url = page("account_change", account.pk).replace("/change/", "/correct/")
    said = {"amount": "-150.00", "reason": "Counted twice"}
    for _ in range(2):  # a double click is one proposal
        browser.post(url, said)
    proposed = MoneyRequest.objects.get(kind="correction")
    settle = page("moneyrequest_change", proposed.pk).replace("/change/", "/settle/")
    told = browser.post(settle, follow=True).content.decode()
    assert "another one of the staff" in told
    assert Account.objects.get(pk=account.pk).balance == Decimal("500.00")
    second(world).post(settle)
    assert Account.objects.get(pk=account.pk).balance == Decimal("350.00")


@pytest.mark.parametrize("amount", ["0", "-500.01", "x", ""])
def test_a_correction_that_cannot_be_stays_on_the_form(world: World, amount: str) -> None:
    account = filled(world.organisation(HOTEL), "500.00")
    url = page("account_change", account.pk).replace("/change/", "/correct/")
    answer = world.client("staff").post(url, {"amount": amount, "reason": "Counted twice"})
    assert answer.status_code == 200
    assert not MoneyRequest.objects.exists()
