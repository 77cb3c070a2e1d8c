"""Tenders, for staff."""
