"""A partner bills its own clients: the verbs, and what they read (B12)."""

from billing.services.rebilling.common import credit_of, lines_of, sender_of
from billing.services.rebilling.drafting import (
    ToBill,
    check_period,
    discard,
    start_draft,
    to_bill,
    unbilled,
)
from billing.services.rebilling.issuing import (
    buyer_of,
    cancel,
    issue,
    keep_pdf,
    mark_paid,
    mark_unpaid,
    names_of_readers,
    readers_of,
    remind,
    seller_of,
)
from billing.services.rebilling.lines import (
    add_line,
    apply_markups,
    change_details,
    change_line,
    remove_line,
)
from billing.services.rebilling.margins import Totals, margins, totals
from billing.services.rebilling.markups import clients_billed_by, remove_markup, save_markup
from billing.services.rebilling.settings import new_sender, number_to_come, save_sender

__all__ = [
    "ToBill",
    "Totals",
    "add_line",
    "apply_markups",
    "buyer_of",
    "cancel",
    "change_details",
    "change_line",
    "check_period",
    "clients_billed_by",
    "credit_of",
    "discard",
    "issue",
    "keep_pdf",
    "lines_of",
    "margins",
    "mark_paid",
    "mark_unpaid",
    "names_of_readers",
    "new_sender",
    "number_to_come",
    "readers_of",
    "remind",
    "remove_line",
    "remove_markup",
    "save_markup",
    "save_sender",
    "seller_of",
    "sender_of",
    "start_draft",
    "to_bill",
    "totals",
    "unbilled",
]
