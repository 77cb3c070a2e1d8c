"""The letters of money. Each module of `billing.letters` registers its own."""
