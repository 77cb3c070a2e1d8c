"""Celery: the hands that carry out what the database says is due (architecture, section 5).

Every job looks in the database for its work and may run twice, so a lost or doubled message
costs nothing: the broker only wakes workers up, and this schedule asks again every few seconds.
"""

from __future__ import annotations

import os

from celery import Celery

from portal import broker

os.environ.setdefault("DJANGO_SETTINGS_MODULE", "portal.settings")
broker.register()

app = Celery("portal")
app.config_from_object("django.conf:settings", namespace="CELERY")
app.autodiscover_tasks()
app.conf.beat_schedule = {
    "mails that are due": {"task": "access.send_due_mail", "schedule": 5.0},
    "support whose time is over": {"task": "access.close_support_access", "schedule": 60.0},
    "partnerships whose time has come": {"task": "clients.close_overdue", "schedule": 600.0},
    "reminders of what waits": {"task": "clients.remind", "schedule": 3600.0},
    "orders that nobody approved": {"task": "billing.close_orders", "schedule": 600.0},
    "orders that wait for a partner": {"task": "billing.remind_orders", "schedule": 3600.0},
    "what the vendor's systems have to do": {"task": "billing.provision", "schedule": 10.0},
    "products that renew": {"task": "billing.renew", "schedule": 600.0},
    "renewals that come near": {"task": "billing.remind_renewals", "schedule": 3600.0},
    "products whose term is over": {"task": "billing.end_at_term", "schedule": 600.0},
    "end dates that come near": {"task": "clients.announce_ends", "schedule": 3600.0},
    "invoices of months that are over": {"task": "billing.issue_collective", "schedule": 3600.0},
    "invoices to print": {"task": "billing.print_invoices", "schedule": 10.0},
    "invoices that are overdue": {"task": "billing.remind_invoices", "schedule": 3600.0},
    "payments that the bank reported": {"task": "billing.book_bank_movements", "schedule": 300.0},
    "tenders whose time is over": {"task": "tenders.close_expired", "schedule": 600.0},
    "tenders that end soon": {"task": "tenders.announce_expiry", "schedule": 3600.0},
    "contacts of old tenders": {"task": "tenders.erase_contacts", "schedule": 3600.0},
    "cashback statements of last month": {"task": "billing.send_statements", "schedule": 3600.0},
    "partners to tell of tenders": {"task": "tenders.tell_partners", "schedule": 30.0},
}
