"""Doors for Celery; each module is a part of billing. Imported here, so that Celery finds them."""

from billing.tasks import account, invoices, orders, renewals

__all__ = ["account", "invoices", "orders", "renewals"]
