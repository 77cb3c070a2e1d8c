"""The screens of tenders."""
