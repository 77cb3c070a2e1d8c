from typing import Any

from django.apps import AppConfig, apps
from django.core.management import call_command
from django.db.models.signals import post_migrate
from django.utils.module_loading import autodiscover_modules


class PortalConfig(AppConfig):
    name = "portal"

    def ready(self) -> None:
        from access import jobs
        from portal import gallery_letter  # noqa: F401 - registers the letter
        from portal.celery import app

        autodiscover_modules("tasks")  # registers the jobs of every app
        app.conf.beat_schedule = jobs.schedule()
        # Sent for apps with models, once each: ours has none.
        post_migrate.connect(make_cache_table, sender=apps.get_app_config("access"))


def make_cache_table(using: str, **rest: Any) -> None:
    """The table of the cache is there wherever the others are: it stands in for Redis."""
    call_command("createcachetable", database=using, verbosity=0)
