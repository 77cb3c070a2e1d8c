"""Top-ups, pay-outs and corrections: nothing moves before staff settle it (M6, T18, T19, T21)."""

from decimal import Decimal

import pytest
from django.conf import settings
from django.http import Http404

from access.errors import ActForbidden
from access.models import Act, OutgoingMail
from billing.errors import (
    AlreadySettled,
    AmountWrong,
    NotEnoughBalance,
    SecondPersonNeeded,
    WrongCurrency,
)
from billing.models import Account, Entry, MoneyRequest
from billing.references import Purpose, numbered
from billing.services.ledger import account_of
from billing.services.requests import (
    free_balance,
    propose_correction,
    refuse,
    request_pay_out,
    request_top_up,
    settle,
    withdraw_request,
)
from tests.billing.accounts import ALPINE, HOTEL, filled, paid, staff
from tests.world import World

pytestmark = pytest.mark.django_db
IBAN = "CH93 0076 2011 6238 5295 7"


def top_up(world: World, amount: str = "250.00", key: str = "first-key") -> MoneyRequest:
    return request_top_up(by=world.actor("hugo", HOTEL), amount=Decimal(amount), key=key)


def pay_out(
    world: World, amount: str, *, key: str = "key-of-one", by: str = "hugo"
) -> MoneyRequest:
    return request_pay_out(by=world.actor(by, HOTEL), amount=Decimal(amount), iban=IBAN, key=key)


def correct(world: World, amount: str, *, key: str, by: str = "staff") -> MoneyRequest:
    return propose_correction(
        account=account_of(world.organisation(HOTEL)),
        amount=Decimal(amount),
        reason="Counted twice",
        by=staff(world, by),
        key=key,
    )


def balance(world: World) -> Decimal:
    return Account.objects.get(organisation__slug=HOTEL).balance


# ---- Top-up ----------------------------------------------------------------------------------


def test_a_top_up_waits_with_a_reference_that_leads_back_to_it(world: World) -> None:
    asked = top_up(world)
    assert (asked.state, balance(world)) == ("waiting", Decimal("0.00"))
    found = numbered(asked.reference)
    assert found is not None
    assert (found.purpose, found.sequence) == (Purpose.TOP_UP, asked.pk)


def test_the_same_key_twice_is_one_request(world: World) -> None:
    assert top_up(world).pk == top_up(world).pk
    assert top_up(world, key="second-key").pk != top_up(world).pk
    assert Act.objects.filter(act="account.top_up").count() == 2


def test_settled_it_is_booked_once_logged_and_mailed(world: World) -> None:
    asked = top_up(world)
    entry = settle(asked=asked, by=world.person("staff"))
    assert (entry.amount, entry.kind, balance(world)) == (
        Decimal("250.00"),
        "top_up",
        Decimal("250.00"),
    )
    with pytest.raises(AlreadySettled):
        settle(asked=asked, by=world.person("staff"))
    assert OutgoingMail.objects.filter(kind="billing.request_settled").count() == 1
    act = Act.objects.get(act="account.top_up_settled")
    assert act.person is None  # a client does not read which of the staff it was


def test_refused_nothing_is_booked_and_the_answer_is_mailed(world: World) -> None:
    asked = top_up(world)
    with pytest.raises(AmountWrong):
        refuse(asked=asked, answer="  ", by=world.person("staff"))
    refuse(asked=asked, answer="Nothing has come", by=world.person("staff"))
    assert balance(world) == 0
    mail = OutgoingMail.objects.get(kind="billing.request_refused")
    assert mail.context["answer"] == "Nothing has come"
    with pytest.raises(AlreadySettled):
        withdraw_request(asked=asked, by=world.actor("hugo", HOTEL))


@pytest.mark.parametrize("amount", ["0.00", "-5.00", "0.001", "NaN", "Infinity", "1e15"])
def test_an_amount_that_cannot_be_is_refused_in_words(world: World, amount: str) -> None:
    with pytest.raises(AmountWrong):
        top_up(world, amount)
    assert not MoneyRequest.objects.exists()


def test_another_currency_than_the_account_s_is_refused(world: World) -> None:
    """T20."""
    with pytest.raises(WrongCurrency, match="CHF"):
        request_top_up(
            by=world.actor("hugo", HOTEL), amount=Decimal(5), key="a-key-here", currency="EUR"
        )


# ---- Pay-out ---------------------------------------------------------------------------------


def test_a_pay_out_is_at_most_the_balance_less_what_waits(world: World) -> None:
    account = filled(world.organisation(HOTEL), "100.00")
    first = pay_out(world, "60.00")
    assert first.amount == Decimal("-60.00")
    assert first.iban == "CH9300762011623852957"
    assert free_balance(account) == Decimal("40.00")
    with pytest.raises(NotEnoughBalance, match=r"40\.00"):
        pay_out(world, "40.01", key="key-of-two")
    assert pay_out(world, "60.00").pk == first.pk  # the same key, though 60.00 are not left
    pay_out(world, "40.00", key="key-of-two")
    assert balance(world) == Decimal("100.00")


def test_settled_it_leaves_the_account_unless_it_was_spent_meanwhile(world: World) -> None:
    account = filled(world.organisation(HOTEL), "100.00")
    asked, other = pay_out(world, "60.00"), pay_out(world, "40.00", key="key-of-two")
    entry = settle(asked=asked, by=world.person("staff"))
    assert (entry.amount, entry.facts) == (Decimal("-60.00"), {"iban": "CH… 2957"})
    paid(account, "10.00")
    with pytest.raises(NotEnoughBalance):
        settle(asked=other, by=world.person("staff"))
    other.refresh_from_db()
    assert (other.state, balance(world)) == ("waiting", Decimal("30.00"))


def test_a_wrong_iban_is_refused(world: World) -> None:
    filled(world.organisation(HOTEL), "100.00")
    with pytest.raises(AmountWrong, match="IBAN") as refusal:
        request_pay_out(
            by=world.actor("hugo", HOTEL),
            amount=Decimal(5),
            iban="CH93 0076 2011 6238 5295 8",
            key="a-key-here",
        )
    assert refusal.value.field == "iban"


def test_only_who_represents_the_organisation_has_money_paid_out(world: World) -> None:
    """Section 6: the accounting right tops up, and pays nothing out; others see nothing."""
    filled(world.organisation(HOTEL), "100.00")
    world.add_member(HOTEL, "anna", accounting=True)
    world.add_member(HOTEL, "otto")
    request_top_up(by=world.actor("anna", HOTEL), amount=Decimal(5), key="a-key-here")
    with pytest.raises(ActForbidden):
        pay_out(world, "5.00", by="anna")
    with pytest.raises(ActForbidden):
        pay_out(world, "5.00", by="otto")
    with pytest.raises(Http404):  # a partner's person, with full access
        pay_out(world, "5.00", by="lea")
    assert MoneyRequest.objects.count() == 1


def test_withdrawn_it_frees_its_amount(world: World) -> None:
    account = filled(world.organisation(HOTEL), "100.00")
    asked = pay_out(world, "100.00")
    withdraw_request(asked=asked, by=world.actor("hugo", HOTEL))
    assert free_balance(account) == Decimal("100.00")
    with pytest.raises(AlreadySettled, match="withdrawn"):
        settle(asked=asked, by=world.person("staff"))


def test_nobody_withdraws_what_another_organisation_asked(world: World) -> None:
    asked = top_up(world)
    with pytest.raises(AlreadySettled):
        withdraw_request(asked=asked, by=world.actor("lea", ALPINE))


# ---- Corrections (T19) -----------------------------------------------------------------------


def test_a_small_correction_is_settled_by_who_proposed_it(world: World) -> None:
    filled(world.organisation(HOTEL), "200.00")
    asked = correct(world, "-100.00", key="correction-1")
    assert balance(world) == Decimal("200.00")
    entry = settle(asked=asked, by=staff(world, "staff"))
    assert (entry.kind, entry.facts, balance(world)) == (
        "correction",
        {"reason": "Counted twice"},
        Decimal("100.00"),
    )


def test_a_larger_one_needs_a_second_person(world: World) -> None:
    filled(world.organisation(HOTEL), "200.00")
    asked = correct(world, "-100.01", key="correction-1")
    with pytest.raises(SecondPersonNeeded, match=str(settings.CORRECTION_SECOND_PERSON)):
        settle(asked=asked, by=staff(world, "staff"))
    assert Entry.objects.filter(kind="correction").count() == 0
    settle(asked=asked, by=staff(world, "second"))
    assert balance(world) == Decimal("99.99")


def test_many_small_ones_are_no_way_round(world: World) -> None:
    filled(world.organisation(HOTEL), "200.00")
    settle(asked=correct(world, "60.00", key="correction-1"), by=staff(world, "staff"))
    with pytest.raises(SecondPersonNeeded):
        settle(asked=correct(world, "-60.00", key="correction-2"), by=staff(world, "staff"))


def test_a_correction_needs_a_reason_and_leaves_no_debt(world: World) -> None:
    account = filled(world.organisation(HOTEL), "10.00")
    with pytest.raises(AmountWrong) as refusal:
        propose_correction(
            account=account, amount=Decimal(1), reason=" ", by=staff(world), key="a-key-here"
        )
    assert refusal.value.field == "reason"
    with pytest.raises(NotEnoughBalance):
        correct(world, "-10.01", key="correction-1")


def test_a_correction_is_an_entry_of_its_own(world: World) -> None:
    """The entry that was wrong stays as it was."""
    account = filled(world.organisation(HOTEL), "10.00")
    before = Entry.objects.get(account=account)
    settle(asked=correct(world, "-5.00", key="correction-1"), by=staff(world, "staff"))
    rows = list(Entry.objects.filter(account=account).order_by("number"))
    assert rows[0].amount == before.amount
    assert [row.amount for row in rows] == [Decimal("10.00"), Decimal("-5.00")]
