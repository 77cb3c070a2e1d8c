"""Letters to who published a tender (T1, T3, T4, T5, T6)."""
