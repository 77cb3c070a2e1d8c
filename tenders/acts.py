"""The acts on tenders in words (A2): a partner's own log tells what its people did."""

from django.utils.translation import gettext_lazy as _

from access import acts
from tenders.rules import ProposalState, TenderState

acts.add(
    kinds={"tender": _("Tenders")},
    sentences={
        "tender.open": _("Opened the tender %(object)s with its contact details"),
        "tender.propose": _("Sent a proposal for the tender %(object)s"),
        "tender.withdraw_proposal": _("Withdrew the proposal for the tender %(object)s"),
        "tender.answer": _("Answered a question on the tender %(object)s"),
        "tender.settings": _("Chose which tenders reach the partner"),
        "tender.choose": _("Chose a proposal for the tender %(object)s"),
    },
    fields={
        "wanted": _("Tenders by e-mail"),
        "categories": _("Categories"),
        "languages": _("Languages"),
        "countries": _("Countries"),
        "least_budget": _("Budget from"),
        "language": _("Language"),
    },
    words={"state": dict(TenderState.choices) | dict(ProposalState.choices)},
)
