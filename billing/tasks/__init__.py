"""Doors for Celery; each module is a part of billing. Imported here, so that Celery finds them."""

from billing.tasks import invoices, orders, renewals

__all__ = ["invoices", "orders", "renewals"]
