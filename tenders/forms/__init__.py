"""The forms of tenders."""
