"""Who reads that something was renewed: the payer's accountants, one mail an order, which is the
mail about its invoice too. A client whose partner pays reads no amount, so gets none (M4)."""

from collections import defaultdict
from collections.abc import Iterator, Sequence
from typing import Any

from django.conf import settings
from django.db.models import Q

from access.mail import Recipient
from access.models import Membership
from access.policy import REPRESENTING
from billing.models import BillingProfile
from billing.renewals.copying import Row
from billing.renewals.planning import Order

SHOWN = 8
"""How many lines a mail names; the order names them all."""


def accountants(
    payers: set[int], profiles: dict[int, BillingProfile]
) -> dict[int, list[Recipient]]:
    """As `invoice_mails.accountants`, for many payers."""
    members = Membership.objects.filter(
        Q(role__in=REPRESENTING) | Q(accounting=True),
        organisation__in=payers,
        user__is_active=True,
    ).order_by("pk")
    rows = members.values_list("organisation", "user__email", "user__name", "user__language")
    found: dict[int, list[Recipient]] = defaultdict(list)
    for payer, email, name, language in rows:
        found[payer].append(Recipient(email, name, language))
    for payer in payers:
        profile, people = profiles.get(payer), found[payer]
        if profile is None or not profile.email:
            continue
        if profile.email.lower() not in {person.address.lower() for person in people}:
            language = profile.language or (
                people[0].language if people else settings.LANGUAGE_CODE
            )
            people.append(Recipient(profile.email, "", language))
    return found


def mails_of(orders: Sequence[Order], readers: dict[int, list[Recipient]]) -> Iterator[Row]:
    """A mail for each order and person; `readers` are the accountants of each payer."""
    for order in orders:
        context = context_of(order)
        for person in readers[order.payer.pk]:
            yield {
                "event": f"billing.renewed:{order.public_id}",
                "kind": "billing.renewed",
                "address": person.address.strip(),
                "name": " ".join(person.name.split())[:150],
                "language": person.language,
                "context": context,
            }


def context_of(order: Order) -> dict[str, Any]:
    """The facts that the letter is written from; amounts are the payer's to read."""
    invoice = order.invoice
    return {
        "order": order.public_id,
        "slug": order.payer.slug,
        "payer": order.payer.name,
        "client": order.client.name,
        "own": order.payer.pk == order.client.pk,
        "day": order.starts_on.isoformat(),
        "lines": [[line.group.quantity, line.group.product_type] for line in order.lines[:SHOWN]],
        "more": max(len(order.lines) - SHOWN, 0),
        "currency": order.currency,
        "net": str(order.net),
        "invoice": invoice.public_id if invoice else None,
        "number": invoice.number if invoice else "",
        "total": str(invoice.total) if invoice else None,
        "paid": bool(invoice and invoice.settled),
    }
