"""The staff's pages of money."""

from billing.admin import bank, invoices, orders, prices, provisioning

__all__ = ["bank", "invoices", "orders", "prices", "provisioning"]
