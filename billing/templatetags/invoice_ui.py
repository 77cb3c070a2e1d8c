"""Figures of invoices in templates: `{% load invoice_ui %}`."""

from decimal import Decimal

from django import template
from django.utils.formats import number_format

from billing.services.issuing import short

register = template.Library()


@register.filter
def percent(value: Decimal) -> str:
    """8.1 for 8.10, in the reader's way of writing numbers."""
    return str(number_format(Decimal(short(value))))
