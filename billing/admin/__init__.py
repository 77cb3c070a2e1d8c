"""The staff's pages of money."""

from billing.admin import (
    bank,
    earnings,
    invoices,
    ledger,
    orders,
    prices,
    provisioning,
    renewals,
    what_if,
)

__all__ = [
    "bank",
    "earnings",
    "invoices",
    "ledger",
    "orders",
    "prices",
    "provisioning",
    "renewals",
    "what_if",
]
