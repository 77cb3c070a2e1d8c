"""The acts of money in words, for the acts log (A2)."""

from django.utils.translation import gettext_lazy

from access import acts
from billing.rules_rebilling import MarkupKind

acts.add(
    kinds={
        "order": gettext_lazy("Orders"),
        "invoice": gettext_lazy("Invoices"),
        "account": gettext_lazy("Prepaid account"),
        "billing": gettext_lazy("Billing"),
        "rebill": gettext_lazy("Bills to clients"),
    },
    sentences={
        "order.place": gettext_lazy("Ordered: %(object)s"),
        "order.wait": gettext_lazy("Ordered, to be approved by the partner that pays: %(object)s"),
        "order.approve": gettext_lazy("Approved an order: %(object)s"),
        "order.refuse": gettext_lazy("Refused an order: %(object)s"),
        "order.withdraw": gettext_lazy("Withdrew an order: %(object)s"),
        "order.expire": gettext_lazy("Nobody approved an order in time: %(object)s"),
        "order.refund": gettext_lazy("Cancelled and refunded an order: %(object)s"),
        "order.limit": gettext_lazy("Changed how much a client may order unasked: %(object)s"),
        "product.end": gettext_lazy("Ended at its term: %(object)s"),
        "order.renew": gettext_lazy("Renewed: %(object)s"),
        "invoice.pay": gettext_lazy("Paid from the prepaid account: %(object)s"),
        "invoice.received": gettext_lazy("A payment by transfer came in: %(object)s"),
        "invoice.assign": gettext_lazy("The vendor assigned a payment by hand: %(object)s"),
        "invoice.credit": gettext_lazy("Credited: %(object)s"),
        "invoice.suspend": gettext_lazy("Products were suspended for want of payment: %(object)s"),
        "product.suspend": gettext_lazy("Products were suspended: their payer has not paid"),
        "account.top_up": gettext_lazy("Announced a top-up of the prepaid account"),
        "account.pay_out": gettext_lazy("Asked for a pay-out of the prepaid account"),
        "account.withdraw": gettext_lazy("Withdrew a request about the prepaid account"),
        "account.refuse": gettext_lazy("The vendor refused a request about the prepaid account"),
        "account.top_up_settled": gettext_lazy("A top-up came in on the prepaid account"),
        "account.pay_out_settled": gettext_lazy("The vendor paid out from the prepaid account"),
        "account.correction_settled": gettext_lazy("The vendor corrected the prepaid account"),
        "billing.settings": gettext_lazy("Changed how invoices come"),
        "rebill.sender": gettext_lazy("Changed how the bills to clients look and are paid"),
        "rebill.markup": gettext_lazy("Changed a mark-up: %(object)s"),
        "rebill.markup_remove": gettext_lazy("Removed a mark-up: %(object)s"),
        "rebill.draft": gettext_lazy("Drafted a bill to a client: %(object)s"),
        "rebill.change": gettext_lazy("Changed the draft of a bill: %(object)s"),
        "rebill.discard": gettext_lazy("Discarded the draft of a bill: %(object)s"),
        "rebill.issue": gettext_lazy("Issued a bill to a client: %(object)s"),
        "rebill.paid": gettext_lazy("Marked a bill as paid: %(object)s"),
        "rebill.unpaid": gettext_lazy("Marked a bill as not paid after all: %(object)s"),
        "rebill.cancel": gettext_lazy("Cancelled a bill by a credit: %(object)s"),
        "rebill.remind": gettext_lazy("Reminded a client of a bill: %(object)s"),
    },
)

# What an act on bills to clients changed (B12).
acts.add(
    fields={
        "client": gettext_lazy("Client"),
        "total": gettext_lazy("Total, including VAT"),
        "kind": gettext_lazy("How it counts"),
        "value": gettext_lazy("Mark-up"),
        "vat_percent": gettext_lazy("VAT rate in percent"),
        "iban": gettext_lazy("Account (IBAN)"),
        "payment_days": gettext_lazy("Days to pay"),
        "prefix": gettext_lazy("Numbers begin with"),
        "footer": gettext_lazy("Text at the foot"),
        "accent": gettext_lazy("Colour"),
    },
    words={"kind": dict(MarkupKind.choices)},
)

# What an act on orders tells.
acts.add(
    fields={
        "payer": gettext_lazy("Paid by"),
        "limit": gettext_lazy("Limit of one order, excluding VAT"),
        "reason": gettext_lazy("Reason"),
    },
)
