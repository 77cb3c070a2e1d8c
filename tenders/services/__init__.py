"""The verbs of tenders (T1-T7)."""
