"""The house's top floor: settings, root URLs, jobs, and how the portal starts."""

from portal.celery import app as celery_app

__all__ = ["celery_app"]
