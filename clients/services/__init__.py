"""The verbs of partnerships and products; each is atomic, logged, and told to whom it concerns."""

from clients.services.answering import (
    accept_invitation,
    answering_for,
    check_address,
    external_users,
    grant_request,
    refuse_invitation,
    refuse_request,
)
from clients.services.assigning import assign_clients, assign_products, take_back_clients
from clients.services.changing import change_access, comparison
from clients.services.common import offer_of, outcome
from clients.services.ending import end_lapsed, end_partnership, lapse
from clients.services.lasting import announce_end, change_end_date, prolong
from clients.services.links import remind, resend
from clients.services.opening import expire, invite_partner, request_access, withdraw
from clients.services.payer import confirm_payment, decline_payment
from clients.services.products import (
    cancel_at_term,
    change_settings,
    install_product,
    keep_product,
)

__all__ = [
    "accept_invitation",
    "announce_end",
    "answering_for",
    "assign_clients",
    "assign_products",
    "cancel_at_term",
    "change_access",
    "change_end_date",
    "change_settings",
    "check_address",
    "comparison",
    "confirm_payment",
    "decline_payment",
    "end_lapsed",
    "end_partnership",
    "expire",
    "external_users",
    "grant_request",
    "install_product",
    "invite_partner",
    "keep_product",
    "lapse",
    "offer_of",
    "outcome",
    "prolong",
    "refuse_invitation",
    "refuse_request",
    "remind",
    "request_access",
    "resend",
    "take_back_clients",
    "withdraw",
]
