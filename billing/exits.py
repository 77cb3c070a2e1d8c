"""Cashback still to come when a partnership ends, in words for each side (L6).

The partner reads amounts. The client reads how many of its own invoices are open, and nothing of
what they bring the partner; nothing of the partner's invoices either (M4).
"""

from django.utils.formats import number_format
from django.utils.translation import gettext as _
from django.utils.translation import ngettext

from billing.services.earning import cashback_to_come
from clients import exit_money
from clients.models import Partnership
from clients.rules import Side


def tell(partnership: Partnership, side: Side) -> list[str]:
    """One sentence; for the partner also when nothing is to come."""
    if partnership.client is None:
        return []
    if side == Side.CLIENT:
        found = cashback_to_come(partnership, payer=partnership.client)
        return [_to_client(partnership, found.invoices)] if found.invoices else []
    return [_to_partner(partnership)]


def _to_client(partnership: Partnership, number: int) -> str:
    told = ngettext(
        "%(n)d invoice of orders that %(partner)s managed is not paid yet: it stays yours to pay.",
        "%(n)d invoices of orders that %(partner)s managed are not paid yet: they stay yours to "
        "pay.",
        number,
    )
    return told % {"n": number, "partner": partnership.partner_name}


def _to_partner(partnership: Partnership) -> str:
    found = cashback_to_come(partnership)
    names = {"client": partnership.client_name}
    if not found.amounts:
        return (
            _("Cashback still to come from %(client)s: none, and later renewals bring none.")
            % names
        )
    amounts = ", ".join(
        f"{currency} {number_format(amount, 2, force_grouping=True)}"
        for currency, amount in found.amounts.items()
    )
    return _(
        "Cashback still to come from %(client)s: %(amounts)s, as soon as what was ordered so far "
        "is paid. Later renewals bring none."
    ) % (names | {"amounts": amounts})


exit_money.add(tell)
