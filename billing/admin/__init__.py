"""The staff's pages of money."""

from billing.admin import orders, prices, provisioning

__all__ = ["orders", "prices", "provisioning"]
