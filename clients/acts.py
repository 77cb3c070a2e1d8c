"""The acts on products and partnerships in words (A2)."""

from django.utils.translation import gettext_lazy as _

from access import acts
from clients.rules import Access, PartnershipState, PaymentMode, Period, ProductState

acts.add(
    kinds={"product": _("Products"), "partnership": _("Partnerships")},
    sentences={
        "product.install": _("Installed %(object)s"),
        "product.cancel": _("Cancelled at the end of its term: %(object)s"),
        "product.keep": _("Took back the cancellation of %(object)s"),
        "product.change_settings": _("Changed the settings of %(object)s"),
        "people.assign_products": _("Changed which products are assigned: %(object)s"),
        "people.assign_clients": _("Changed which clients are assigned: %(object)s"),
        "partnership.request": _("Asked a client for access: %(object)s"),
        "partnership.invite": _("Invited a partner: %(object)s"),
        "partnership.resend": _("Sent it again: %(object)s"),
        "partnership.withdraw": _("Withdrew it: %(object)s"),
        "partnership.expire": _("Closed what nobody answered in time: %(object)s"),
        "partnership.grant": _("Accepted a request and granted access: %(object)s"),
        "partnership.accept": _("Accepted a client's invitation: %(object)s"),
        "partnership.refuse": _("Refused: %(object)s"),
        "partnership.change": _("Changed the access of a partner: %(object)s"),
        "partnership.confirm_payment": _("Confirmed that the partner pays: %(object)s"),
        "partnership.decline_payment": _(
            "Declined that the partner pays, the client pays again: %(object)s"
        ),
        "partnership.end": _("Ended the partnership %(object)s"),
        "partnership.end_date": _("Changed the end date of %(object)s"),
        "partnership.remind": _("Reminded whoever has not answered: %(object)s"),
        "partnership.take_over": _(
            "Ended the roles of external users that a partnership takes over: %(object)s"
        ),
        "partnership.lapse": _("Ended a partnership whose end date had passed: %(object)s"),
    },
    fields={
        "notes": _("Notes"),
        "technical_contact": _("Technical contact"),
        "auto_renewal": _("Renews automatically"),
        "product_type": _("Product type"),
        "state": _("State"),
        "period": _("Period"),
        "access": _("Access"),
        "payment_mode": _("Who pays"),
        "products": _("Products"),
        "categories": _("Categories"),
        "ends_at": _("Ends"),
        "ends_on": _("Last day"),
        "people": _("People"),
        "assigned": _("Assigned"),
        "taken_back": _("Taken back"),
    },
    words={
        "access": dict(Access.choices),
        "payment_mode": dict(PaymentMode.choices),
        "period": dict(Period.choices),
        "state": dict(ProductState.choices) | dict(PartnershipState.choices),
    },
)
