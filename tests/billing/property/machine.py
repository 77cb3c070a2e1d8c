"""Anything that people and jobs may do with money, in any order (hypothesis).

A refusal is an answer like another one: it must leave everything as it was. After each step all
invariants are asked of the database.
"""

from decimal import Decimal
from typing import Any

from django.utils import timezone
from hypothesis import strategies as st
from hypothesis.stateful import initialize, invariant, rule

from access.models import Organisation
from billing.models import Account, BillingProfile, Entry, Invoice, InvoiceLine, Order, OrderLimit
from billing.services.approving import (
    approve_order,
    expire_order,
    refuse_order,
    set_limit,
    withdraw_order,
)
from billing.services.crediting import credit_lines, credit_order
from billing.services.invoicing import issue_collective
from billing.services.ledger import account_of, book
from billing.services.ordering import new_key, place_order
from billing.services.paying import pay_from_prepaid, record_transfer
from billing.services.quoting import Wish, quote
from billing.services.renewing import renew_due
from billing.states import EntryKind
from clients import services as clients
from clients.models import Partnership
from clients.rules import Access, Offer, PaymentMode, Side
from clients.services.payer import confirm_payment, decline_payment
from partners import services as programme
from partners.models import Partner
from tests.billing.property.invariants import faults
from tests.billing.property.means import CLIENTS, PARTNERS, Means

TYPES = ["web-hosting", "domain-name", "mail-service", "vps"]
PERIODS = {"domain-name": "yearly"}
MODES = PaymentMode.values
amounts = st.decimals("0.01", "900", places=2)
client_slugs = st.sampled_from(sorted(CLIENTS))
partner_slugs = st.sampled_from(sorted(PARTNERS))
pick = st.integers(0, 40)
quantities = st.sampled_from([1, 2, 9, 12, 35])


class Money(Means):
    """The demo world, in which anything may happen. `world` is set by the test."""

    def teardown(self) -> None:
        try:
            self.nobody_sees_the_others_invoices()
        finally:
            self.undo()

    @initialize(
        orders=st.lists(
            st.tuples(client_slugs, st.booleans(), st.sampled_from(TYPES), quantities),
            min_size=3,
            max_size=6,
        ),
        rich=st.sets(st.sampled_from([*sorted(CLIENTS), *sorted(PARTNERS)]), max_size=4),
    )
    def begin(self, orders: list[tuple[str, bool, str, int]], rich: set[str]) -> None:
        """The demo's prices and partnerships, some money, some first orders."""
        for slug in sorted(rich):
            self.put_in(slug, Decimal("800.00"))
        for client, by_partner, product_type, quantity in orders:
            self.make_order(client, by_partner, [product_type], quantity)

    # ---- orders ------------------------------------------------------------------------------

    def make_order(
        self,
        client: str,
        by_partner: bool,
        types: list[str],
        quantity: int,
        *,
        method: str = "transfer",
        stale: bool = False,
        times: int = 1,
    ) -> None:
        def act() -> None:
            found = self.live(client) if by_partner else None
            person = PARTNERS[found.partner.organisation.slug] if found else CLIENTS[client]
            by = self.world.actor(person, client)
            wishes = [
                Wish(self.world.product_type(slug), quantity, PERIODS.get(slug, "monthly"))
                for slug in types
            ]
            now, key = quote(by=by, wishes=wishes), new_key()
            for _time in range(times):
                place_order(
                    by=by,
                    wishes=wishes,
                    method=method,
                    key=key,
                    version=now.version,
                    digest="of another quote" if stale else now.digest,
                )

        before = set(Order.objects.values_list("pk", flat=True))
        self.tried(act)
        new = Order.objects.exclude(pk__in=before)
        assert len(new) <= (0 if stale else 1)
        for order in new:
            self.check_gain(order)
            self.check_word(order)

    @rule(
        client=client_slugs,
        by_partner=st.booleans(),
        types=st.lists(st.sampled_from(TYPES), min_size=1, max_size=2),
        quantity=quantities,
        method=st.sampled_from(["transfer", "transfer", "prepaid"]),
        stale=st.integers(0, 9),
        twice=st.booleans(),
    )
    def order(self, stale: int, twice: bool, **values: Any) -> None:
        self.make_order(stale=not stale, times=1 + twice, **values)

    def check_gain(self, order: Order) -> None:
        """P5: a suspended partner gains nothing, an approved one what its row says."""
        for line in order.lines.all():
            approved = order.partner is not None and order.partner.approved
            assert (line.gain != "nothing") == approved, (line.rule, line.gain)

    def check_word(self, order: Order) -> None:
        """M3, M10, T14: nothing is charged to a partner without its word."""
        own = order.payer_id == order.organisation_id
        if own or (order.kind == "new" and order.ordered_by == Side.PARTNER):
            return
        found = self.live(order.organisation.slug)
        assert found is not None
        confirmed = found.payment_confirmed_at is not None
        if order.kind == "renewal":
            assert confirmed, "a renewal without the partner's word"
        elif order.state == "placed":
            limit = OrderLimit.objects.filter(partnership=found).first()
            assert confirmed
            assert limit is not None
            assert order.net <= limit.amount

    @rule(client=client_slugs, product_type=st.sampled_from(TYPES), quantity=quantities)
    def order_for_a_client(self, client: str, product_type: str, quantity: int) -> None:
        self.make_order(client, True, [product_type], quantity)

    @rule(number=pick, verb=st.sampled_from([*["approve"] * 3, "refuse", "withdraw", "expire"]))
    def decide(self, number: int, verb: str) -> None:
        """About what waits; when nothing does, a client orders first where its partner pays and
        wants to be asked about everything."""
        waiting = Order.objects.filter(state="waiting")
        paid = Partnership.objects.active().filter(payment_mode=PaymentMode.PARTNER)
        if not waiting.exists() and (found := self.one(paid, number)) is not None:
            self.limit(found.client.slug, "0")
            self.make_order(found.client.slug, False, ["web-hosting"], 12)
        order = self.one(waiting, number)
        if order is None:
            return
        payer, client = order.payer.slug, order.organisation.slug
        if verb == "expire":
            Order.objects.filter(pk=order.pk).update(expires_at=timezone.now())
        self.tried(
            {
                "approve": lambda: approve_order(
                    order=order, method="transfer", by=self.partner_actor(payer)
                ),
                "refuse": lambda: refuse_order(
                    order=order, reason="Too dear", by=self.partner_actor(payer)
                ),
                "withdraw": lambda: withdraw_order(order=order, by=self.client_actor(client)),
                "expire": lambda: expire_order(order=order),
            }[verb]
        )

    @rule(client=client_slugs, amount=st.sampled_from(["0", "50", "5000"]))
    def change_limit(self, client: str, amount: str) -> None:
        self.limit(client, amount)

    def limit(self, client: str, amount: str) -> None:
        found = self.live(client)
        if found is not None:
            by = self.partner_actor(found.partner.organisation.slug)
            self.tried(lambda: set_limit(partnership=found, amount=Decimal(amount), by=by))

    # ---- renewals ----------------------------------------------------------------------------

    @rule(days=st.integers(1, 40))
    def night(self, days: int) -> None:
        """Days pass, and the nightly run renews what is due, twice."""
        self.days += days
        known = set(Order.objects.values_list("pk", flat=True))
        renew_due()
        for order in Order.objects.exclude(pk__in=known):
            self.check_gain(order)
            self.check_word(order)
        before = Order.objects.count()
        renew_due()
        assert Order.objects.count() == before, "a second run finds nothing"

    @rule()
    def night_with_little_money(self) -> None:
        """Everybody has something on the account, and nobody enough (M9)."""
        for slug in (*CLIENTS, *PARTNERS):
            self.put_in(slug, Decimal("0.05"))
        self.night(32)

    # ---- partnerships ------------------------------------------------------------------------

    @rule(number=pick, days=st.sampled_from([0, 32]))
    def change_mode(self, number: int, days: int) -> None:
        """The client says that the other side pays; now and then nights pass before the partner
        has said its word (M10)."""
        found = self.one(Partnership.objects.active().filter(access=Access.FULL), number)
        if found is not None:
            by, (mode,) = self.client_actor(found.client.slug), {*MODES} - {found.payment_mode}
            told = {"offer": Offer.full(mode), "version": found.version, "by": by}
            self.tried(lambda: clients.change_access(partnership=found, **told))
        if days:
            self.night(days)

    @rule(client=client_slugs, yes=st.booleans())
    def word(self, client: str, yes: bool) -> None:
        found = self.live(client)
        if found is not None:
            by = self.partner_actor(found.partner.organisation.slug)
            verb = confirm_payment if yes else decline_payment
            self.tried(lambda: verb(partnership=found, version=found.version, by=by))

    @rule(client=client_slugs)
    def end(self, client: str) -> None:
        found = self.live(client)
        if found is not None:
            by = self.client_actor(client)
            self.tried(lambda: clients.end_partnership(partnership=found, side=Side.CLIENT, by=by))

    @rule(client=client_slugs, partner=partner_slugs, how=st.sampled_from(["c", "p", "limited"]))
    def authorise(self, client: str, partner: str, how: str) -> None:
        def act() -> None:
            by = self.client_actor(client)
            products = [product.pk for product in self.world.products(client)[:2]]
            modes = {"c": PaymentMode.CLIENT, "p": PaymentMode.PARTNER}
            offer = Offer.limited(products) if how == "limited" else Offer.full(modes[how])
            found = clients.invite_partner(
                partner=Partner.objects.get(organisation__slug=partner), offer=offer, by=by
            )
            clients.accept_invitation(
                partnership=found, version=found.version, by=self.partner_actor(partner)
            )

        self.tried(act)

    @rule(partner=partner_slugs, suspended=st.booleans(), days=st.sampled_from([0, 32]))
    def standing(self, partner: str, suspended: bool, days: int) -> None:
        """Then its clients order, or nights pass (P5)."""
        row = Partner.objects.get(organisation__slug=partner)
        verb = programme.suspend if suspended else programme.approve
        self.tried(lambda: verb(partner=row, by=self.world.person("staff")))
        for found in list(Partnership.objects.active().filter(partner=row).order_by("pk"))[:2]:
            self.make_order(found.client.slug, False, ["web-hosting"], 12)
        if days:
            self.night(days)

    # ---- paying ------------------------------------------------------------------------------

    @rule(number=pick, part=st.sampled_from([Decimal("0.3"), Decimal(1), Decimal(1), Decimal(2)]))
    def pay(self, number: int, part: Decimal) -> None:
        invoice = self.one(Invoice.objects.open(), number)
        if invoice is not None:
            amount = (invoice.open_amount * part).quantize(Decimal("0.01"))
            pay = {"invoice": invoice, "amount": amount, "key": new_key(), "by": None}
            self.tried(lambda: pay_from_prepaid(**pay))

    @rule(number=pick)
    def pay_all(self, number: int) -> None:
        invoice = self.one(Invoice.objects.open(), number)
        if invoice is not None:
            self.pay_off(invoice)

    def pay_off(self, invoice: Invoice) -> None:
        told = {"amount": invoice.open_amount, "received_on": timezone.localdate(), "by": None}
        self.tried(lambda: record_transfer(invoice=invoice, **told))

    @rule(number=pick, part=st.sampled_from([Decimal("0.5"), Decimal(1), Decimal("1.5")]))
    def transfer(self, number: int, part: Decimal) -> None:
        invoice = self.one(Invoice.objects.filter(kind="invoice"), number)
        if invoice is not None:
            amount = max((invoice.open_amount * part).quantize(Decimal("0.01")), Decimal("0.01"))
            told = {"amount": amount, "received_on": timezone.localdate(), "by": None}
            self.tried(lambda: record_transfer(invoice=invoice, **told))

    @rule(slug=st.sampled_from([*sorted(CLIENTS), *sorted(PARTNERS)]), amount=amounts)
    def top_up(self, slug: str, amount: Decimal) -> None:
        self.put_in(slug, amount)

    @rule(slug=st.sampled_from([*sorted(CLIENTS), *sorted(PARTNERS)]), amount=amounts)
    def pay_out(self, slug: str, amount: Decimal) -> None:
        account = account_of(Organisation.objects.get(slug=slug))
        self.tried(
            lambda: book(account=account, kind=EntryKind.PAY_OUT, amount=-amount, reason="pay_out")
        )

    # ---- going back --------------------------------------------------------------------------

    @rule(number=pick)
    def refund(self, number: int) -> None:
        order = self.one(Order.objects.filter(state__in=["placed", "cancelled"]), number)
        if order is not None:
            self.tried(lambda: credit_order(order=order, reason="A mistake", by=None))

    @rule(number=pick)
    def refund_of_what_is_spent(self, number: int) -> None:
        """The partner has paid out all that it had when its cashback is taken back; then money
        comes in again (M6). When there is no cashback, a client orders and pays first."""
        rows = Entry.objects.filter(kind="cashback", reverses=None, line__order__state="placed")
        managed = Partnership.objects.active().filter(access=Access.FULL)
        if not rows.exists() and (found := self.one(managed, number)) is not None:
            self.make_order(found.client.slug, True, ["web-hosting"], 12)
            for invoice in Invoice.objects.open().order_by("-pk")[:1]:
                self.pay_off(invoice)
        entry = self.one(rows, number)
        if entry is None:
            return
        account = Account.objects.get(pk=entry.account_id)
        if account.balance:
            book(account=account, kind=EntryKind.PAY_OUT, amount=-account.balance, reason="pay_out")
        order = entry.line.order
        self.tried(lambda: credit_order(order=order, reason="A mistake", by=None))
        self.all_invariants()
        book(account=account, kind=EntryKind.TOP_UP, amount=Decimal(5), reason="top_up_transfer")

    @rule(number=pick)
    def credit_any(self, number: int) -> None:
        self.credit(number)

    def credit(self, number: int, of: Invoice | None = None) -> None:
        lines = InvoiceLine.objects.filter(credits=False)
        line = self.one(lines.filter(invoice=of) if of else lines, number)
        if line is not None:
            told = {"reason": "A mistake", "by": None}
            self.tried(lambda: credit_lines(invoice=line.invoice, lines=[line], **told))

    @rule(client=client_slugs, number=pick)
    def credit_a_part(self, client: str, number: int) -> None:
        """One line of an invoice that was paid whole (M8)."""
        self.make_order(client, False, ["web-hosting", "domain-name"], 2)
        for invoice in Invoice.objects.open().order_by("-pk")[:1]:
            self.pay_off(invoice)
            self.credit(number, of=invoice)

    # ---- collective invoices -----------------------------------------------------------------

    @rule(
        slug=st.sampled_from([*sorted(CLIENTS), *sorted(PARTNERS)]),
        collective=st.booleans(),
        prepaid_first=st.booleans(),
    )
    def settings(self, slug: str, collective: bool, prepaid_first: bool) -> None:
        self.choose(slug, collective=collective, prepaid_first=prepaid_first)

    def choose(self, slug: str, *, collective: bool, prepaid_first: bool) -> None:
        BillingProfile.objects.update_or_create(
            organisation=Organisation.objects.get(slug=slug),
            defaults={"collective": collective, "prepaid_first": prepaid_first},
        )

    @rule(client=client_slugs)
    def month_of(self, client: str) -> None:
        """Who pays for the client gets one invoice a month: the client orders, the month ends."""
        found = self.live(client)
        payers = [client, *([found.partner.organisation.slug] if found else [])]
        for slug in payers:
            self.choose(slug, collective=True, prepaid_first=False)
        self.make_order(client, False, ["web-hosting", "domain-name"], 1)
        self.all_invariants()
        for slug in payers:
            self.month_ends(slug)

    @rule(slug=st.sampled_from([*sorted(CLIENTS), *sorted(PARTNERS)]))
    def month_ends(self, slug: str) -> None:
        payer = Organisation.objects.get(slug=slug)
        month = timezone.localdate().replace(day=1)
        self.tried(lambda: issue_collective(payer=payer, month_first_day=month))

    # ---- what must hold ----------------------------------------------------------------------

    @invariant()
    def all_invariants(self) -> None:
        found = faults()
        assert not found, "\n".join(found)
