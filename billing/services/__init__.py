"""The verbs of money: each is atomic, locks what it must, and books all or nothing."""
