"""Ways to take a part of the promise away, to see that a run notices (`--sabotage`).

The workers run under this module's `app` then, and the drivers call `apply`.
"""

from __future__ import annotations

import os
import threading
from typing import Any

from portal.celery import app

__all__ = ["app", "apply"]


def apply() -> None:
    """Takes away what the environment names; called once Django is set up."""
    way = os.environ.get("FAULTS_SABOTAGE", "")
    if way == "new-ids":
        _new_ids()
    elif way == "own-transaction":
        _own_transaction()
    elif way == "no-lock":
        _no_lock()


def _new_ids() -> None:
    from access import mail
    from access.models.mail import new_message_id

    honest = mail._message

    def message(row: Any, rendered: Any) -> Any:
        row.message_id = new_message_id()
        return honest(row, rendered)

    setattr(mail, "_message", message)  # noqa: B010 - in place of the honest one


def _own_transaction() -> None:
    from django.db import connection

    from access.models.mail import OutgoingMailQuerySet

    honest = OutgoingMailQuerySet.bulk_create

    def bulk_create(self: Any, rows: Any, **options: Any) -> Any:
        def write() -> None:
            honest(self, rows, **options)
            connection.close()

        thread = threading.Thread(target=write)
        thread.start()
        thread.join()
        return rows

    setattr(OutgoingMailQuerySet, "bulk_create", bulk_create)  # noqa: B010


def _no_lock() -> None:
    from access.models.mail import OutgoingMailQuerySet

    def unlocked(self: Any, **options: Any) -> Any:
        return self.all()

    setattr(OutgoingMailQuerySet, "select_for_update", unlocked)  # noqa: B010


def _finalized(**_: Any) -> None:
    from django.apps import apps

    if apps.ready:
        apply()


app.on_after_finalize.connect(_finalized)  # type: ignore[union-attr]
