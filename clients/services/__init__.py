"""The verbs of partnerships and products; each is atomic, logged, and told to whom it concerns."""

from clients.services.answering import (
    accept_invitation,
    answering_for,
    check_address,
    grant_request,
    refuse_invitation,
    refuse_request,
)
from clients.services.changing import change_access, comparison
from clients.services.common import offer_of, outcome
from clients.services.ending import end_lapsed, end_partnership, lapse
from clients.services.links import resend
from clients.services.opening import expire, invite_partner, request_access, withdraw
from clients.services.products import change_settings, install_product

__all__ = [
    "accept_invitation",
    "answering_for",
    "change_access",
    "change_settings",
    "check_address",
    "comparison",
    "end_lapsed",
    "end_partnership",
    "expire",
    "grant_request",
    "install_product",
    "invite_partner",
    "lapse",
    "offer_of",
    "outcome",
    "refuse_invitation",
    "refuse_request",
    "request_access",
    "resend",
    "withdraw",
]
