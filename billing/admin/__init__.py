"""The staff's pages of money."""

from billing.admin import bank, invoices, orders, prices, provisioning, what_if

__all__ = ["bank", "invoices", "orders", "prices", "provisioning", "what_if"]
