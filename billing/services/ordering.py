"""Placing an order: the quote again under locks, the products, the invoice, the mails (M3, M7)."""

import secrets
from collections.abc import Iterable, Sequence
from datetime import date, timedelta
from typing import Any

from django.conf import settings
from django.db import transaction
from django.utils import timezone
from django.utils.translation import gettext as _

from access import log
from access.models import Organisation
from access.policy import Actor
from billing.errors import NotAllowedHere, QuoteChanged
from billing.models import LineProduct, Order, OrderLine
from billing.provisioning import queue_tasks
from billing.services.invoicing import invoice_order
from billing.services.quoting import Quote, Wish, line_model, methods_for, quote
from billing.services.telling import tell
from billing.states import OrderKind, OrderState, PaymentMethod, TaskAct
from clients.models import Partnership, Product
from clients.rules import ProductState, Side, term_after
from clients.services import end_lapsed

BATCH = 1000


def new_key() -> str:
    """A key for one order: whoever sends it twice has ordered once (T15)."""
    return secrets.token_hex(16)


@transaction.atomic
def place_order(
    *, by: Actor, wishes: Sequence[Wish], method: str, key: str, version: int, digest: str
) -> Order:
    """Orders `wishes` in the actor's organisation, as the quote with `version` and `digest` said.

    Products are installed and the invoice issued at once, or the order waits for the partner that
    would pay (M3, M10). The same `key` twice answers with the first order and changes nothing.
    Raises QuoteChanged when it would cost another amount or another payer than was shown (T13),
    NotEnoughBalance, and what `quote` raises. Then nothing was ordered.
    """
    by.require("product.order")
    client = lock_ordering(by.organisation)
    first = Order.objects.filter(organisation=client, key=key).first()
    if first is not None:
        return first
    now = quote(by=by, wishes=wishes)
    if (now.version, now.digest) != (version, digest):
        raise QuoteChanged(
            _("Prices or payment changed since you saw them. Check the order as it is now.")
        )
    if method not in methods_for(by, now.here.payer):
        raise NotAllowedHere(_("This order cannot be paid that way."), field="method")
    order = _write(now, by=by, method=PaymentMethod(method), key=key)
    if order.state == OrderState.WAITING:
        log_order(order, "order.wait", by)
        tell("order_waiting", order, *Side)
    else:
        log_order(order, "order.place", by)
        carry_out(order)
        tell("order_confirmed", order, *concerned(order))
    return order


def lock_ordering(client: Organisation) -> Organisation:
    """Locks the client, then the partnership with full access: while an order is decided, nobody
    changes who pays there (T13)."""
    end_lapsed(client=client)  # locks the client
    live = Partnership.objects.active().filter(client=client, access="full")
    list(live.select_for_update(of=("self",), no_key=True))
    return client


def _write(found: Quote, *, by: Actor, method: PaymentMethod, key: str) -> Order:
    """The order and its lines with their figures (M7)."""
    now, here = timezone.now(), found.here
    waits = found.needs_approval
    order = Order.objects.create(
        kind=OrderKind.NEW,
        state=OrderState.WAITING if waits else OrderState.PLACED,
        organisation=here.organisation,
        payer=here.payer,
        partner=here.partner,
        ordered_by=here.orderer,
        method=method,
        currency=found.currency,
        partnership_version=here.partnership.version if here.partnership else None,
        rates_of=found.day,
        key=key,
        created_by=by.person,
        placed_at=None if waits else now,
        expires_at=now + timedelta(days=settings.ORDER_APPROVAL_DAYS) if waits else None,
        net=found.net,
        cashback=found.cashback,
        discount=found.discount,
    )
    lines = []
    for position, quoted in enumerate(found.lines, start=1):
        names = names_of(quoted.wish)
        lines.append(
            line_model(
                quoted,
                order=order,
                position=position,
                name=quoted.wish.names[0][:80] if len(quoted.wish.names) == 1 else "",
                names=names,
                payer=here.payer,
                starts_on=found.day,
                ends_on=term_after(found.day, quoted.wish.period),
            )
        )
    OrderLine.objects.bulk_create(lines)
    return order


def names_of(wish: Wish) -> list[str]:
    """The name of each product of a wish: those given, or one name with numbers."""
    if len(wish.names) == wish.quantity:
        return list(wish.names)
    name = (wish.names[0] if wish.names else str(wish.product_type))[:72]
    if wish.quantity == 1:
        return [name]
    return [f"{name} {number}" for number in range(1, wish.quantity + 1)]


def carry_out(order: Order) -> None:
    """Does what a placed order is about: products, tasks for the vendor's systems, invoice. The
    caller holds the locks; an order is carried out once."""
    if order.kind == OrderKind.RENEWAL:
        from billing.services.renewing_by_hand import carry_out_renewal  # which orders, as we do

        carry_out_renewal(order)
        return
    for line in order.lines.select_related("product_type").order_by("position"):
        products = _install(order, line)
        queue_tasks(
            ((product, f"activate:{product.public_id}") for product in products),
            TaskAct.ACTIVATE,
            {"order": order.public_id, "until": line.ends_on.isoformat()},
        )
    invoice_order(order=order)


def _install(order: Order, line: OrderLine) -> list[Product]:
    """One product for each unit, in the client's organisation whoever pays (C3)."""
    products = Product.objects.bulk_create(
        (
            Product(
                organisation_id=order.organisation_id,
                product_type_id=line.product_type_id,
                name=name,
                state=ProductState.ORDERED,
                period=line.period,
                started_on=line.starts_on,
                renews_on=line.ends_on,
            )
            for name in line.names
        ),
        batch_size=BATCH,
    )
    LineProduct.objects.bulk_create(
        (LineProduct(line=line, product=product, starts_on=line.starts_on) for product in products),
        batch_size=BATCH,
    )
    return products


def start_lines(order: Order, day: date) -> None:
    """An order that waited begins when it is approved: its terms run from `day`; that of a
    renewal begins where the one before it ends."""
    if order.kind == OrderKind.RENEWAL:
        return
    for line in order.lines.all():
        line.starts_on, line.ends_on = day, term_after(day, line.period)
        line.save(update_fields=["starts_on", "ends_on"])


def concerned(order: Order) -> list[Side]:
    """Who reads that an order was placed: the client, and the partner that ordered or pays it."""
    partner = order.payer_id != order.organisation_id or order.ordered_by == Side.PARTNER
    return [Side.CLIENT, Side.PARTNER] if partner else [Side.CLIENT]


class InWords:
    """An order that names itself in the log by what it holds, not by its key."""

    def __init__(self, order: Order, lines: Sequence[str]) -> None:
        self._meta = order._meta
        self.pk, self.public_id = order.pk, order.public_id
        self.lines = lines

    def __str__(self) -> str:
        return ", ".join(self.lines)


def log_order(order: Order, act: str, by: Actor | None, **facts: Any) -> None:
    """Writes the act to the client's log, and to the partner's when its people did it (A2).
    Amounts stay out of it: who reads a log need not see them."""
    organisations = {order.organisation}
    if by is not None and by.acts_for is not None:
        organisations.add(by.acts_for)
    lines = described(order.lines.select_related("product_type").order_by("position"))
    for organisation in sorted(organisations, key=lambda one: one.pk):
        log.write(
            organisation=organisation,
            act=act,
            by=by,
            about=InWords(order, lines),
            after={"payer": order.payer.name} | facts,
        )


def described(lines: Iterable[OrderLine]) -> list[str]:
    """The lines in a few words each."""
    return [f"{line.quantity} × {line.product_type}" for line in lines]
