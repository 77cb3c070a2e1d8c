"""The prepaid account's pages, for the organisation's own people only (M6, M7, T12, T43)."""

from datetime import date, timedelta
from decimal import Decimal
from typing import Any

import pytest
from django.db import connection
from django.http import HttpResponse
from django.test.utils import CaptureQueriesContext
from django.urls import reverse
from django.utils import timezone

from billing.models import Entry, MoneyRequest
from billing.services.ledger import take_back
from billing.services.requests import request_top_up
from tests.billing.accounts import (
    ALPINE,
    BAKERY,
    HOTEL,
    cashback,
    filled,
    hosting_line,
    moved,
    paid,
    topped_up,
)
from tests.world import PASSWORD, World

pytestmark = pytest.mark.django_db


def get(world: World, who: str, name: str, *args: str, **query: str) -> HttpResponse:
    return world.client(who).get(reverse(name, args=args), query)  # type: ignore[return-value]


def text(response: Any) -> str:
    return response.content.decode()


def order_of(entry: Entry) -> str:
    assert entry.line is not None
    return entry.line.order.public_id


def csv(response: HttpResponse) -> str:
    return b"".join(response.streaming_content).decode()  # type: ignore[attr-defined]


def test_an_empty_account_says_what_to_do(world: World) -> None:
    page = get(world, "hugo", "account", HOTEL)
    assert "Nothing has moved yet" in text(page)
    assert reverse("account_top_up", args=[HOTEL]) in text(page)


def test_the_page_shows_entries_sentences_and_the_running_balance(world: World) -> None:
    account = filled(world.organisation(HOTEL), "1234.50")
    paid(account, "34.50")
    shown = text(get(world, "hugo", "account", HOTEL))
    assert "Payment of invoice 2026-000001" in shown
    assert "1,200.00" in shown
    assert "+1,234.50" in shown


def test_a_sentence_names_the_product_in_the_readers_language(world: World) -> None:
    """M6, domain.md 12: and a search finds it by that word."""
    entry = cashback(hosting_line(world))
    browser = world.client("lea")
    browser.cookies["django_language"] = "de"
    for query in ({}, {"q": "Webhosting"}):
        page = browser.get(reverse("account", args=[ALPINE]), query)
        assert "Webhosting" in dict(page.context["rows"])[entry]  # type: ignore[attr-defined]


def test_filters_search_sort_and_pages(world: World) -> None:
    account = filled(world.organisation(HOTEL), "100.00")
    paid(account, "34.50")
    moved(Entry.objects.get(account=account, number=1), timezone.now() - timedelta(days=40))

    def numbers(**query: str) -> list[int]:
        page = get(world, "hugo", "account", HOTEL, **query)
        return [entry.number for entry, _ in page.context["rows"]]  # type: ignore[attr-defined]

    today = timezone.localdate().isoformat()
    assert numbers() == [2, 1]
    assert numbers(sort="date") == [1, 2]
    assert numbers(sort="amount") == [2, 1]
    assert numbers(kind="payment") == [2]
    assert numbers(since=today) == [2]
    assert numbers(until=(timezone.localdate() - timedelta(days=1)).isoformat()) == [1]
    assert numbers(q="2026-000001") == [2]
    assert numbers(q="34.50") == [2]
    assert numbers(q="34,5") == [2]
    assert numbers(q="nothing of that") == []
    assert numbers(kind="nonsense", since="31.31.2026") == [2, 1]


def test_the_csv_is_what_the_page_shows(world: World) -> None:
    account = filled(world.organisation(HOTEL), "100.00")
    paid(account, "34.50")
    found = csv(get(world, "hugo", "account_csv", HOTEL, kind="payment"))
    assert "-34.50" in found
    assert "2026-000001" in found
    assert "Top-up" not in found


def test_fifty_rows_cost_no_more_queries_than_two(world: World) -> None:
    account = filled(world.organisation(HOTEL), "100.00")
    client, url = world.client("hugo"), reverse("account", args=[HOTEL])
    client.get(url)
    with CaptureQueriesContext(
        connection,
    ) as few:
        client.get(url)
    for _ in range(40):
        paid(account, "1.00")
    with CaptureQueriesContext(connection) as many:
        client.get(url)
    assert len(many) == len(few)


def test_a_second_currency_is_a_tab(world: World) -> None:
    """T20."""
    filled(world.organisation(ALPINE), "10.00")
    filled(world.organisation(ALPINE), "77.00", "EUR")
    page = text(get(world, "lea", "account", ALPINE))
    assert "?account=EUR" in page
    euros = get(world, "lea", "account", ALPINE, account="EUR")
    assert "EUR 77.00" in text(euros)
    assert reverse("account_top_up", args=[ALPINE]) not in text(euros)
    assert "CHF 10.00" in text(get(world, "lea", "account", ALPINE, account="XXX"))


def test_what_is_still_to_be_taken_back_is_said(world: World) -> None:
    original = cashback(hosting_line(world))
    paid(original.account, "50.00")
    take_back(cashback=original, reason="cashback_back")
    assert "CHF 50.00 are still to be taken back" in text(get(world, "lea", "account", ALPINE))


# ---- Why 52.08? ------------------------------------------------------------------------------


def test_why_52_08(world: World) -> None:
    """M7: the arithmetic from the frozen line, and the row of M3 in words."""
    entry = cashback(hosting_line(world))
    shown = text(get(world, "lea", "account_entry", ALPINE, entry.public_id))
    for piece in ("Why 52.08?", "35 × 9.92", "347.20", "277.76", "208.32", "260.40", "52.08"):
        assert piece in shown
    assert "260.40 − 208.32" in shown
    assert "Full access, client pays, the partner orders" in shown
    assert reverse("client_order", args=[ALPINE, order_of(entry)]) in shown


def test_the_counter_entry_and_its_original_lead_to_each_other(world: World) -> None:
    entry = cashback(hosting_line(world))
    take_back(cashback=entry, reason="cashback_back")
    back = Entry.objects.get(reverses=entry)
    assert back.public_id in text(get(world, "lea", "account_entry", ALPINE, entry.public_id))
    assert entry.public_id in text(get(world, "lea", "account_entry", ALPINE, back.public_id))


def test_an_accounting_collaborator_sees_no_link_to_a_client_not_assigned(world: World) -> None:
    world.add_member(ALPINE, "anna", accounting=True)
    entry = cashback(hosting_line(world))
    shown = text(get(world, "anna", "account_entry", ALPINE, entry.public_id))
    assert "208.32" in shown
    assert reverse("client_order", args=[ALPINE, order_of(entry)]) not in shown


def test_nobody_else_sees_an_account(world: World) -> None:
    """T12, T43: another organisation's entry answers as one that does not exist."""
    entry = topped_up(filled(world.organisation(HOTEL)), "1.00")
    own = filled(world.organisation(BAKERY))
    assert get(world, "bruno", "account_entry", BAKERY, entry.public_id).status_code == 404
    assert get(world, "lea", "account", HOTEL).status_code == 404  # full access, partner pays
    assert get(world, "lea", "account_entry", HOTEL, entry.public_id).status_code == 404
    world.add_member(HOTEL, "otto")
    assert get(world, "otto", "account", HOTEL).status_code == 404
    assert own.organisation.slug == BAKERY


# ---- Top-up and pay-out ----------------------------------------------------------------------


def post(world: World, who: str, name: str, slug: str, **data: str) -> HttpResponse:
    return world.client(who).post(  # type: ignore[return-value]
        reverse(name, args=[slug]), {"key": "key-of-the-form"} | data, follow=True
    )


def test_a_top_up_leads_to_the_iban_the_reference_and_a_code(world: World) -> None:
    shown = text(post(world, "hugo", "account_top_up", HOTEL, amount="250.00"))
    assert "Top-up of CHF 250.00" in shown
    assert "CH44 3199 9123 0008 8901 2" in shown
    assert "data:image/png;base64," in shown
    again = post(world, "hugo", "account_top_up", HOTEL, amount="250.00")
    assert again.status_code == 200
    assert MoneyRequest.objects.count() == 1


@pytest.mark.parametrize("amount", ["0", "-1", "abc", "", "1.001", "99999999999999999"])
def test_a_wrong_amount_stays_on_the_form(world: World, amount: str) -> None:
    page = post(world, "hugo", "account_top_up", HOTEL, amount=amount)
    assert page.context["form"].errors["amount"]  # type: ignore[attr-defined]
    assert not MoneyRequest.objects.exists()


def test_a_pay_out_asks_for_the_password(world: World) -> None:
    """T21."""
    filled(world.organisation(HOTEL), "100.00")
    said = {"amount": "60.00", "iban": "CH93 0076 2011 6238 5295 7"}
    wrong = post(world, "hugo", "account_pay_out", HOTEL, **said, password="guess")
    assert wrong.context["form"].errors["password"]  # type: ignore[attr-defined]
    assert not MoneyRequest.objects.exists()
    shown = text(post(world, "hugo", "account_pay_out", HOTEL, **said, password=PASSWORD))
    assert "Pay-out of CHF 60.00" in shown
    assert MoneyRequest.objects.get().amount == Decimal("-60.00")


def test_more_than_the_balance_is_refused_beside_the_amount(world: World) -> None:
    filled(world.organisation(HOTEL), "100.00")
    said = {"amount": "100.01", "iban": "CH93 0076 2011 6238 5295 7", "password": PASSWORD}
    page = post(world, "hugo", "account_pay_out", HOTEL, **said)
    assert "At most CHF 100.00" in str(page.context["form"].errors["amount"])  # type: ignore[attr-defined]


def test_requests_are_listed_and_withdrawn(world: World) -> None:
    post(world, "hugo", "account_top_up", HOTEL, amount="250.00")
    asked = MoneyRequest.objects.get()
    assert asked.public_id in text(get(world, "hugo", "account_requests", HOTEL))
    assert asked.public_id in text(get(world, "hugo", "account", HOTEL))
    url = reverse("account_withdraw", args=[HOTEL, asked.public_id])
    assert world.client("hugo").get(url).status_code == 405
    shown = text(world.client("hugo").post(url, follow=True))
    assert "withdrawn" in shown
    asked.refresh_from_db()
    assert asked.state == "withdrawn"


def test_the_accounting_right_does_not_pay_out(world: World) -> None:
    world.add_member(HOTEL, "anna", accounting=True)
    filled(world.organisation(HOTEL), "100.00")
    page = text(get(world, "anna", "account", HOTEL))
    assert reverse("account_pay_out", args=[HOTEL]) not in page
    assert reverse("account_top_up", args=[HOTEL]) in page
    assert get(world, "anna", "account_pay_out", HOTEL).status_code == 403


# ---- Statements ------------------------------------------------------------------------------


def test_only_finished_months_have_a_statement(world: World) -> None:
    filled(world.organisation(HOTEL))
    today = timezone.localdate()
    for month in (f"{today:%Y-%m}", "2026-13", "1999-01", "later", "2026-1"):
        assert get(world, "hugo", "account_statement", HOTEL, month=month).status_code == 404
    assert date.today() >= date(2026, 1, 1)


def test_requests_are_found_by_their_reference(world: World) -> None:
    """Like every list; what nobody has is no error of the server."""
    by = world.actor("hugo", HOTEL)
    asked = request_top_up(by=by, amount=Decimal("5.00"), key="first-key")
    found = text(get(world, "hugo", "account_requests", HOTEL, q=asked.reference))
    assert asked.public_id in found
    for typed in ("nothing has this", "9" * 500, "\x00", "²"):
        answer = get(world, "hugo", "account_requests", HOTEL, q=typed)
        assert answer.status_code == 200
