"""What a partner changes on a draft before it becomes a bill (B12)."""

from decimal import Decimal

from django.db import transaction
from django.db.models import Max
from django.utils.translation import gettext as _

from access.policy import Actor
from billing.errors import AmountWrong, NoDraft, QuantityWrong
from billing.models import Rebill, RebillLine
from billing.rules import MOST_UNITS
from billing.rules_rebilling import (
    HIGHEST_AMOUNT,
    LONGEST_DAYS,
    PRICE,
    markup_for,
    net_of,
    unit_price,
)
from billing.services.rebilling.common import facts, locked_draft, note, sum_up
from billing.services.rebilling.markups import rules_of


def check_line(quantity: int, price: Decimal) -> None:
    """Raises QuantityWrong or AmountWrong for what no line may hold."""
    if not 1 <= quantity <= MOST_UNITS:
        raise QuantityWrong(
            _("Choose a quantity between 1 and %(most)s.") % {"most": f"{MOST_UNITS:,}"},
            field="quantity",
        )
    if not 0 <= price <= HIGHEST_AMOUNT:
        raise AmountWrong(
            _("Choose a price of one between 0 and %(most)s. For less, lower the price of a line.")
            % {"most": f"{HIGHEST_AMOUNT:,}"},
            field="unit_price",
        )
    if price != price.quantize(PRICE):
        raise AmountWrong(_("A price of one has four decimals at most."), field="unit_price")


@transaction.atomic
def change_line(
    *, line: RebillLine, text: str, detail: str, quantity: int, unit_price: Decimal, by: Actor
) -> RebillLine:
    """Writes a line of a draft anew; what it cost the partner stays. `unit_price` excludes VAT.

    Raises NoDraft, QuantityWrong or AmountWrong.
    """
    by.require("clients.rebill")
    check_line(quantity, unit_price)
    draft = locked_draft(line.bill)
    row = _still_there(line)
    row.text, row.detail, row.quantity, row.unit_price = text, detail, quantity, unit_price
    row.net = net_of(quantity, unit_price)
    row.save(update_fields=["text", "detail", "quantity", "unit_price", "net"])
    _changed(draft, by)
    return row


@transaction.atomic
def add_line(
    *, bill: Rebill, text: str, detail: str, quantity: int, unit_price: Decimal, by: Actor
) -> RebillLine:
    """Adds a free line, which has no order and cost nothing. `unit_price` excludes VAT."""
    by.require("clients.rebill")
    check_line(quantity, unit_price)
    draft = locked_draft(bill)
    last = draft.lines.aggregate(last=Max("position", default=0))["last"]
    row = RebillLine.objects.create(
        bill=draft,
        position=last + 1,
        text=text,
        detail=detail,
        quantity=quantity,
        unit_price=unit_price,
        net=net_of(quantity, unit_price),
    )
    _changed(draft, by)
    return row


@transaction.atomic
def remove_line(*, line: RebillLine, by: Actor) -> None:
    """Takes a line off a draft; its order line can be billed another time."""
    by.require("clients.rebill")
    draft = locked_draft(line.bill)
    _still_there(line).delete()
    _changed(draft, by)


@transaction.atomic
def change_details(
    *, bill: Rebill, vat_percent: Decimal, payment_days: int, note_text: str, by: Actor
) -> Rebill:
    """The draft's VAT rate (percent), days to pay, and the text above the lines."""
    by.require("clients.rebill")
    if not 0 <= payment_days <= LONGEST_DAYS:
        raise AmountWrong(
            _("Choose between 0 and %(most)d days.") % {"most": LONGEST_DAYS},
            field="payment_days",
        )
    draft = locked_draft(bill)
    draft.vat_percent, draft.payment_days, draft.note = vat_percent, payment_days, note_text
    draft.save(update_fields=["vat_percent", "payment_days", "note"])
    _changed(draft, by)
    return draft


@transaction.atomic
def apply_markups(*, bill: Rebill, by: Actor) -> Rebill:
    """Works out the prices of all lines from orders anew, at the mark-ups of today; what was
    typed into them goes."""
    by.require("clients.rebill")
    draft = locked_draft(bill)
    rules = rules_of(draft.partner_id)
    rows = []
    for row in draft.lines.exclude(order_line=None).select_related("order_line"):
        ordered = row.order_line
        if ordered is None:
            continue
        rows.append(row)
        markup = markup_for(rules, draft.client_id, ordered.product_type_id)
        row.quantity = ordered.quantity
        row.unit_price = unit_price(row.cost, row.quantity, markup)
        row.net = net_of(row.quantity, row.unit_price)
    RebillLine.objects.bulk_update(rows, ["quantity", "unit_price", "net"])
    _changed(draft, by)
    return draft


def _still_there(line: RebillLine) -> RebillLine:
    """The line of a draft that is locked."""
    found = RebillLine.objects.filter(pk=line.pk, bill=line.bill_id).first()
    if found is None:
        raise NoDraft(_("This line was removed meanwhile."))
    return found


def _changed(draft: Rebill, by: Actor) -> None:
    before = facts(draft)
    sum_up(draft)
    note("rebill.change", draft, by, before=before, after=facts(draft))
