"""What must hold of all money at any moment, asked of the rows alone.

Nothing here calls the code under test: expected answers come from the rule book's table, written
out below. Each function answers a list of sentences about what is wrong.
"""

from collections import defaultdict
from collections.abc import Callable, Iterable
from decimal import ROUND_HALF_UP, Decimal
from itertools import pairwise

from django.db.models import Sum

from billing.models import (
    Account,
    Clawback,
    Entry,
    Invoice,
    InvoiceLine,
    LineProduct,
    Order,
    OrderLine,
    Payment,
)

CENT = Decimal("0.01")

# domain.md, M3: rule -> who pays, which price, what the partner gets
M3 = {
    "full-client-client": ("client", "public", "cashback"),
    "full-client-partner": ("client", "public", "cashback"),
    "full-partner-partner": ("partner", "partner", "discount"),
    "full-partner-client": ("partner", "public", "cashback"),
    "limited-client": ("client", "public", "cashback"),
    "none-client": ("client", "public", "nothing"),
}

# The demo's price lists: product type -> (from so many units on, percent off).
TIERS = {
    "web-hosting": ((10, 15), (30, 25)),
    "mail-service": ((10, 5), (50, 10)),
    "vps": ((5, 10),),
}

type Check = Callable[[], Iterable[str]]
CHECKS: list[Check] = []


def invariant(check: Check) -> Check:
    CHECKS.append(check)
    return check


def faults() -> list[str]:
    return [f"{check.__name__}: {said}" for check in CHECKS for said in check()]


def lines(**chosen: object) -> list[OrderLine]:
    """Lines of orders with all that hangs on them, in a few queries: what hangs on one is asked
    after each step, of each line."""
    return list(
        OrderLine.objects.filter(**chosen)
        .select_related("order", "product_type")
        .prefetch_related("invoice_lines__invoice", "entries", "line_products")
    )


def charges(line: OrderLine) -> list[InvoiceLine]:
    return [row for row in line.invoice_lines.all() if not row.credits]


def is_credited(line: OrderLine) -> bool:
    return any(row.credits for row in line.invoice_lines.all())


def half_up(amount: Decimal) -> Decimal:
    return amount.quantize(CENT, ROUND_HALF_UP)


# ---- the ledger (M6) ------------------------------------------------------------------------


@invariant
def balance_is_the_sum_of_its_entries() -> Iterable[str]:
    for account in Account.objects.annotate(sum=Sum("entries__amount")):
        if account.balance != (account.sum or 0):
            yield f"{account}: {account.balance}, entries {account.sum}"


@invariant
def balance_is_never_below_zero() -> Iterable[str]:
    for account in Account.objects.filter(balance__lt=0):
        yield str(account)
    for entry in Entry.objects.filter(balance_after__lt=0):
        yield str(entry)


@invariant
def entries_follow_each_other() -> Iterable[str]:
    """Numbers without gaps, each balance the one before plus the amount."""
    before: dict[int, Entry] = {}
    for entry in Entry.objects.order_by("account", "number"):
        last = before.get(entry.account_id)
        number, balance = (last.number, last.balance_after) if last else (0, Decimal(0))
        if entry.number != number + 1 or entry.balance_after != balance + entry.amount:
            yield str(entry)
        before[entry.account_id] = entry


@invariant
def an_entry_is_in_the_currency_of_its_order() -> Iterable[str]:
    for entry in Entry.objects.filter(line__isnull=False).select_related("account", "line__order"):
        if entry.account.currency != entry.line.order.currency:
            yield str(entry)


@invariant
def cashback_comes_once_when_the_invoice_is_paid() -> Iterable[str]:
    """And goes to the partner of the order, with the amount of the line."""
    booked = defaultdict(list)
    for entry in Entry.objects.filter(kind="cashback", reverses=None).select_related("account"):
        booked[entry.line_id].append(entry)
    for line in lines():
        charged = next(iter(charges(line)), None)
        credited = is_credited(line)
        settled = charged is not None and charged.invoice.state == "paid"
        found = booked.get(line.pk, [])
        if len(found) > 1:
            yield f"{line.pk}: twice"
        if found and (charged is None or not (settled or credited)):
            yield f"{line.pk}: before it was paid"
        if settled and not credited and line.cashback and not found:
            yield f"{line.pk}: missing"
        for entry in found:
            owner = entry.account.organisation_id
            if (entry.amount, owner) != (line.cashback, line.order.partner_id):
                yield f"{line.pk}: {entry.amount} to {owner}"


@invariant
def cashback_of_what_is_credited_is_taken_back() -> Iterable[str]:
    claws = {claw.cashback_id: claw for claw in Clawback.objects.all()}
    rows = Entry.objects.filter(kind="cashback", reverses=None)
    for entry in rows.prefetch_related("reversals", "line__invoice_lines"):
        back = -sum((row.amount for row in entry.reversals.all()), Decimal(0))
        claw = claws.get(entry.pk)
        credited = is_credited(entry.line)
        if credited != (claw is not None):
            yield f"{entry}: credited {credited}, to be taken back {claw}"
        if back != (claw.taken if claw else 0):
            yield f"{entry}: {back} taken back"


@invariant
def nothing_is_owed_while_there_is_money() -> Iterable[str]:
    for claw in Clawback.objects.select_related("account"):
        if claw.taken < claw.amount and claw.account.balance > 0:
            yield str(claw)


# ---- orders (M1-M4, M7) ---------------------------------------------------------------------


@invariant
def exactly_one_of_cashback_and_discount() -> Iterable[str]:
    """T17, by the table: what the partner gets is what its row of M3 says."""
    for line in OrderLine.objects.select_related("order__partner"):
        _payer, basis, gain = M3[line.rule]
        difference = line.public_total - line.partner_total
        suspended = (line.basis, line.gain) == ("public", "nothing")
        if (line.basis, line.gain) != (basis, gain) and not suspended:
            yield f"{line.pk}: {line.rule} charged {line.basis}, partner gets {line.gain}"
        expected = {"cashback": (difference, 0), "discount": (0, difference), "nothing": (0, 0)}
        if (line.cashback, line.discount) != expected[line.gain]:
            yield f"{line.pk}: cashback {line.cashback}, discount {line.discount}"


@invariant
def the_public_price_is_paid_or_discounted() -> Iterable[str]:
    for line in OrderLine.objects.all():
        if line.public_total != line.net + line.discount or line.partner_total > line.public_total:
            yield f"{line.pk}: {line.public_total} = {line.net} + {line.discount}"


@invariant
def the_figures_of_a_line_can_be_replayed() -> Iterable[str]:
    """M1 and M2 from the frozen figures: two steps, each rounded half up."""
    for line in OrderLine.objects.all():
        tier = 1 - line.tier_percent / 100
        listed = half_up(line.price * line.quantity)
        if line.fixed_price is None:
            after = half_up(listed * (1 - line.partner_percent / 100))
        else:
            after = half_up(line.fixed_price * line.quantity)
        public, partner = half_up(listed * tier), half_up(after * tier)
        said = (line.list_total, line.after_rate, line.public_total, line.partner_total)
        if said != (listed, after, public, min(partner, public)):
            yield f"{line.pk}: {said}"


@invariant
def the_tier_is_the_one_that_the_units_reach() -> Iterable[str]:
    """M2"""
    for line in OrderLine.objects.select_related("product_type"):
        reached = [
            off for units, off in TIERS.get(line.product_type.slug, ()) if units <= line.units
        ]
        if line.tier_percent != max(reached, default=0):
            yield f"{line.pk}: {line.units} units, {line.tier_percent} %"


@invariant
def the_payer_is_the_one_of_the_table() -> Iterable[str]:
    for line in OrderLine.objects.select_related("order"):
        order = line.order
        payer = order.partner_id if M3[line.rule][0] == "partner" else order.organisation_id
        if order.payer_id != payer or line.payer_id != payer:
            yield f"{line.pk}: {line.rule} paid by {order.payer_id}"
        if line.gain != "nothing" and order.partner_id is None:
            yield f"{line.pk}: a gain for nobody"


@invariant
def an_order_is_the_sum_of_its_lines() -> Iterable[str]:
    for order in Order.objects.prefetch_related("lines"):
        rows = order.lines.all()
        sums = (
            sum(line.net for line in rows),
            sum(line.cashback for line in rows),
            sum(line.discount for line in rows),
        )
        if (order.net, order.cashback, order.discount) != sums:
            yield f"{order}: {order.net}, lines {sums}"


@invariant
def what_waits_or_was_refused_has_no_effect() -> Iterable[str]:
    closed = ("waiting", "refused", "withdrawn", "expired")
    for line in lines(order__state__in=closed):
        if line.invoice_lines.all() or line.entries.all() or line.line_products.all():
            yield f"{line.pk}: {line.order.state}"


@invariant
def products_stay_in_the_clients_organisation() -> Iterable[str]:
    for row in LineProduct.objects.select_related("line__order", "product"):
        if row.product.organisation_id != row.line.order.organisation_id:
            yield str(row)
    for line in lines(order__state="placed"):
        if len(line.line_products.all()) != line.quantity:
            yield f"{line.pk}: {line.quantity} units, {len(line.line_products.all())} products"


@invariant
def no_term_is_paid_twice() -> Iterable[str]:
    terms = defaultdict(list)
    for row in LineProduct.objects.filter(line__order__state="placed").select_related("line"):
        terms[row.product_id].append((row.line.starts_on, row.line.ends_on))
    for product, spans in terms.items():
        spans.sort()
        if any(after[0] < before[1] for before, after in pairwise(spans)):
            yield f"{product}: {spans}"


# ---- invoices (M4, M8, M9) ------------------------------------------------------------------


@invariant
def every_placed_line_is_invoiced_or_waits_for_it() -> Iterable[str]:
    for line in lines(order__state="placed"):
        charged = len(charges(line))
        if charged + line.to_invoice != 1:
            yield f"{line.pk}: {charged} times, waits {line.to_invoice}"


@invariant
def an_invoice_belongs_to_the_payer_of_its_lines() -> Iterable[str]:
    for row in InvoiceLine.objects.select_related("invoice", "order_line__order"):
        order = row.order_line.order
        if row.invoice.payer_id != order.payer_id or row.invoice.currency != order.currency:
            yield str(row.invoice)


@invariant
def numbers_of_invoices_have_no_gaps() -> Iterable[str]:
    by_year = defaultdict(list)
    for year, sequence in Invoice.objects.values_list("year", "sequence"):
        by_year[year].append(sequence)
    for year, found in by_year.items():
        if sorted(found) != list(range(1, len(found) + 1)):
            yield f"{year}: {sorted(found)}"


@invariant
def an_invoice_is_the_sum_of_its_lines_and_their_vat() -> Iterable[str]:
    for invoice in Invoice.objects.filter(kind="invoice").prefetch_related("lines__order_line"):
        rates: dict[Decimal, Decimal] = defaultdict(Decimal)
        for line in invoice.lines.all():
            rates[line.vat_percent] += line.net
            if line.net != line.order_line.net:
                yield f"{invoice}: {line.net} for a line of {line.order_line.net}"
        vat = sum((half_up(net * rate / 100) for rate, net in rates.items()), Decimal(0))
        if (invoice.net, invoice.vat) != (sum(rates.values()), vat):
            yield f"{invoice}: {invoice.net} + {invoice.vat}"


@invariant
def credit_notes_mirror_what_they_correct() -> Iterable[str]:
    for invoice in Invoice.objects.filter(kind="invoice").prefetch_related("credit_notes"):
        credited = sum((note.total for note in invoice.credit_notes.all()), Decimal(0))
        if invoice.credited != credited or credited > invoice.total:
            yield f"{invoice}: credited {invoice.credited}, notes {credited}"


@invariant
def paid_is_what_came_less_what_went_back() -> Iterable[str]:
    backs: dict[int, Decimal] = defaultdict(Decimal)
    for entry in Entry.objects.filter(kind="refund").select_related("invoice"):
        if entry.invoice is not None:
            backs[entry.invoice.corrects_id] += entry.amount
    for invoice in Invoice.objects.filter(kind="invoice").prefetch_related("payments"):
        came = sum((payment.amount for payment in invoice.payments.all()), Decimal(0))
        went = backs[invoice.pk]
        if invoice.paid != came - went:
            yield f"{invoice}: paid {invoice.paid}, came {came}, went back {went}"


@invariant
def a_credit_note_gives_back_no_more_than_it_credits() -> Iterable[str]:
    for entry in Entry.objects.filter(kind="refund").select_related("invoice"):
        if entry.invoice is not None and entry.amount > entry.invoice.total:
            yield f"{entry}: {entry.amount} for a note of {entry.invoice.total}"


@invariant
def an_invoice_is_paid_when_nothing_is_open() -> Iterable[str]:
    for invoice in Invoice.objects.filter(kind="invoice"):
        left = invoice.total - invoice.paid - invoice.credited
        whole = invoice.credited == invoice.total and invoice.credited > 0
        expected = "credited" if whole else "open" if left else "paid"
        if left < 0 or invoice.state != expected:
            yield f"{invoice}: {invoice.state}, {left} open"


@invariant
def prepaid_payments_are_entries_of_the_payer() -> Iterable[str]:
    for payment in Payment.objects.filter(method="prepaid").select_related("entry__account"):
        account = payment.entry.account
        same = account.organisation_id == payment.invoice.payer_id
        if not same or payment.entry.amount != -payment.amount:
            yield f"{payment.invoice}: {payment.entry.amount} of {account}"
    spent = Entry.objects.filter(kind="payment").aggregate(sum=Sum("amount"))["sum"] or Decimal(0)
    paid = Payment.objects.filter(method="prepaid").aggregate(sum=Sum("amount"))["sum"]
    if -spent != (paid or Decimal(0)):
        yield f"entries {spent}, payments {paid}"
