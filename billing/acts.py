"""The acts of money in words, for the acts log (A2)."""

from django.utils.translation import gettext_lazy

from access import acts

acts.add(
    kinds={
        "order": gettext_lazy("Orders"),
        "invoice": gettext_lazy("Invoices"),
        "account": gettext_lazy("Prepaid account"),
        "billing": gettext_lazy("Billing"),
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
        "order.renew": gettext_lazy("Renewed: %(object)s"),
        "invoice.pay": gettext_lazy("Paid from the prepaid account: %(object)s"),
        "invoice.received": gettext_lazy("A payment by transfer came in: %(object)s"),
        "invoice.credit": gettext_lazy("Credited: %(object)s"),
        "invoice.suspend": gettext_lazy("Products were suspended for want of payment: %(object)s"),
        "billing.settings": gettext_lazy("Changed how invoices come"),
    },
)
