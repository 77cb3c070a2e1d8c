"""The acts of the partner programme in words (A2)."""

from django.utils.translation import gettext_lazy as _

from access import acts
from partners.rules import PartnerState

acts.add(
    kinds={"programme": _("Partner programme")},
    sentences={
        "programme.apply": _("Applied to the partner programme: %(object)s"),
        "programme.approve": _("Approved the partner %(object)s"),
        "programme.refuse": _("Refused the application of %(object)s"),
        "programme.suspend": _("Suspended the partner %(object)s"),
        "programme.resume": _("Made the suspended partner %(object)s a partner again"),
        "programme.draft": _("Began an application to the partner programme: %(object)s"),
        "programme.withdraw": _("Withdrew the application to the partner programme: %(object)s"),
    },
    fields={"listed": _("In the directory"), "decision": _("Reason")},
    words={"state": dict(PartnerState.choices)},
)

acts.add(
    kinds={"reseller": _("Reseller space")},
    sentences={"reseller.change_listing": _("Changed the directory page of %(object)s")},
    fields={"logo": _("Logo"), "texts": _("Texts")},
)
