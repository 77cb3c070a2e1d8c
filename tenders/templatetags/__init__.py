"""Template tags of tenders."""
