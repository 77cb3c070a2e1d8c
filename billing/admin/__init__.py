"""The staff's pages of money."""

from billing.admin import prices

__all__ = ["prices"]
