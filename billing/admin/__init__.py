"""The staff's pages of money."""

from billing.admin import bank, invoices, ledger, orders, prices, provisioning, what_if

__all__ = ["bank", "invoices", "ledger", "orders", "prices", "provisioning", "what_if"]
