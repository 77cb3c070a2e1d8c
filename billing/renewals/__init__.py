"""Renewing all that is due, set-based: the parts of `billing.services.renewing` (M5).

A chunk is some clients with all that is due there, about 10,000 products. The database groups the
products into lines and writes what there is for each product; the figures of the lines come from
the pure rules, one call a line, and reach their tables by COPY.
"""
