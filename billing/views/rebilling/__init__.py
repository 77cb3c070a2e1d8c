"""Rebilling: a partner bills its clients, and each client reads what it got (B12)."""
