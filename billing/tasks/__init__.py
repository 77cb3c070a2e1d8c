"""Doors for Celery; each module is a part of billing. Imported here, so that Celery finds them."""

from billing.tasks import orders

__all__ = ["orders"]
