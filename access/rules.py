"""Who may do what (`domain.md` section 6), as data. Pure: no database, clock or settings."""

from dataclasses import dataclass
from enum import StrEnum

from django.db import models
from django.utils.functional import Promise
from django.utils.translation import gettext_lazy as _


class Role(models.TextChoices):
    """A person's role in an organisation (O2)."""

    LEGAL_REPRESENTATIVE = "legal_representative", _("Legal representative")
    ADMINISTRATOR = "administrator", _("Administrator")
    COLLABORATOR = "collaborator", _("Collaborator")
    EXTERNAL_USER = "external_user", _("External user")


class InvitationState(models.TextChoices):
    """What became of the invitation of a person into an organisation."""

    WAITING = "waiting", _("Waiting")
    ACCEPTED = "accepted", _("Accepted")
    REFUSED = "refused", _("Refused")
    WITHDRAWN = "withdrawn", _("Withdrawn")
    EXPIRED = "expired", _("Expired")


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
    SUPPORT_READ = "support_read", _("Support, may look")
    SUPPORT_WRITE = "support_write", _("Support, may change")


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

type Answers = tuple[Answer, ...]


@dataclass(frozen=True, slots=True)
class Act:
    """An act and its answer for each capacity, in the order of `Capacity`."""

    label: str | Promise
    answers: Answers

    def answer(self, capacity: Capacity) -> Answer:
        return dict(zip(Capacity, self.answers, strict=True))[capacity]


LABELS = {
    "organisation.open": _("open the organisation"),
    "product.see": _("see the product"),
    "product.change_settings": _("change the product's settings"),
    "product.order": _("order a product"),
    "product.renew": _("renew a product"),
    "product.cancel": _("cancel a product"),
    "people.see": _("see the people"),
    "people.change": _("change the people"),
    "people.appoint": _("appoint or remove a legal representative"),
    "people.leave": _("leave the organisation"),
    "organisation.see": _("see the organisation's data"),
    "organisation.change": _("change the organisation's data"),
    "access.explain": _("see who can reach what"),
    "support.open": _("let the vendor's support in"),
    "premium.see": _("see the premium support"),
    "orders.see": _("see the orders"),
    "costs.see": _("see what runs and what it costs"),
    "accounting.see": _("see invoices and the prepaid account"),
    "accounting.top_up": _("pay, and top up the prepaid account"),
    "accounting.pay_out": _("have money of the prepaid account paid out"),
    "accounting.settings": _("choose how invoices come"),
    "log.see": _("read the log of acts"),
    "partners.see": _("see the organisation's partners"),
    "partners.authorise": _("authorise a partner"),
    "partners.change": _("change a partner's access"),
    "partners.end": _("end a partnership"),
    "clients.see": _("see the clients"),
    "clients.see_waiting": _("see who was asked"),
    "clients.log": _("read what your people did at clients"),
    "clients.assign": _("assign clients to collaborators"),
    "clients.add": _("add a client"),
    "clients.answer": _("answer a client's invitation"),
    "clients.end": _("end a partnership"),
    "clients.prices": _("see partner prices"),
    "clients.earnings": _("see what the partner earns"),
    "clients.billing_data": _("export the billing data of clients"),
    "clients.approve_orders": _("approve a client's order"),
    "clients.limit_orders": _("set up to how much a client may order"),
    "clients.confirm_payer": _("confirm that the partner pays"),
    "clients.rebill": _("bill clients"),
    "programme.see": _("see where the application to the partner programme stands"),
    "programme.apply": _("apply to the partner programme"),
    "reseller.benefits": _("see the benefits of partners"),
    "reseller.backups": _("see the partner's console account"),
    "reseller.listing": _("see the partner's page in the directory"),
    "reseller.change_listing": _("change the partner's page in the directory"),
    "reseller.tenders": _("see the tenders"),
    "reseller.open_tender": _("open a tender with its contact details"),
    "reseller.propose": _("send a proposal"),
    "reseller.tender_settings": _("choose which tenders reach the partner"),
}
"""What each act is called in a sentence: "you may not …"."""

# fmt: off
TABLE: dict[str, Answers] = {
    # act                        legal rep.  admin.     collab.     external    full     limited   support:  writing
    "organisation.open":       (ALL,        ALL,       ALL,        ALL,        ALL,     ALL,      ALL,      ALL),
    "product.see":             (ALL,        ALL,       ASSIGNED,   ASSIGNED,   ALL,     GRANTED,  ALL,      ALL),
    "product.change_settings": (ALL,        ALL,       ASSIGNED,   ASSIGNED,   ALL,     GRANTED,  NO,       ALL),
    "product.order":           (ALL,        ALL,       NO,         NO,         ALL,     NO,       NO,       NO),
    "product.renew":           (ALL,        ALL,       NO,         NO,         ALL,     NO,       NO,       NO),
    "product.cancel":          (ALL,        ALL,       NO,         NO,         ALL,     NO,       NO,       NO),
    "people.see":              (ALL,        ALL,       NAMES,      NAMES,      NAMES,   HIDDEN,   NAMES,    NAMES),
    "people.change":           (ALL,        ALL,       NO,         NO,         NO,      HIDDEN,   NO,       NO),
    "people.appoint":          (ALL,        NO,        NO,         NO,         NO,      HIDDEN,   NO,       NO),
    "people.leave":            (ALL,        ALL,       ALL,        ALL,        HIDDEN,  HIDDEN,   HIDDEN,   HIDDEN),
    "organisation.see":        (ALL,        ALL,       ALL,        ALL,        HIDDEN,  HIDDEN,   ALL,      ALL),
    "organisation.change":     (ALL,        ALL,       NO,         NO,         NO,      NO,       NO,       NO),
    "access.explain":          (ALL,        ALL,       HIDDEN,     HIDDEN,     HIDDEN,  HIDDEN,   HIDDEN,   HIDDEN),
    "support.open":            (ALL,        ALL,       NO,         NO,         HIDDEN,  HIDDEN,   NO,       NO),
    "premium.see":             (ALL,        ALL,       ALL,        ALL,        HIDDEN,  HIDDEN,   HIDDEN,   HIDDEN),
    "accounting.see":          (ALL,        ALL,       ACCOUNTING, ACCOUNTING, HIDDEN,  HIDDEN,   HIDDEN,   HIDDEN),
    "accounting.top_up":       (ALL,        ALL,       ACCOUNTING, ACCOUNTING, HIDDEN,  HIDDEN,   HIDDEN,   HIDDEN),
    "accounting.pay_out":      (ALL,        ALL,       NO,         NO,         HIDDEN,  HIDDEN,   HIDDEN,   HIDDEN),
    "accounting.settings":     (ALL,        ALL,       NO,         NO,         HIDDEN,  HIDDEN,   HIDDEN,   HIDDEN),
    "orders.see":              (ALL,        ALL,       ACCOUNTING, ACCOUNTING, ALL,     HIDDEN,   HIDDEN,   HIDDEN),
    "costs.see":               (ALL,        ALL,       ACCOUNTING, ACCOUNTING, ALL,     GRANTED,  HIDDEN,   HIDDEN),
    "log.see":                 (ALL,        ALL,       HIDDEN,     HIDDEN,     HIDDEN,  HIDDEN,   HIDDEN,   HIDDEN),
    # the client's side of partnerships (O4)
    "partners.see":            (ALL,        ALL,       HIDDEN,     HIDDEN,     HIDDEN,  HIDDEN,   HIDDEN,   HIDDEN),
    "partners.authorise":      (ALL,        NO,        NO,         NO,         HIDDEN,  HIDDEN,   HIDDEN,   HIDDEN),
    "partners.change":         (ALL,        NO,        HIDDEN,     HIDDEN,     HIDDEN,  HIDDEN,   HIDDEN,   HIDDEN),
    "partners.end":            (ALL,        NO,        HIDDEN,     HIDDEN,     HIDDEN,  HIDDEN,   HIDDEN,   HIDDEN),
    # the partner's side: the reseller space (O4, O5)
    "clients.see":             (ALL,        ALL,       ASSIGNED,   ASSIGNED,   HIDDEN,  HIDDEN,   HIDDEN,   HIDDEN),
    "clients.see_waiting":     (ALL,        ALL,       HIDDEN,     HIDDEN,     HIDDEN,  HIDDEN,   HIDDEN,   HIDDEN),
    "clients.log":             (ALL,        ALL,       HIDDEN,     HIDDEN,     HIDDEN,  HIDDEN,   HIDDEN,   HIDDEN),
    "clients.assign":          (ALL,        ALL,       NO,         NO,         HIDDEN,  HIDDEN,   HIDDEN,   HIDDEN),
    "clients.add":             (ALL,        NO,        NO,         NO,         HIDDEN,  HIDDEN,   HIDDEN,   HIDDEN),
    "clients.answer":          (ALL,        NO,        HIDDEN,     HIDDEN,     HIDDEN,  HIDDEN,   HIDDEN,   HIDDEN),
    "clients.end":             (ALL,        NO,        NO,         NO,         HIDDEN,  HIDDEN,   HIDDEN,   HIDDEN),
    "clients.prices":          (ALL,        ALL,       ALL,        ALL,        HIDDEN,  HIDDEN,   HIDDEN,   HIDDEN),
    "clients.earnings":        (ALL,        ALL,       ACCOUNTING, ACCOUNTING, HIDDEN,  HIDDEN,   HIDDEN,   HIDDEN),
    "clients.billing_data":    (ALL,        ALL,       ACCOUNTING, ACCOUNTING, HIDDEN,  HIDDEN,   HIDDEN,   HIDDEN),
    "clients.approve_orders":  (ALL,        ALL,       NO,         NO,         HIDDEN,  HIDDEN,   HIDDEN,   HIDDEN),
    "clients.limit_orders":    (ALL,        ALL,       NO,         NO,         HIDDEN,  HIDDEN,   HIDDEN,   HIDDEN),
    "clients.confirm_payer":   (ALL,        ALL,       NO,         NO,         HIDDEN,  HIDDEN,   HIDDEN,   HIDDEN),
    "clients.rebill":          (ALL,        ALL,       ACCOUNTING, ACCOUNTING, HIDDEN,  HIDDEN,   HIDDEN,   HIDDEN),
    "reseller.benefits":       (ALL,        ALL,       ALL,        ALL,        HIDDEN,  HIDDEN,   HIDDEN,   HIDDEN),
    "reseller.backups":        (ALL,        ALL,       ASSIGNED,   ASSIGNED,   HIDDEN,  HIDDEN,   HIDDEN,   HIDDEN),
    "reseller.listing":        (ALL,        ALL,       NO,         NO,         HIDDEN,  HIDDEN,   HIDDEN,   HIDDEN),
    "reseller.change_listing": (ALL,        ALL,       NO,         NO,         HIDDEN,  HIDDEN,   HIDDEN,   HIDDEN),
    "reseller.tenders":        (ALL,        ALL,       NO,         NO,         HIDDEN,  HIDDEN,   HIDDEN,   HIDDEN),
    "reseller.open_tender":    (ALL,        ALL,       NO,         NO,         HIDDEN,  HIDDEN,   HIDDEN,   HIDDEN),
    "reseller.propose":        (ALL,        ALL,       NO,         NO,         HIDDEN,  HIDDEN,   HIDDEN,   HIDDEN),
    "reseller.tender_settings":(ALL,        ALL,       NO,         NO,         HIDDEN,  HIDDEN,   HIDDEN,   HIDDEN),
    # the way into the programme (P1, O4)
    "programme.see":           (ALL,        ALL,       NO,         NO,         HIDDEN,  HIDDEN,   HIDDEN,   HIDDEN),
    "programme.apply":         (ALL,        NO,        NO,         NO,         HIDDEN,  HIDDEN,   HIDDEN,   HIDDEN),
}
# fmt: on
"""Who may do what, in the order of `Capacity`."""

ACTS = {name: Act(LABELS[name], answers) for name, answers in TABLE.items()}

RESELLER_ACTS = frozenset(act for act in ACTS if act.startswith(("clients.", "reseller.")))
"""Acts of the reseller space: hidden in an organisation that is no partner."""


PREMIUM_ACTS = frozenset({"premium.see"})
"""Acts that are hidden in an organisation without premium support (S1)."""


def answer(
    act: str, capacity: Capacity, *, accounting: bool, reseller: bool, premium: bool = False
) -> Answer:
    """What section 6 says of `act` to somebody acting as `capacity`.

    `accounting`: the person holds the accounting right; `reseller`: the organisation is a partner;
    `premium`: it has premium support.
    Raises KeyError for an act that is not in the table: it is refused, not guessed.
    """
    said = ACTS[act].answer(capacity)
    if (act in RESELLER_ACTS and not reseller) or (act in PREMIUM_ACTS and not premium):
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
