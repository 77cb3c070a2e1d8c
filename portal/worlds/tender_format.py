"""The parts of a world file about tenders: who wants which, and the tenders themselves (T1-T6)."""

# ruff: noqa: RUF009 - key() makes a dataclass field

from dataclasses import dataclass
from datetime import date
from decimal import Decimal

from access.rules import Currency
from portal.worlds import reading
from portal.worlds.reading import Entry, entry, key, known, list_of, text
from tenders.rules import LANGUAGES, ProposalState, TenderState

MOST = "9999999.99"
WRITTEN = [ProposalState.DRAFT, ProposalState.SENT, ProposalState.WITHDRAWN, ProposalState.CHOSEN]


@dataclass(frozen=True, kw_only=True)
class PreferenceEntry(Entry):
    """Which tenders a partner gets by mail (T2)."""

    partner: str = key(known("organisation"))
    categories: list[str] = key(list_of(known("category")))
    languages: list[str] = key(list_of(reading.choice(LANGUAGES)))
    countries: list[str] = key(list_of(reading.country), default=())
    least_budget: Decimal | None = key(reading.decimal("0", MOST), default=None)
    email: str | None = key(reading.email, default=None)
    mail_language: str | None = key(reading.choice(LANGUAGES), default=None)
    wanted: bool = key(reading.boolean, default=True)


@dataclass(frozen=True, kw_only=True)
class QuestionEntry(Entry):
    """What the requester asks about a proposal, and what the partner answers (T4)."""

    text: str = key(reading.text(2000))
    answer: str = key(reading.text(4000), default="")


@dataclass(frozen=True, kw_only=True)
class ProposalEntry(Entry):
    """A partner's answer; prices exclude VAT, in the tender's currency (T4)."""

    state: str = key(reading.choice(WRITTEN), default=ProposalState.SENT)
    text: str = key(reading.text(6000))
    price_from: Decimal | None = key(reading.decimal("0", MOST), default=None)
    price_to: Decimal | None = key(reading.decimal("0", MOST), default=None)
    delay_days: int | None = key(reading.number(0, 3650), default=None)
    questions: list[QuestionEntry] = key(list_of(entry(QuestionEntry)), default=())


@dataclass(frozen=True, kw_only=True)
class OpeningEntry(Entry):
    """A partner that looked at the contact details (T3)."""

    partner: str = key(known("organisation"))
    by: str | None = key(known("person"), default=None)
    proposal: ProposalEntry | None = key(entry(ProposalEntry), default=None)


@dataclass(frozen=True, kw_only=True)
class ContactEntry(Entry):
    """Who asks; no account is needed."""

    name: str = key(text(80))
    email: str = key(reading.email)
    phone: str = key(text(32), default="")
    company: str = key(text(80), default="")


@dataclass(frozen=True, kw_only=True)
class TenderEntry(Entry):
    title: str = key(text(120))
    need: str = key(text(4000))
    state: str = key(reading.choice(TenderState), default=TenderState.OPEN)
    categories: list[str] = key(list_of(known("category")))
    country: str = key(reading.country)
    place_name: str = key(text(80), default="")
    language: str = key(reading.choice(LANGUAGES))
    currency: str | None = key(reading.choice(Currency), default=None)
    budget_from: Decimal | None = key(reading.decimal("0", MOST), default=None)
    budget_to: Decimal | None = key(reading.decimal("0", MOST), default=None)
    wanted_on: date | None = key(reading.day, default=None)
    contact: ContactEntry = key(entry(ContactEntry))
    person: str | None = key(known("person"), default=None)
    organisation: str | None = key(known("organisation"), default=None)
    published_on: date | None = key(reading.day, default=None)
    most_openers: int | None = key(reading.number(1, 1000), default=None)
    openings: list[OpeningEntry] = key(list_of(entry(OpeningEntry)), default=())
    reason: str = key(text(500), default="")

    def proposals(self) -> list[ProposalEntry]:
        return [each.proposal for each in self.openings or () if each.proposal is not None]
