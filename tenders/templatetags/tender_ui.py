"""Tenders in templates: `{% load tender_ui %}`."""

from django import template

from partners.rules import SPOKEN
from tenders import wording

register = template.Library()

register.filter("budget", wording.budget)
register.filter("price", wording.price)


@register.filter
def spoken(code: str) -> str:
    """A language of the portal by its name, in the reader's language."""
    return str(SPOKEN.get(code, code))
