"""Short words for prepaid accounts, for tests on the named cast."""

from datetime import datetime
from decimal import Decimal
from typing import Any

import pgtrigger
from django.db import connection

from access.models import Organisation, User
from billing.models import Account, Entry, OrderLine
from billing.services.ledger import account_of, book
from billing.states import EntryKind
from tests.billing.making import make_order
from tests.world import World

ALPINE, RHONE = "alpine-web", "rhone-digital"
BAKERY, HOTEL, VIGNE = "boulangerie-du-lac", "hotel-bellevue", "atelier-vigne"


def chf(amount: str) -> Decimal:
    return Decimal(amount)


def filled(owner: Organisation, amount: str = "100.00", currency: str = "") -> Account:
    """The organisation's account with a top-up of this amount on it."""
    account = account_of(owner, currency or owner.currency)
    topped_up(account, amount)
    return Account.objects.get(pk=account.pk)


def topped_up(account: Account, amount: str, **more: Any) -> Entry:
    return book(
        account=account,
        kind=EntryKind.TOP_UP,
        amount=Decimal(amount),
        reason="top_up_transfer",
        **more,
    )


def paid(account: Account, amount: str) -> Entry:
    return book(
        account=account,
        kind=EntryKind.PAYMENT,
        amount=-Decimal(amount),
        reason="invoice_paid",
        facts={"invoice": "2026-000001"},
    )


def hosting_line(
    world: World, client: str = BAKERY, partner: str = ALPINE, **more: Any
) -> OrderLine:
    """35 web hostings that the client ordered and pays: the partner's cashback is 52.08 (M2)."""
    owner = world.organisation(client)
    order = make_order(
        owner,
        owner,
        world.partner(partner),
        world.product_type("web-hosting"),
        35,
        **more,
    )
    return order.lines.get()


def cashback(line: OrderLine) -> Entry:
    """What paying the line's invoice books."""
    partner = line.order.partner
    assert partner is not None
    return book(
        account=account_of(partner.organisation, line.order.currency),
        kind=EntryKind.CASHBACK,
        amount=line.cashback,
        reason="cashback_order",
        facts={
            "quantity": line.quantity,
            "product": line.product_type.name,
            "client": line.order.organisation.name,
        },
        line=line,
    )


def moved(entry: Entry, moment: datetime) -> Entry:
    """The entry as if booked at another moment. Only a test may do that, past the trigger."""
    with pgtrigger.ignore("billing.Entry:entries_are_only_added"), connection.cursor() as cursor:
        cursor.execute("UPDATE billing_entry SET created_at = %s WHERE id = %s", [moment, entry.pk])
    entry.refresh_from_db()
    return entry


def staff(world: World, name: str = "second") -> User:
    """One of the vendor's staff; `staff` is the cast's own."""
    known = User.objects.filter(email__startswith=f"{name}@", is_staff=True).first()
    return known or User.objects.create_superuser(f"{name}@portal.example", "demo-password")
