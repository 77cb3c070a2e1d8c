"""What the lines of a chunk are worked out from, read in a few queries for all of them."""

from collections.abc import Collection, Iterable, Sequence
from dataclasses import dataclass, field
from datetime import date, datetime
from typing import Any

from django.conf import settings
from django.db import connection

from access.models import Membership, Organisation
from access.rules import Role
from billing.errors import VatRateMissing
from billing.models import BillingProfile
from billing.renewals import sql
from billing.renewals.due import Group
from billing.rules import Arithmetic, Terms, work_out
from billing.services.pricing import Key, terms_on
from billing.states import VatCategory
from billing.vat import Vat, is_valid_number, treatment, vat_for
from clients.models import Partnership, ProductType
from partners.rules import PartnerState

MOST_KEPT = 20_000
"""How many different lines are remembered at once."""


@dataclass(frozen=True, slots=True)
class Managing:
    """A live partnership, as far as money asks."""

    access: str
    payment_mode: str
    confirmed: bool
    partner: int
    approved: bool
    version: int


class PriceList:
    """Prices, VAT and the catalogue, read once for a whole run."""

    def __init__(self, day: date) -> None:
        self.day = day
        self.types: dict[int, ProductType] = ProductType.objects.in_bulk()
        self._terms: dict[tuple[str, date], dict[Key, Terms]] = {}
        self._vat: dict[tuple[VatCategory, date], Vat | None] = {}
        self._figures: dict[tuple[Any, ...], Arithmetic] = {}

    def terms(self, group: Group, currency: str) -> tuple[date, Terms | None]:
        """The terms of the renewal day; where it has no price, those of the run's day, so that a
        price which staff enter late counts. With the day whose rates they are."""
        for day in (group.starts_on, self.day):
            if (currency, day) not in self._terms:
                self._terms[currency, day] = terms_on(self.types, currency, day)
            found = self._terms[currency, day].get((group.product_type, group.period))
            if found is not None:
                return day, found
        return self.day, None

    def figures(
        self, group: Group, currency: str, day: date, terms: Terms, units: int
    ) -> Arithmetic:
        """As `rules.work_out`; lines that are alike are worked out once."""
        key = (group.product_type, group.period, currency, day, group.quantity, units)
        if key not in self._figures:
            if len(self._figures) > MOST_KEPT:
                self._figures.clear()
            self._figures[key] = work_out(terms, group.quantity, units)
        return self._figures[key]

    def vat(self, payer: Organisation, day: date) -> Vat | None:
        """As `vat.vat_for`; None when no rate counts on the day."""
        country = str(payer.country)
        has_number = bool(payer.vat_number) and is_valid_number(country, payer.vat_number)
        category = treatment(settings.VENDOR_COUNTRY, country, has_number=has_number)
        if (category, day) not in self._vat:
            try:
                self._vat[category, day] = vat_for(payer, day)
            except VatRateMissing:
                self._vat[category, day] = None
        return self._vat[category, day]


@dataclass(slots=True)
class Known:
    """What is known about the organisations of a chunk."""

    partnerships: dict[int, Managing]
    organisations: dict[int, Organisation]
    profiles: dict[int, BillingProfile]
    vats: dict[tuple[int, date], Vat | None] = field(default_factory=dict)


def read(groups: Sequence[Group]) -> Known:
    """All but the units, which depend on who pays."""
    keys = {group.partnership for group in groups if group.partnership}
    rows = Partnership.objects.filter(pk__in=keys).values_list(
        *("pk", "access", "payment_mode", "payment_confirmed_at", "partner_id"),
        *("partner__state", "version"),
    )
    partnerships = {
        pk: Managing(
            access, mode, confirmed is not None, partner, state == PartnerState.APPROVED, version
        )
        for pk, access, mode, confirmed, partner, state, version in rows
    }
    owners = {group.client for group in groups}
    owners.update(found.partner for found in partnerships.values())
    profiles = BillingProfile.objects.filter(organisation__in=owners)
    return Known(
        partnerships=partnerships,
        organisations=Organisation.objects.in_bulk(owners),
        profiles={profile.organisation_id: profile for profile in profiles},
    )


def languages(payers: Collection[int], profiles: dict[int, BillingProfile]) -> dict[int, str]:
    """As `issuing.language_of`, for many payers."""
    members = Membership.objects.filter(
        organisation__in=payers, role=Role.LEGAL_REPRESENTATIVE, user__is_active=True
    )
    eldest = members.order_by("organisation", "pk").distinct("organisation")
    found = dict(eldest.values_list("organisation", "user__language"))
    for payer in payers:
        own = profiles[payer].language if payer in profiles else ""
        found[payer] = own or found.get(payer) or settings.LANGUAGE_CODE
    return found


# ---- Units (M2) ------------------------------------------------------------------------------


def count_units(payers: Iterable[int]) -> dict[tuple[int, int], int]:
    """How many units of each type each of the payers pays now, by payer and product type."""
    return _units(sql.COUNT_UNITS, {"payers": list(payers)})


def units_of(
    run: int, started_at: datetime, wanted: dict[tuple[int, int], int]
) -> dict[tuple[int, int], int]:
    """The units of the run's beginning for each payer and product type of `wanted`, whose values
    are the quantities to be renewed. Who has become the payer since is counted now."""
    payers = sorted({payer for payer, _ in wanted})
    found = _units(
        "SELECT payer_id, product_type_id, units FROM billing_renewalunits"
        " WHERE run_id = %(run)s AND payer_id = ANY(%(payers)s)",
        {"run": run, "payers": payers},
    )
    changed = set(
        Partnership.objects.filter(client__in=payers, closed_at__gt=started_at).values_list(
            "client", flat=True
        )
    )
    again = changed | {key[0] for key, number in wanted.items() if found.get(key, 0) < number}
    if again:
        now = count_units(again)
        for key in wanted:
            if key[0] in changed or found.get(key, 0) < wanted[key]:
                found[key] = now.get(key, 0)
    return found


def _units(query: str, values: dict[str, Any]) -> dict[tuple[int, int], int]:
    with connection.cursor() as cursor:
        cursor.execute(query, values)
        return {(payer, kind): units for payer, kind, units in cursor.fetchall()}
