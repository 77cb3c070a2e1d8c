"""Tenders in templates: `{% load tender_ui %}`."""

from django import template

from partners.rules import SPOKEN
from tenders import wording
from tenders.models import Tender
from tenders.rules import TenderState
from tenders.services.moving import is_open

register = template.Library()

register.filter("budget", wording.budget)
register.filter("price", wording.price)


@register.filter
def spoken(code: str) -> str:
    """A language of the portal by its name, in the reader's language."""
    return str(SPOKEN.get(code, code))


@register.filter
def state(tender: Tender) -> str:
    """The state now: a passed date counts whether or not a job has come by (T6)."""
    passed = tender.state == TenderState.OPEN and not is_open(tender)
    return TenderState.EXPIRED.value if passed else tender.state
