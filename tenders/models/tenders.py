"""A tender: a need that anybody publishes, free (T1, T5, T6)."""

import hashlib

from django.core.validators import MinValueValidator
from django.db import models
from django.db.models import F, Q
from django.utils.crypto import salted_hmac
from django.utils.translation import gettext_lazy as _
from django_countries.fields import CountryField

from access.ids import public_id
from access.models import Organisation, User
from access.rules import Currency
from tenders.querysets import LinkQuerySet, TenderQuerySet
from tenders.rules import LANGUAGES, LinkPurpose, TenderState

# Names of languages in themselves and in the reader's language are the settings' (LANGUAGES).


class Tender(models.Model):
    """What somebody needs, and how to reach them.

    `extract_title` and `extract` are what partners read before they open it: made once, when it is
    published, from the title and the need, with every contact detail masked (T2, T24). The
    `contact_…` fields and the whole need are read only by partners that opened it (T3), and are
    erased some time after the end (`contacts_erased_at`, T25). `most_openers` is the requester's
    cap on how many partners may open it; None is none. `told_at` says when the mails to partners
    were written (T2); None on an open tender means that they are due.
    """

    public_id = models.CharField(max_length=16, unique=True, default=public_id, editable=False)
    state = models.CharField(
        _("state"), max_length=12, choices=TenderState.choices, default=TenderState.UNCONFIRMED
    )
    title = models.CharField(_("title"), max_length=120)
    need = models.TextField(_("what you need"), max_length=4000)
    extract_title = models.CharField(_("title in the extract"), max_length=160, blank=True)
    extract = models.TextField(_("extract"), blank=True)
    categories = models.ManyToManyField(
        "clients.Category", related_name="+", verbose_name=_("categories")
    )
    currency = models.CharField(_("currency"), max_length=3, choices=Currency.choices)
    budget_from = models.DecimalField(
        _("budget from"),
        max_digits=12,
        decimal_places=2,
        null=True,
        blank=True,
        validators=[MinValueValidator(0)],
    )
    budget_to = models.DecimalField(
        _("budget up to"),
        max_digits=12,
        decimal_places=2,
        null=True,
        blank=True,
        validators=[MinValueValidator(0)],
    )
    wanted_on = models.DateField(_("wanted by"), null=True, blank=True)
    country = CountryField(_("country"))
    place = models.CharField(_("place"), max_length=80, blank=True)
    language = models.CharField(
        _("language"), max_length=5, choices=[(code, code) for code in LANGUAGES]
    )
    contact_name = models.CharField(_("your name"), max_length=80, blank=True)
    contact_email = models.EmailField(_("e-mail address"), blank=True)
    contact_phone = models.CharField(_("phone"), max_length=32, blank=True)
    company = models.CharField(_("company"), max_length=80, blank=True)
    person = models.ForeignKey(
        User,
        models.SET_NULL,
        null=True,
        blank=True,
        related_name="tenders",
        verbose_name=_("submitted by"),
        help_text=_("The account that submitted it, if it was signed in."),
    )
    organisation = models.ForeignKey(
        Organisation,
        models.SET_NULL,
        null=True,
        blank=True,
        related_name="tenders",
        verbose_name=_("organisation"),
        help_text=_("The client for which it was submitted, if there is one."),
    )
    most_openers = models.PositiveSmallIntegerField(
        _("how many partners may open it"), null=True, blank=True
    )
    openers = models.PositiveIntegerField(_("opened by"), default=0, editable=False)
    created_at = models.DateTimeField(_("submitted at"), auto_now_add=True)
    published_at = models.DateTimeField(_("published at"), null=True, blank=True)
    expires_at = models.DateTimeField(_("expires at"))
    closed_at = models.DateTimeField(_("closed at"), null=True, blank=True)
    told_at = models.DateTimeField(_("partners told at"), null=True, blank=True)
    told = models.PositiveIntegerField(_("partners told"), default=0, editable=False)
    expiry_announced_at = models.DateTimeField(null=True, blank=True, editable=False)
    contacts_erased_at = models.DateTimeField(_("contacts erased at"), null=True, blank=True)
    looked_at = models.DateTimeField(_("looked at by staff"), null=True, blank=True)
    hidden_reason = models.CharField(
        _("reason"),
        max_length=500,
        blank=True,
        help_text=_("Why it was hidden, in words that the requester reads."),
    )

    objects = TenderQuerySet.as_manager()

    class Meta:
        verbose_name = _("tender")
        verbose_name_plural = _("tenders")
        ordering = ["-published_at", "-pk"]
        constraints = [
            models.CheckConstraint(
                condition=Q(budget_from__isnull=True)
                | Q(budget_to__isnull=True)
                | Q(budget_from__lte=F("budget_to")),
                name="tender_budget_from_low_to_high",
            ),
            models.CheckConstraint(
                condition=~Q(state__in=["open", "chosen"]) | Q(published_at__isnull=False),
                name="tender_published_when_open",
            ),
            models.CheckConstraint(
                condition=Q(contacts_erased_at__isnull=True)
                | Q(contact_name="", contact_email="", contact_phone="", company=""),
                name="tender_contacts_gone_when_erased",
            ),
            models.CheckConstraint(
                condition=Q(most_openers__isnull=True) | Q(openers__lte=F("most_openers")),
                name="tender_openers_within_cap",
            ),
        ]
        indexes = [
            # the board of partners: open ones, the newest first
            models.Index(
                fields=["-published_at", "-id"], condition=Q(state="open"), name="tenders_open"
            ),
            models.Index(
                fields=["expires_at"],
                condition=Q(state__in=["open", "unconfirmed"]),
                name="tenders_expiring",
            ),
            models.Index(
                fields=["published_at"],
                condition=Q(state="open", told_at__isnull=True),
                name="tenders_to_tell",
            ),
            models.Index(
                fields=["closed_at"],
                condition=Q(closed_at__isnull=False, contacts_erased_at__isnull=True),
                name="tenders_to_erase",
            ),
            models.Index(fields=["contact_email"], name="tenders_by_address"),
        ]

    def __str__(self) -> str:
        return self.title


class TenderLink(models.Model):
    """A mailed link of a tender: to confirm the address, to its private page, or to cancel it.

    The token is in no table: it is computed from the id when the mail is written (as
    `clients.InvitationLink` does), and the table holds its hash. `used_at`: a confirmation works
    once.
    """

    public_id = models.CharField(max_length=16, unique=True, default=public_id, editable=False)
    tender = models.ForeignKey(Tender, models.CASCADE, related_name="links")
    purpose = models.CharField(max_length=8, choices=LinkPurpose.choices)
    token_hash = models.CharField(max_length=64, unique=True, editable=False)
    created_at = models.DateTimeField(auto_now_add=True)
    used_at = models.DateTimeField(null=True)

    objects = LinkQuerySet.as_manager()

    class Meta:
        constraints = [
            models.UniqueConstraint(fields=["tender", "purpose"], name="one_link_a_purpose"),
        ]

    def __str__(self) -> str:
        return f"{self.purpose}: {self.tender_id}"

    @property
    def token(self) -> str:
        """The secret in the mailed address: 256 bits, from purpose, id and the portal's key."""
        salt = f"tenders.TenderLink.{self.purpose}"
        return salted_hmac(salt, self.public_id, algorithm="sha256").hexdigest()

    @staticmethod
    def hash_of(token: str) -> str:
        return hashlib.sha256(token.encode()).hexdigest()
