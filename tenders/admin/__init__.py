"""Tenders, for staff."""

from tenders.admin import tenders  # noqa: F401 - registers it
