"""Clients' orders that a partner would pay: it approves or refuses them, in time (M3, M10)."""

from datetime import timedelta
from decimal import Decimal

from django.conf import settings
from django.db import transaction
from django.utils import timezone
from django.utils.formats import date_format
from django.utils.translation import gettext as _

from access import grants, log
from access.policy import Actor
from billing.errors import AlreadySettled, AmountWrong, NotAllowedHere, PartnerSuspended
from billing.models import Order, OrderLimit
from billing.services.ordering import carry_out, lock_ordering, log_order, start_lines
from billing.services.quoting import methods_for
from billing.services.telling import tell
from billing.states import OrderState, PaymentMethod
from clients.errors import OtherSide
from clients.models import Partnership
from clients.rules import PartnershipState, PaymentMode, Side
from clients.services.common import lock as lock_partnership

HIGHEST_LIMIT = Decimal(1_000_000)


@transaction.atomic
def approve_order(*, order: Order, method: str, by: Actor) -> Order:
    """The partner that pays says yes: the order is placed as it was quoted when the client made
    it, and its terms begin today (M3). It pays by `method`.

    Raises PartnerSuspended (T45), AlreadySettled when it waits no more, NotEnoughBalance.
    """
    order = _decidable(order, by)
    if not order.partner or not order.partner.approved:
        raise PartnerSuspended(
            _("%(partner)s is not an approved partner at present: it can approve nothing.")
            % {"partner": by.organisation}
        )
    _check_still_paying(order)
    if method not in methods_for(by, order.payer):
        raise NotAllowedHere(_("This order cannot be paid that way."), field="method")
    order.method = PaymentMethod(method)
    _decide(order, OrderState.PLACED, by=by)
    start_lines(order, timezone.localdate())
    log_order(order, "order.approve", by)
    carry_out(order)
    tell("order_approved", order, Side.CLIENT)
    tell("order_confirmed", order, Side.PARTNER)
    return order


@transaction.atomic
def refuse_order(*, order: Order, reason: str, by: Actor) -> Order:
    """The partner says no, with a reason that the client reads. Nothing was ordered."""
    order = _decidable(order, by)
    order.reason = " ".join(reason.split())[:200]
    if not order.reason:
        raise NotAllowedHere(_("Give a reason: your client reads it."), field="reason")
    _decide(order, OrderState.REFUSED, by=by)
    log_order(order, "order.refuse", by, reason=order.reason)
    tell("order_refused", order, Side.CLIENT, reason=order.reason)
    return order


@transaction.atomic
def withdraw_order(*, order: Order, by: Actor) -> Order:
    """The client takes back its order while it waits; the partner is told."""
    by.require("product.order")
    if not by.is_member or by.organisation.pk != order.organisation_id:
        raise OtherSide(_("This is up to %(organisation)s.") % {"organisation": order.organisation})
    order = _locked(order)
    check_waiting(order)
    _decide(order, OrderState.WITHDRAWN, by=by)
    log_order(order, "order.withdraw", by)
    tell("order_withdrawn", order, Side.PARTNER)
    return order


@transaction.atomic
def expire_order(*, order: Order) -> bool:
    """Closes an order that nobody approved in time, and tells both sides; False when somebody was
    faster."""
    order = _locked(order)
    if order.state != OrderState.WAITING or not _is_late(order):
        return False
    _decide(order, OrderState.EXPIRED, by=None)
    log_order(order, "order.expire", None)
    tell("order_expired", order, *Side)
    return True


@transaction.atomic
def remind_of_order(*, order: Order) -> bool:
    """Reminds the partner, once, of an order that waits; False when that is not due (any more)."""
    order = _locked(order)
    since = timezone.now() - timedelta(days=settings.ORDER_REMINDER_DAYS)
    if (
        order.state != OrderState.WAITING
        or order.reminded_at is not None
        or _is_late(order)
        or order.created_at > since
    ):
        return False
    order.reminded_at = timezone.now()
    order.save(update_fields=["reminded_at"])
    tell("order_reminder", order, Side.PARTNER)
    return True


@transaction.atomic
def set_limit(*, partnership: Partnership, amount: Decimal, by: Actor) -> OrderLimit:
    """Up to how much, excluding VAT and in the partner's currency, the client's orders pass
    without being approved (M3)."""
    by.require("clients.limit_orders")
    partnership = lock_partnership(partnership)
    if by.organisation.pk != partnership.partner_id:
        raise OtherSide(_("This is up to %(organisation)s.") % {"organisation": partnership})
    if not 0 <= amount <= HIGHEST_LIMIT:
        raise AmountWrong(
            _("Choose an amount from 0 to %(most)s.") % {"most": HIGHEST_LIMIT}, field="amount"
        )
    row = OrderLimit.objects.filter(partnership=partnership).first()
    before = row.amount if row else Decimal("0.00")
    if row is None:
        row = OrderLimit(partnership=partnership)
    row.amount = amount
    row.save()
    if before != amount:
        log.write(
            organisation=by.organisation,
            act="order.limit",
            by=by,
            about=partnership,
            before={"limit": str(before)},
            after={"limit": str(amount)},
        )
    return row


def check_waiting(order: Order) -> None:
    """Raises AlreadySettled with what became of the order, unless it still waits."""
    if order.state == OrderState.WAITING and not _is_late(order):
        return
    sentences = {
        OrderState.WAITING: _("Nobody approved this order in time. It can be ordered again."),
        OrderState.PLACED: _("This order was approved already."),
        OrderState.REFUSED: _("This order was refused already."),
        OrderState.WITHDRAWN: _("The client has withdrawn this order meanwhile."),
        OrderState.EXPIRED: _("Nobody approved this order in time. It can be ordered again."),
        OrderState.CANCELLED: _("This order was cancelled and refunded."),
    }
    raise AlreadySettled(sentences[OrderState(order.state)])


def _decidable(order: Order, by: Actor) -> Order:
    """The order, locked, if it waits for the actor's organisation."""
    by.require("clients.approve_orders")
    if by.organisation.pk != order.payer_id:
        raise OtherSide(_("This is up to %(organisation)s.") % {"organisation": order.payer})
    order = _locked(order)
    check_waiting(order)
    return order


def _locked(order: Order) -> Order:
    """The order as it is now, locked after its client and partnership."""
    lock_ordering(order.organisation)
    return (
        Order.objects.select_for_update(of=("self",), no_key=True)
        .select_related("organisation", "payer", "partner__organisation", "created_by")
        .get(pk=order.pk)
    )


def _is_late(order: Order) -> bool:
    return order.expires_at is not None and order.expires_at <= timezone.now()


def _check_still_paying(order: Order) -> None:
    """Raises AlreadySettled when the partner would not pay this client's orders any more."""
    holder = grants.full_access_holder(order.organisation)
    if (
        holder is None
        or holder.partner_id != order.payer_id
        or holder.state != PartnershipState.ACTIVE
        or holder.payment_mode != PaymentMode.PARTNER
    ):
        raise AlreadySettled(
            _(
                "You do not pay for %(client)s any more, so this order of %(day)s can only be "
                "refused. The client can order it again."
            )
            % {
                "client": order.organisation,
                "day": date_format(timezone.localdate(order.created_at), "DATE_FORMAT"),
            }
        )


def _decide(order: Order, state: OrderState, *, by: Actor | None) -> None:
    order.state = state
    order.decided_by = by.person if by else None
    if state == OrderState.PLACED:
        order.placed_at = timezone.now()
    order.save(update_fields=["state", "decided_by", "placed_at", "method", "reason"])
