"""The letters of money. Each module of `billing.letters` registers its own."""

from billing.letters import (  # noqa: F401 - registers its letters
    account,
    invoices,
    orders,
    rebilling,
    renewals,
)
