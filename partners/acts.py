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
    },
    fields={"listed": _("In the directory")},
    words={"state": dict(PartnerState.choices)},
)
