"""The format of a world file, as data: every object with its keys (see `docs/world.md`)."""

# ruff: noqa: RUF009 - key() makes a dataclass field

from dataclasses import dataclass
from datetime import date
from pathlib import Path
from typing import Any

from django.conf import settings

from access.rules import Role
from clients.rules import Access, PartnershipState, PaymentMode, Period, ProductState
from partners.rules import PartnerState
from portal.worlds import reading
from portal.worlds.money_format import NO_MONEY, MoneyEntry, PricesEntry, VatRateEntry
from portal.worlds.programme_format import ApplicationEntry, ListingEntry, ThemeBundleEntry
from portal.worlds.reading import Entry, Report, entry, key, known, list_of, text
from portal.worlds.tender_format import PreferenceEntry, TenderEntry

LANGUAGES = [code for code, _name in settings.LANGUAGES]
NAMES = reading.translations([code for code in LANGUAGES if code != "en"], 80)


@dataclass(frozen=True, kw_only=True)
class CategoryEntry(Entry):
    slug: str = key(reading.slug(40))
    name: str = key(text(80))
    names: dict[str, str] = key(NAMES, default={})
    icon: str = key(reading.slug(40), default="box")
    position: int = key(reading.number(0, 32767), default=0)


@dataclass(frozen=True, kw_only=True)
class ProductTypeEntry(Entry):
    slug: str = key(reading.slug(40))
    name: str = key(text(80))
    names: dict[str, str] = key(NAMES, default={})
    category: str = key(known("category"))
    period: str = key(reading.choice(Period), default=Period.YEARLY)
    backup: bool = key(reading.boolean, default=False)
    offered: bool = key(reading.boolean, default=True)
    position: int = key(reading.number(0, 32767), default=0)
    prices: PricesEntry | None = key(entry(PricesEntry), default=None)


@dataclass(frozen=True, kw_only=True)
class Catalogue(Entry):
    categories: list[CategoryEntry] = key(list_of(entry(CategoryEntry)), default=())
    product_types: list[ProductTypeEntry] = key(list_of(entry(ProductTypeEntry)), default=())
    vat_rates: list[VatRateEntry] = key(list_of(entry(VatRateEntry)), default=())


NO_CATALOGUE = Catalogue(place="catalogue", categories=[], product_types=[], vat_rates=[])


@dataclass(frozen=True, kw_only=True)
class PersonEntry(Entry):
    email: str = key(reading.email)
    name: str = key(text(80))
    language: str = key(reading.choice(LANGUAGES), default=settings.LANGUAGE_CODE)
    password: str | None = key(text(128), default=None)
    staff: bool = key(reading.boolean, default=False)


@dataclass(frozen=True, kw_only=True)
class MemberEntry(Entry):
    person: str = key(known("person"))
    role: str = key(reading.choice(Role))
    accounting: bool = key(reading.boolean, default=False)
    products: list[str] = key(list_of(text(80)), default=())
    clients: list[str] = key(list_of(known("organisation")), default=())


@dataclass(frozen=True, kw_only=True)
class ProductEntry(Entry):
    name: str = key(text(80))
    type: str = key(known("product type"))
    state: str = key(reading.choice(ProductState), default=ProductState.ACTIVE)
    period: str | None = key(reading.choice(Period), default=None)
    started_on: date | None = key(reading.day, default=None)
    renews_on: date | None = key(reading.day, default=None)
    auto_renewal: bool = key(reading.boolean, default=True)
    count: int = key(reading.number(1, 10_000), default=1)

    @property
    def all_names(self) -> list[str]:
        """One name for each of `count`: {n} in the name stands for its number."""
        if self.name is None or self.count is None:
            return []
        return [self.name.replace("{n}", str(n)) for n in range(1, self.count + 1)]


@dataclass(frozen=True, kw_only=True)
class OrganisationEntry(Entry):
    slug: str = key(reading.slug(60))
    name: str = key(text(80))
    country: str = key(reading.country)
    street: str = key(text(120), default="")
    postcode: str = key(text(12), default="")
    city: str = key(text(80), default="")
    registration_number: str = key(text(32), default="")
    vat_number: str = key(text(20), default="")
    website: str = key(reading.https_url, default="")
    affiliate: bool = key(reading.boolean, default=False)
    premium_support: bool = key(reading.boolean, default=False)
    members: list[MemberEntry] = key(list_of(entry(MemberEntry)))
    products: list[ProductEntry] = key(list_of(entry(ProductEntry)), default=())

    def represented_by(self) -> list[str]:
        """Its legal representatives, in the file's order."""
        members = self.members or ()
        return [each.person for each in members if each.role == Role.LEGAL_REPRESENTATIVE]

    def product_names(self) -> list[str]:
        return [name for product in self.products or () for name in product.all_names]


NO_APPLICATION = ApplicationEntry(place="application")


@dataclass(frozen=True, kw_only=True)
class PartnerEntry(Entry):
    organisation: str = key(known("organisation"))
    state: str = key(reading.choice(PartnerState), default=PartnerState.APPROVED)
    listed: bool = key(reading.boolean, default=False)
    contact_email: str = key(reading.email, default="")
    application: ApplicationEntry = key(entry(ApplicationEntry), default=NO_APPLICATION)


@dataclass(frozen=True, kw_only=True)
class AskedEntry(Entry):
    """What a partner asks for (L1)."""

    email: str | None = key(reading.email, default=None)
    access: str = key(reading.choice(Access))
    payment_mode: str = key(reading.choice(PaymentMode), default="")
    categories: list[str] = key(list_of(known("category")), default=())


@dataclass(frozen=True, kw_only=True)
class GrantedEntry(Entry):
    """What a client gives, or offers in an invitation (L1, L3), and until when (L9)."""

    access: str = key(reading.choice(Access))
    payment_mode: str = key(reading.choice(PaymentMode), default="")
    products: list[str] = key(list_of(text(80)), default=())
    ends_on: date | None = key(reading.day, default=None)


@dataclass(frozen=True, kw_only=True)
class PartnershipEntry(Entry):
    client: str | None = key(known("organisation"), default=None)
    partner: str = key(known("organisation"))
    how: str = key(reading.choice(["request", "invitation"]))
    state: str = key(reading.choice([each for each in PartnershipState if each != "expired"]))
    asked: AskedEntry | None = key(entry(AskedEntry), default=None)
    granted: GrantedEntry | None = key(entry(GrantedEntry), default=None)
    message: str = key(text(1000), default="")
    opened_by: str | None = key(known("person"), default=None)
    answered_by: str | None = key(known("person"), default=None)
    ended_by: str | None = key(known("person"), default=None)


@dataclass(frozen=True, kw_only=True)
class BackupEntry(Entry):
    """Where a backup sits in the vendor's console: the account `of` an organisation, and its
    client's unit there (C4)."""

    organisation: str = key(known("organisation"))
    product: str = key(text(80))
    of: str | None = key(known("organisation"), default=None)
    account: str = key(text(32))
    unit: str = key(text(32))


@dataclass(frozen=True, kw_only=True)
class World(Entry):
    """The whole file."""

    about: str = key(text(1000), default="")
    password: str | None = key(text(128), default=None)
    send_mails: bool = key(reading.boolean, default=False)
    catalogue: Catalogue = key(entry(Catalogue), default=NO_CATALOGUE)
    people: list[PersonEntry] = key(list_of(entry(PersonEntry)), default=())
    organisations: list[OrganisationEntry] = key(list_of(entry(OrganisationEntry)), default=())
    partners: list[PartnerEntry] = key(list_of(entry(PartnerEntry)), default=())
    partnerships: list[PartnershipEntry] = key(list_of(entry(PartnershipEntry)), default=())
    theme_bundles: list[ThemeBundleEntry] = key(list_of(entry(ThemeBundleEntry)), default=())
    directory: list[ListingEntry] = key(list_of(entry(ListingEntry)), default=())
    tender_preferences: list[PreferenceEntry] = key(list_of(entry(PreferenceEntry)), default=())
    tenders: list[TenderEntry] = key(list_of(entry(TenderEntry)), default=())
    money: MoneyEntry = key(entry(MoneyEntry), default=NO_MONEY)
    backups: list[BackupEntry] = key(list_of(entry(BackupEntry)), default=())


def read(data: Any, folder: Path | None = None) -> tuple[World | None, Report]:
    """The world that `data` (from JSON) describes, with the mistakes found in it."""
    report = Report(_declared(data), folder)
    return entry(World)(data, "", report), report


def _declared(data: Any) -> dict[str, list[str]]:
    """The names that the file gives, whatever else is wrong with it."""
    catalogue = data.get("catalogue") if isinstance(data, dict) else None
    return {
        "category": _values(catalogue, "categories", "slug"),
        "product type": _values(catalogue, "product_types", "slug"),
        "person": [address.lower() for address in _values(data, "people", "email")],
        "organisation": _values(data, "organisations", "slug"),
    }


def _values(data: Any, section: str, name: str) -> list[str]:
    entries = data.get(section) if isinstance(data, dict) else None
    entries = entries if isinstance(entries, list) else []
    found = [each.get(name) for each in entries if isinstance(each, dict)]
    return [value for value in found if isinstance(value, str)]
