"""The letters of money. Each module of `billing.letters` registers its own."""

from billing.letters import account, invoices, orders, rebilling  # noqa: F401 - registers its letters
