"""The addresses of tenders."""
