"""Entries of prepaid accounts: only added, numbered, never below zero (M6, T15, T16, T19, T20)."""

from decimal import Decimal

import pytest
from django.db import DatabaseError, IntegrityError, transaction
from django.db.models import ProtectedError, Sum

from billing.entries import SENTENCES, sentence
from billing.errors import NotEnoughBalance
from billing.models import Account, Clawback, Entry
from billing.services.ledger import account_of, book, owed, take_back
from billing.states import EntryKind
from tests.billing.accounts import ALPINE, HOTEL, cashback, filled, hosting_line, paid, topped_up
from tests.world import World

pytestmark = pytest.mark.django_db


def entries(account: Account) -> list[tuple[int, Decimal, Decimal]]:
    rows = Entry.objects.filter(account=account).order_by("number")
    return list(rows.values_list("number", "amount", "balance_after"))


def assert_sums_up(account: Account) -> None:
    account.refresh_from_db()
    total = Entry.objects.filter(account=account).aggregate(sum=Sum("amount"))["sum"] or 0
    assert account.balance == total
    assert [number for number, _, _ in entries(account)] == list(range(1, account.last_number + 1))


def test_the_balance_is_the_sum_of_numbered_entries(world: World) -> None:
    account = filled(world.organisation(HOTEL), "100.00")
    paid(account, "30.25")
    topped_up(account, "0.01")
    assert entries(account) == [
        (1, Decimal("100.00"), Decimal("100.00")),
        (2, Decimal("-30.25"), Decimal("69.75")),
        (3, Decimal("0.01"), Decimal("69.76")),
    ]
    assert_sums_up(account)


def test_an_organisation_has_one_account_for_each_currency(world: World) -> None:
    hotel = world.organisation(HOTEL)
    francs, euros = filled(hotel, "10.00"), filled(hotel, "20.00", "EUR")
    assert (francs.currency, francs.balance) == ("CHF", Decimal("10.00"))
    assert (euros.currency, euros.balance) == ("EUR", Decimal("20.00"))  # T20: nothing is mixed
    assert account_of(hotel).pk == francs.pk


def test_more_than_the_balance_is_refused_and_nothing_is_booked(world: World) -> None:
    account = filled(world.organisation(HOTEL), "30.00")
    with pytest.raises(NotEnoughBalance, match=r"30\.00"):
        paid(account, "30.01")
    assert len(entries(account)) == 1
    assert_sums_up(account)
    paid(account, "30.00")
    account.refresh_from_db()
    assert account.balance == 0


def test_the_database_holds_the_balance_above_zero(world: World) -> None:
    account = filled(world.organisation(HOTEL), "30.00")
    with pytest.raises(IntegrityError, match="balance_not_below_zero"), transaction.atomic():
        Account.objects.filter(pk=account.pk).update(balance=Decimal("-0.01"))


def test_an_entry_of_nothing_is_refused(world: World) -> None:
    account = filled(world.organisation(HOTEL))
    with pytest.raises(IntegrityError, match="entry_moves_something"), transaction.atomic():
        topped_up(account, "0.00")


# ---- Only added (T19, T46) -------------------------------------------------------------------


def test_entries_are_neither_changed_nor_deleted(world: World) -> None:
    account = filled(world.organisation(HOTEL))
    entry = Entry.objects.get(account=account)
    with pytest.raises(DatabaseError, match="entries_are_only_added"), transaction.atomic():
        Entry.objects.filter(pk=entry.pk).update(amount=Decimal("1000.00"))
    with pytest.raises(DatabaseError, match="entries_are_only_added"), transaction.atomic():
        Entry.objects.filter(pk=entry.pk)._raw_delete("default")
    entry.amount = Decimal("1000.00")
    with pytest.raises(DatabaseError, match="entries_are_only_added"), transaction.atomic():
        entry.save()


def test_who_has_an_account_or_booked_is_not_deleted(world: World) -> None:
    """T46: deleting an organisation or a person neither dodges a debt nor breaks the ledger."""
    account = filled(world.organisation(HOTEL))
    booker = world.person("staff")
    topped_up(account, "1.00", by=booker)
    with pytest.raises(ProtectedError):
        account.organisation.delete()
    with pytest.raises(ProtectedError):
        booker.delete()


# ---- Cashback, and its counter-entries -------------------------------------------------------


def test_a_line_brings_its_cashback_once(world: World) -> None:
    """T15."""
    line = hosting_line(world)
    assert cashback(line).amount == Decimal("52.08")
    with pytest.raises(IntegrityError, match="one_cashback_a_line"), transaction.atomic():
        cashback(line)
    assert_sums_up(account_of(world.organisation(ALPINE)))


def test_cashback_is_taken_back_by_counter_entry_once(world: World) -> None:
    """M6, T16."""
    original = cashback(hosting_line(world))
    for _ in range(2):
        take_back(cashback=original, reason="cashback_back")
    back = Entry.objects.get(reverses=original)
    assert (back.amount, back.kind, back.line_id) == (
        -original.amount,
        "cashback",
        original.line_id,
    )
    assert owed(original.account) == 0
    assert_sums_up(original.account)


def test_what_the_balance_does_not_hold_is_taken_from_what_comes_next(world: World) -> None:
    original = cashback(hosting_line(world))
    account = original.account
    paid(account, "50.00")
    take_back(cashback=original, reason="cashback_back")
    account.refresh_from_db()
    assert account.balance == 0
    assert owed(account) == Decimal("50.00")
    topped_up(account, "20.00")
    account.refresh_from_db()
    assert (account.balance, owed(account)) == (Decimal("0.00"), Decimal("30.00"))
    topped_up(account, "100.00")
    account.refresh_from_db()
    assert (account.balance, owed(account)) == (Decimal("70.00"), Decimal("0.00"))
    taken = Entry.objects.filter(reverses=original).values_list("amount", flat=True)
    assert sum(taken) == -original.amount
    assert_sums_up(account)


def test_of_two_debts_the_older_one_is_taken_first(world: World) -> None:
    first, second = cashback(hosting_line(world)), cashback(hosting_line(world))
    account = first.account
    paid(account, "104.16")
    take_back(cashback=second, reason="cashback_back")
    take_back(cashback=first, reason="cashback_back")
    topped_up(account, "60.00")
    taken = dict(Clawback.objects.values_list("cashback", "taken"))
    assert taken == {second.pk: Decimal("52.08"), first.pk: Decimal("7.92")}


# ---- Sentences -------------------------------------------------------------------------------


def test_every_reason_has_its_sentence(world: World) -> None:
    entry = cashback(hosting_line(world))
    told = sentence(entry.reason, entry.facts)
    assert told == "Cashback: 35 × Web hosting at Boulangerie du Lac"
    assert sentence("top_up_transfer", {}) == str(SENTENCES["top_up_transfer"])
    assert sentence("invoice_paid", {}) == "Payment of invoice %(invoice)s"  # never an error
    assert sentence("of_tomorrow", {}) == "of_tomorrow"


def test_kinds_and_signs_are_told_apart(world: World) -> None:
    account = filled(world.organisation(HOTEL))
    book(
        account=account,
        kind=EntryKind.CORRECTION,
        amount=Decimal("-1.00"),
        reason="correction",
        facts={"reason": "Counted twice"},
    )
    last = Entry.objects.filter(account=account).first()
    assert last is not None
    assert sentence(last.reason, last.facts) == "Correction by the vendor: Counted twice"
