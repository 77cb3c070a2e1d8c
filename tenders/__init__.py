"""Tenders, their extracts for partners, and proposals."""
