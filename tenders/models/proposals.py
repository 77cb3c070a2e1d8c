"""Openings of tenders, proposals for them, questions about these (T3, T4, T7)."""

from django.core.validators import MinValueValidator
from django.db import models
from django.db.models import F, Q
from django.utils.translation import gettext_lazy as _

from access.ids import public_id
from access.models import User
from access.rules import Currency
from partners.models import Partner
from tenders.models.tenders import Tender
from tenders.querysets import (
    AttachmentQuerySet,
    OpeningQuerySet,
    ProposalQuerySet,
    QuestionQuerySet,
)
from tenders.rules import ProposalState


class Opening(models.Model):
    """A partner saw a tender's contact details: once for each, recorded for ever (T3, T24)."""

    tender = models.ForeignKey(Tender, models.PROTECT, related_name="openings")
    partner = models.ForeignKey(Partner, models.PROTECT, related_name="tender_openings")
    opened_by = models.ForeignKey(User, models.PROTECT, related_name="+")
    opened_at = models.DateTimeField(_("opened at"), auto_now_add=True)

    objects = OpeningQuerySet.as_manager()

    class Meta:
        verbose_name = _("opening of a tender")
        verbose_name_plural = _("openings of tenders")
        ordering = ["opened_at", "pk"]
        constraints = [
            models.UniqueConstraint(fields=["tender", "partner"], name="one_opening_a_partner"),
        ]
        indexes = [models.Index(fields=["partner", "-opened_at"], name="openings_of_partner")]

    def __str__(self) -> str:
        return f"{self.partner}: {self.tender}"


class Proposal(models.Model):
    """A partner's answer to a tender that it opened (T4).

    Prices are in `currency`, excluding VAT. `products_accepted_at`: the partner's word that a
    contract won by it uses the vendor's products (T7, P1); none is sent without.
    `partnership`: the invitation that its choice began, if it began one.
    """

    public_id = models.CharField(max_length=16, unique=True, default=public_id, editable=False)
    tender = models.ForeignKey(Tender, models.PROTECT, related_name="proposals")
    partner = models.ForeignKey(Partner, models.PROTECT, related_name="proposals")
    state = models.CharField(
        _("state"), max_length=10, choices=ProposalState.choices, default=ProposalState.DRAFT
    )
    text = models.TextField(_("your proposal"), max_length=6000, blank=True)
    currency = models.CharField(_("currency"), max_length=3, choices=Currency.choices)
    price_from = models.DecimalField(
        _("price from"),
        max_digits=12,
        decimal_places=2,
        null=True,
        blank=True,
        validators=[MinValueValidator(0)],
    )
    price_to = models.DecimalField(
        _("price up to"),
        max_digits=12,
        decimal_places=2,
        null=True,
        blank=True,
        validators=[MinValueValidator(0)],
    )
    delay_days = models.PositiveSmallIntegerField(_("ready within (days)"), null=True, blank=True)
    written_by = models.ForeignKey(User, models.PROTECT, related_name="+")
    created_at = models.DateTimeField(_("created at"), auto_now_add=True)
    sent_at = models.DateTimeField(_("sent at"), null=True, blank=True)
    products_accepted_at = models.DateTimeField(_("duty accepted at"), null=True, blank=True)
    products_accepted_by = models.ForeignKey(
        User, models.PROTECT, null=True, blank=True, related_name="+"
    )
    closed_at = models.DateTimeField(_("closed at"), null=True, blank=True)
    partnership = models.ForeignKey(
        "clients.Partnership", models.SET_NULL, null=True, blank=True, related_name="+"
    )

    objects = ProposalQuerySet.as_manager()

    class Meta:
        verbose_name = _("proposal")
        verbose_name_plural = _("proposals")
        ordering = ["-created_at", "-pk"]
        constraints = [
            models.UniqueConstraint(
                fields=["tender", "partner"],
                condition=~Q(state="withdrawn"),
                name="one_proposal_a_partner",
            ),
            models.UniqueConstraint(
                fields=["tender"], condition=Q(state="chosen"), name="one_proposal_chosen"
            ),
            models.CheckConstraint(
                condition=Q(state__in=["draft", "withdrawn"])
                | Q(sent_at__isnull=False, products_accepted_at__isnull=False),
                name="proposal_sent_with_duty",
            ),
            models.CheckConstraint(
                condition=Q(price_from__isnull=True)
                | Q(price_to__isnull=True)
                | Q(price_from__lte=F("price_to")),
                name="proposal_price_from_low_to_high",
            ),
        ]
        indexes = [models.Index(fields=["partner", "state", "-created_at"], name="proposals_of")]

    def __str__(self) -> str:
        return f"{self.partner}: {self.tender}"

    @property
    def files(self) -> "list[Attachment]":
        """Its attachments; whoever may read the proposal may read them."""
        return list(self.attachments.all())

    @property
    def talk(self) -> "list[Question]":
        """The questions about it, the first first, with their answers."""
        return list(self.questions.all())


class Attachment(models.Model):
    """A PDF with a proposal: at most 10 MB, looked at as what it is."""

    public_id = models.CharField(max_length=16, unique=True, default=public_id, editable=False)
    proposal = models.ForeignKey(Proposal, models.CASCADE, related_name="attachments")
    name = models.CharField(_("name"), max_length=120)
    size = models.PositiveIntegerField(_("size"))
    file = models.FileField(upload_to="proposals/%Y/%m/")
    created_at = models.DateTimeField(auto_now_add=True)

    objects = AttachmentQuerySet.as_manager()

    class Meta:
        verbose_name = _("attachment")
        verbose_name_plural = _("attachments")
        ordering = ["pk"]

    def __str__(self) -> str:
        return self.name


class Question(models.Model):
    """What the requester asks a partner about its proposal, through the portal, and the answer."""

    public_id = models.CharField(max_length=16, unique=True, default=public_id, editable=False)
    proposal = models.ForeignKey(Proposal, models.PROTECT, related_name="questions")
    text = models.TextField(_("your question"), max_length=2000)
    asked_at = models.DateTimeField(_("asked at"), auto_now_add=True)
    answer = models.TextField(_("answer"), max_length=4000, blank=True)
    answered_at = models.DateTimeField(_("answered at"), null=True, blank=True)
    answered_by = models.ForeignKey(User, models.PROTECT, null=True, blank=True, related_name="+")

    objects = QuestionQuerySet.as_manager()

    class Meta:
        verbose_name = _("question")
        verbose_name_plural = _("questions")
        ordering = ["asked_at", "pk"]

    def __str__(self) -> str:
        return f"{self.proposal}: {self.asked_at}"
