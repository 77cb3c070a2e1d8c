"""Celery: the hands that carry out what the database says is due (architecture, section 5).

Every job looks in the database for its work and may run twice, so a lost or doubled message
costs nothing: the broker only wakes workers up, and this schedule asks again every few seconds.
"""

from __future__ import annotations

import os

from celery import Celery

from portal import broker, task_log

os.environ.setdefault("DJANGO_SETTINGS_MODULE", "portal.settings")
broker.register()
task_log.connect()

app = Celery("portal")
app.config_from_object("django.conf:settings", namespace="CELERY")
app.autodiscover_tasks()
# The schedule is the registry's (`access.jobs`), filled in by `portal.apps` once Django is up.
