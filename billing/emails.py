"""The letters of money. Each module of `billing.letters` registers its own."""

from billing.letters import invoices, orders, rebilling  # noqa: F401 - registers its letters
