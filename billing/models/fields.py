"""The few kinds of numbers that money is kept in."""

from decimal import Decimal
from typing import Any

from django.db import models


def money(label: Any = None, **options: Any) -> "models.DecimalField[Any, Any]":
    """An amount in the row's currency, to the cent."""
    return models.DecimalField(label, max_digits=14, decimal_places=2, **options)


def percent(label: Any = None, **options: Any) -> "models.DecimalField[Any, Any]":
    """A percentage: 20 means 20 %."""
    options.setdefault("default", Decimal(0))
    return models.DecimalField(label, max_digits=5, decimal_places=2, **options)
