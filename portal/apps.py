from django.apps import AppConfig
from django.utils.module_loading import autodiscover_modules


class PortalConfig(AppConfig):
    name = "portal"

    def ready(self) -> None:
        from access import jobs
        from portal import gallery_letter  # noqa: F401 - registers the letter
        from portal.celery import app

        autodiscover_modules("tasks")  # registers the jobs of every app
        app.conf.beat_schedule = jobs.schedule()
