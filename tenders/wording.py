"""What a tender says in words, for pages and mails alike."""

from decimal import Decimal

from django.utils.formats import number_format
from django.utils.translation import gettext as _
from django.utils.translation import pgettext
from django_countries import countries

from tenders.models import Proposal, Tender


def budget(tender: Tender) -> str:
    """The budget, excluding VAT, with its currency."""
    return between(tender.currency, tender.budget_from, tender.budget_to)


def price(proposal: Proposal) -> str:
    """The price of a proposal, excluding VAT, with its currency."""
    return between(proposal.currency, proposal.price_from, proposal.price_to)


def country(tender: Tender) -> str:
    """Where it is wanted, in the reader's language."""
    return str(countries.name(str(tender.country)))


def between(currency: str, low: Decimal | None, high: Decimal | None) -> str:
    """A range of money whose ends may be open; cents only where there are any."""
    known = {"currency": currency, "low": _amount(low), "high": _amount(high)}
    if low is not None and high is not None:
        return f"{currency} {known['low']}" + (f" – {known['high']}" if low != high else "")
    if low is not None:
        return _("from %(currency)s %(low)s") % known
    if high is not None:
        return _("up to %(currency)s %(high)s") % known
    return pgettext("budget", "not named")


def _amount(value: Decimal | None) -> str:
    if value is None:
        return ""
    return str(number_format(value, 0 if value == int(value) else 2, force_grouping=True))
