"""What every step of the machine needs: who acts, a clock that goes on, and a way back."""

from collections.abc import Callable
from datetime import timedelta
from decimal import Decimal
from typing import Any
from unittest.mock import patch

from django.db import connection, transaction
from django.http import Http404
from django.utils import timezone
from hypothesis.stateful import RuleBasedStateMachine

from access.errors import ActForbidden, Refused
from access.models import Organisation
from access.policy import Actor
from billing.models import Invoice
from billing.services.ledger import account_of, book
from billing.states import EntryKind
from clients.models import Partnership
from tests.world import World

CLIENTS = {
    "garage-nord": "gina",
    "boulangerie-du-lac": "bruno",
    "clinique-belmont": "clara",
    "hotel-bellevue": "hugo",
    "atelier-vigne": "viola",
}
PARTNERS = {"alpine-web": "lea", "rhone-digital": "remi"}


class Means(RuleBasedStateMachine):
    """The named cast in a transaction that is undone at the end."""

    world: World

    def __init__(self) -> None:
        super().__init__()
        self.days = 0
        real = timezone.now
        self.clock = patch.object(timezone, "now", lambda: real() + timedelta(days=self.days))
        self.clock.start()
        self.atom = transaction.atomic()
        self.atom.__enter__()
        with connection.cursor() as cursor:
            # The rows of examples that were undone still lie in the tables, and no statistics
            # tell how few of them live: a plan that reads them all takes minutes.
            cursor.execute("SET LOCAL enable_seqscan = off")

    def undo(self) -> None:
        transaction.set_rollback(True)
        self.atom.__exit__(None, None, None)
        self.clock.stop()

    def client_actor(self, slug: str) -> Actor:
        return self.world.actor(CLIENTS[slug], slug)

    def partner_actor(self, slug: str) -> Actor:
        return self.world.actor(PARTNERS[slug], slug)

    def tried(self, act: Callable[[], Any]) -> Any:
        """What the act answers, or None when it is refused; then nothing was written."""
        try:
            with transaction.atomic():
                return act()
        except (Refused, ActForbidden, Http404):
            return None

    def put_in(self, slug: str, amount: Decimal) -> None:
        account = account_of(Organisation.objects.get(slug=slug))
        book(account=account, kind=EntryKind.TOP_UP, amount=amount, reason="top_up_transfer")

    def live(self, slug: str) -> Partnership | None:
        return Partnership.objects.active().filter(client__slug=slug).order_by("pk").first()

    def one(self, rows: Any, number: int) -> Any:
        """One of the rows, or None without any."""
        found = list(rows.order_by("pk"))
        return found[number % len(found)] if found else None

    def nobody_sees_the_others_invoices(self) -> None:
        """M4: in their own organisation the payer's people see their invoices, in another's
        nobody sees any."""
        for slug, person in (CLIENTS | PARTNERS).items():
            seen = Invoice.objects.visible_to(self.world.actor(person, slug))
            assert {invoice.payer.slug for invoice in seen.select_related("payer")} <= {slug}
        for slug in CLIENTS:
            found = self.live(slug)
            if found is not None:
                person = PARTNERS[found.partner.organisation.slug]
                visiting = self.world.actor(person, slug)
                assert not Invoice.objects.visible_to(visiting).exists()
