"""Booking on prepaid accounts: the only way entries come into being one at a time (M6).

Whoever books holds the account's lock, so a balance can't be spent twice (T18). Locks are taken
in one order everywhere: client, partnership, order, invoice, accounts by primary key, counter.
"""

from collections.abc import Mapping
from decimal import Decimal
from typing import Any

from django.db import transaction
from django.db.models import F
from django.utils.translation import gettext as _

from access.models import Organisation, User
from billing.errors import NotEnoughBalance
from billing.models import Account, Clawback, Entry, Invoice, OrderLine
from billing.states import EntryKind


def account_of(organisation: Organisation, currency: str | None = None) -> Account:
    """The organisation's account in `currency` (its own one without), made when it is missing."""
    return Account.objects.get_or_create(
        organisation=organisation, currency=currency or organisation.currency
    )[0]


def lock_account(account: Account) -> Account:
    """The account as it is now, locked until the transaction ends."""
    return Account.objects.select_for_update(no_key=True).get(pk=account.pk)


@transaction.atomic
def book(
    *,
    account: Account,
    kind: EntryKind,
    amount: Decimal,
    reason: str,
    facts: Mapping[str, Any] | None = None,
    line: OrderLine | None = None,
    invoice: Invoice | None = None,
    reverses: Entry | None = None,
    by: User | None = None,
) -> Entry:
    """Adds an entry of `amount` (signed, in the account's currency) and moves the balance (M6).

    `reason` is a key of `billing.entries.SENTENCES`, `facts` (JSON) what its sentence names.
    Raises NotEnoughBalance when the balance does not hold it. What comes in pays first what is
    still to be taken back.
    """
    account = lock_account(account)
    entry = _add(
        account,
        kind=kind,
        amount=amount,
        reason=reason,
        facts=dict(facts or {}),
        line=line,
        invoice=invoice,
        reverses=reverses,
        created_by=by,
    )
    if amount > 0:
        _collect(account)
    return entry


def _add(account: Account, *, amount: Decimal, **values: Any) -> Entry:
    """The entry, on an account that is locked."""
    if account.balance + amount < 0:
        raise NotEnoughBalance(
            _(
                "The prepaid account holds %(currency)s %(balance)s, and %(amount)s are needed. "
                "Top it up, or pay by bank transfer."
            )
            % {"currency": account.currency, "balance": account.balance, "amount": -amount},
            field="method",
        )
    account.balance += amount
    account.last_number += 1
    account.save(update_fields=["balance", "last_number"])
    return Entry.objects.create(
        account=account,
        number=account.last_number,
        amount=amount,
        balance_after=account.balance,
        **values,
    )


@transaction.atomic
def take_back(*, cashback: Entry, reason: str, facts: Mapping[str, Any] | None = None) -> None:
    """Takes back a cashback by counter-entry, once (M6, T16). What the balance does not hold is
    taken from what comes in next: a balance can't go below zero."""
    account = lock_account(cashback.account)
    if Clawback.objects.filter(cashback=cashback).exists():
        return
    Clawback.objects.create(account=account, cashback=cashback, amount=cashback.amount)
    _collect(account, reason=reason, facts=dict(facts or {}))


def _collect(
    account: Account, *, reason: str = "cashback_back", facts: dict[str, Any] | None = None
) -> None:
    """Takes back what is open from the balance of a locked account, the oldest first."""
    owed = Clawback.objects.filter(account=account, taken__lt=F("amount"))
    for clawback in owed.select_related("cashback").order_by("pk"):
        amount = min(clawback.amount - clawback.taken, account.balance)
        if amount <= 0:
            return
        original = clawback.cashback
        _add(
            account,
            amount=-amount,
            kind=EntryKind.CASHBACK,
            reason=reason,
            facts=original.facts | (facts or {}),
            line=original.line,
            invoice=original.invoice,
            reverses=original,
        )
        clawback.taken += amount
        clawback.save(update_fields=["taken"])


def owed(account: Account) -> Decimal:
    """What is still to be taken back from what comes in next (M6)."""
    rows = Clawback.objects.filter(account=account, taken__lt=F("amount"))
    return sum((row.amount - row.taken for row in rows), Decimal("0.00"))
