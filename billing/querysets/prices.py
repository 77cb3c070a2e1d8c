"""Which price, rate or tier counts on a day (C2)."""

from datetime import date
from typing import Any

from django.db.models import QuerySet


class DatedQuerySet(QuerySet[Any]):
    """Rows that count from `valid_from` on, until the next row of the same key."""

    def in_force(self, day: date, *key: str) -> "DatedQuerySet":
        """For each `key` (names of fields) the one row that counts on `day`."""
        return self.filter(valid_from__lte=day).order_by(*key, "-valid_from").distinct(*key)

    def to_come(self, day: date) -> "DatedQuerySet":
        """Those that do not count yet on `day`; only they may still be changed."""
        return self.filter(valid_from__gt=day)
