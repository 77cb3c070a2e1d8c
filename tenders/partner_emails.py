"""Letters to partners about tenders (T2, T4, T5)."""
