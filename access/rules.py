"""Who may do what (`domain.md` section 6), as data. Pure: no database, clock or settings."""

from dataclasses import dataclass
from enum import StrEnum

from django.db import models
from django.utils.translation import gettext_lazy as _


class Role(models.TextChoices):
    """A person's role in an organisation (O2)."""

    LEGAL_REPRESENTATIVE = "legal_representative", _("Legal representative")
    ADMINISTRATOR = "administrator", _("Administrator")
    COLLABORATOR = "collaborator", _("Collaborator")
    EXTERNAL_USER = "external_user", _("External user")


class Currency(models.TextChoices):
    CHF = "CHF", "CHF"
    EUR = "EUR", "EUR"


class Capacity(models.TextChoices):
    """As whom a person acts inside an organisation: by a role in it, or for its partner."""

    LEGAL_REPRESENTATIVE = "legal_representative", _("Legal representative")
    ADMINISTRATOR = "administrator", _("Administrator")
    COLLABORATOR = "collaborator", _("Collaborator")
    EXTERNAL_USER = "external_user", _("External user")
    PARTNER_FULL = "partner_full", _("Partner with full access")
    PARTNER_LIMITED = "partner_limited", _("Partner with limited access")


class Answer(StrEnum):
    """What the table says to an act: on all, on a part, seen but refused (403), unseen (404)."""

    ALL = "all"
    ASSIGNED = "assigned"
    GRANTED = "granted"
    NAMES = "names"
    WITH_ACCOUNTING = "with the accounting right"
    NO = "no"
    HIDDEN = "hidden"


ALL, ASSIGNED, GRANTED, NAMES, NO, HIDDEN = (
    Answer.ALL,
    Answer.ASSIGNED,
    Answer.GRANTED,
    Answer.NAMES,
    Answer.NO,
    Answer.HIDDEN,
)
ACCOUNTING = Answer.WITH_ACCOUNTING


@dataclass(frozen=True, slots=True)
class Act:
    """An act and its answer for each capacity, in the order of `Capacity`."""

    label: str
    answers: tuple[Answer, Answer, Answer, Answer, Answer, Answer]

    def answer(self, capacity: Capacity) -> Answer:
        return dict(zip(Capacity, self.answers, strict=True))[capacity]


# fmt: off
ACTS: dict[str, Act] = {
    # act                                                            legal rep.  admin.      collab.     external    full     limited
    "organisation.open":       Act(_("open the organisation"),        (ALL,       ALL,        ALL,        ALL,        ALL,     ALL)),
    "product.see":             Act(_("see the product"),              (ALL,       ALL,        ASSIGNED,   ASSIGNED,   ALL,     GRANTED)),
    "product.change_settings": Act(_("change the product's settings"), (ALL,      ALL,        ASSIGNED,   ASSIGNED,   ALL,     GRANTED)),
    "product.order":           Act(_("order a product"),              (ALL,       ALL,        NO,         NO,         ALL,     NO)),
    "product.renew":           Act(_("renew a product"),              (ALL,       ALL,        NO,         NO,         ALL,     NO)),
    "product.cancel":          Act(_("cancel a product"),             (ALL,       ALL,        NO,         NO,         ALL,     NO)),
    "people.see":              Act(_("see the people"),               (ALL,       ALL,        NAMES,      NAMES,      NAMES,   HIDDEN)),
    "people.change":           Act(_("change the people"),            (ALL,       ALL,        NO,         NO,         NO,      HIDDEN)),
    "organisation.change":     Act(_("change the organisation's data"), (ALL,     ALL,        NO,         NO,         NO,      NO)),
    "accounting.see":          Act(_("see invoices and the prepaid account"), (ALL, ALL,      ACCOUNTING, ACCOUNTING, HIDDEN,  HIDDEN)),
    "log.see":                 Act(_("read the log of acts"),         (ALL,       ALL,        HIDDEN,     HIDDEN,     HIDDEN,  HIDDEN)),
    # the client's side of partnerships (O4)
    "partners.see":            Act(_("see the organisation's partners"), (ALL,    ALL,        HIDDEN,     HIDDEN,     HIDDEN,  HIDDEN)),
    "partners.authorise":      Act(_("authorise a partner"),          (ALL,       NO,         NO,         NO,         HIDDEN,  HIDDEN)),
    "partners.change":         Act(_("change a partner's access"),    (ALL,       NO,         HIDDEN,     HIDDEN,     HIDDEN,  HIDDEN)),
    "partners.end":            Act(_("end a partnership"),            (ALL,       NO,         HIDDEN,     HIDDEN,     HIDDEN,  HIDDEN)),
    # the partner's side: the reseller space (O4, O5)
    "clients.see":             Act(_("see the clients"),              (ALL,       ALL,        ASSIGNED,   ASSIGNED,   HIDDEN,  HIDDEN)),
    "clients.see_waiting":     Act(_("see who was asked"),            (ALL,       ALL,        HIDDEN,     HIDDEN,     HIDDEN,  HIDDEN)),
    "clients.add":             Act(_("add a client"),                 (ALL,       NO,         NO,         NO,         HIDDEN,  HIDDEN)),
    "clients.answer":          Act(_("answer a client's invitation"), (ALL,       NO,         HIDDEN,     HIDDEN,     HIDDEN,  HIDDEN)),
    "clients.end":             Act(_("end a partnership"),            (ALL,       NO,         NO,         NO,         HIDDEN,  HIDDEN)),
    "programme.apply":         Act(_("apply to the partner programme"), (ALL,     NO,         NO,         NO,         HIDDEN,  HIDDEN)),
}
# fmt: on

RESELLER_ACTS = frozenset(act for act in ACTS if act.startswith("clients."))
"""Acts of the reseller space: hidden in an organisation that is no partner."""


def answer(act: str, capacity: Capacity, *, accounting: bool, reseller: bool) -> Answer:
    """What section 6 says of `act` to somebody acting as `capacity`.

    `accounting`: the person holds the accounting right; `reseller`: the organisation is a partner.
    Raises KeyError for an act that is not in the table: it is refused, not guessed.
    """
    said = ACTS[act].answer(capacity)
    if act in RESELLER_ACTS and not reseller:
        return Answer.HIDDEN
    if said is Answer.WITH_ACCOUNTING:
        return Answer.ALL if accounting else Answer.HIDDEN
    return said


def who_may(act: str) -> list[Capacity]:
    """The organisation's own capacities that the table allows `act`: who a refusal points to."""
    own = (Capacity.LEGAL_REPRESENTATIVE, Capacity.ADMINISTRATOR)
    return [capacity for capacity in own if ACTS[act].answer(capacity) is Answer.ALL]


def currency_of(country: str) -> Currency:
    """The currency of an organisation in `country` (ISO 3166 alpha-2): O6."""
    return Currency.CHF if country in {"CH", "LI"} else Currency.EUR
