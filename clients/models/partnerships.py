"""The link between one client and one partner, with its access and its payment mode (L1-L10)."""

from datetime import date

import pgtrigger
from django.db import models
from django.db.models import Q
from django.utils import timezone
from django.utils.translation import gettext_lazy as _

from access import keyed
from access.ids import public_id
from access.models import Organisation
from clients.models.catalogue import Category
from clients.models.products import Product
from clients.querysets import InvitationLinkQuerySet, PartnershipQuerySet
from clients.rules import ALIVE, Access, PartnershipState, PaymentMode, Side
from partners.models import Partner

COPY_NAMES = """
    NEW.client_name = COALESCE((SELECT name FROM access_organisation WHERE id = NEW.client_id), '');
    NEW.partner_name = (SELECT name FROM access_organisation WHERE id = NEW.partner_id);
    RETURN NEW;
"""


class Partnership(models.Model):
    """One row for each client and partner pair that is alive, and for each that was.

    `client` is unknown while a request waits for the person asked to choose the organisation.
    `asked_*` is what the partner asked for (L1), `access` and `payment_mode` what the client
    offers or gave; `version` grows with each change of it, so that nobody answers an offer that
    they have not seen (threat T6).
    """

    public_id = models.CharField(
        max_length=16,
        unique=True,
        default=public_id,
        editable=False,
        verbose_name=_("number in addresses"),
    )
    client = models.ForeignKey(
        Organisation,
        models.PROTECT,
        null=True,
        related_name="partnerships",
        verbose_name=_("client"),
    )
    partner = models.ForeignKey(
        Partner, models.PROTECT, related_name="partnerships", verbose_name=_("partner")
    )
    state = models.CharField(_("state"), max_length=12, choices=PartnershipState.choices)
    opened_by = models.CharField(_("opened by"), max_length=8, choices=Side.choices)

    asked_email = models.EmailField(_("address asked"), blank=True)
    asked_access = models.CharField(
        max_length=8, choices=Access.choices, blank=True, verbose_name=_("access asked for")
    )
    asked_payment_mode = models.CharField(
        max_length=8,
        choices=PaymentMode.choices,
        blank=True,
        verbose_name=_("payment mode asked for"),
    )
    asked_categories = models.ManyToManyField(Category, related_name="+")
    message = models.TextField(_("message"), max_length=1000, blank=True)

    access = models.CharField(_("access"), max_length=8, choices=Access.choices, blank=True)
    payment_mode = models.CharField(
        _("payment mode"), max_length=8, choices=PaymentMode.choices, blank=True
    )
    payment_confirmed_at = models.DateTimeField(
        _("the partner confirmed to pay at"),
        null=True,
        editable=False,
        help_text=_("Until then the client pays the automatic renewals (M10)."),
    )
    offered_products = models.ManyToManyField(
        Product, through="clients.OfferedProduct", related_name="+"
    )
    version = models.PositiveIntegerField(default=1, verbose_name=_("version"))

    client_name = models.CharField(_("client"), max_length=80, editable=False, default="")
    partner_name = models.CharField(_("partner"), max_length=80, editable=False, default="")
    created_at = models.DateTimeField(_("opened at"), auto_now_add=True)
    created_by = models.ForeignKey(
        "access.User", models.PROTECT, null=True, related_name="+", verbose_name=_("created by")
    )
    sent_at = models.DateTimeField(_("last sent at"))
    expires_at = models.DateTimeField(_("open until"))
    started_at = models.DateTimeField(_("since"), null=True)
    ends_at = models.DateTimeField(_("ends at"), null=True)
    reminded_at = models.DateTimeField(_("reminded at"), null=True, editable=False)
    ending_notice = models.PositiveSmallIntegerField(
        null=True,
        editable=False,
        help_text=_(
            "The last notice given, or passed by, before the end date: days before it (L9)."
        ),
    )
    closed_at = models.DateTimeField(_("closed at"), null=True)

    objects = PartnershipQuerySet.as_manager()

    class Meta:
        verbose_name = _("partnership")
        verbose_name_plural = _("partnerships")
        ordering = ["-created_at", "-pk"]
        constraints = [
            models.UniqueConstraint(
                fields=["client", "partner"],
                condition=Q(state__in=ALIVE),
                name="one_live_partnership_per_pair",
            ),
            models.UniqueConstraint(
                fields=["partner", "asked_email"],
                condition=Q(state=PartnershipState.REQUESTED),
                name="one_open_request_per_address",
            ),
            models.UniqueConstraint(
                fields=["client"],
                condition=Q(state=PartnershipState.ACTIVE, access=Access.FULL),
                name="one_partner_with_full_access",
            ),
            models.CheckConstraint(
                condition=~Q(state=PartnershipState.ACTIVE)
                | Q(client__isnull=False, started_at__isnull=False),
                name="active_has_client_and_start",
            ),
            models.CheckConstraint(
                condition=~Q(client=models.F("partner")), name="nobody_partners_itself"
            ),
            models.CheckConstraint(
                condition=Q(access="full", payment_mode__in=PaymentMode.values)
                | Q(access="limited", payment_mode=PaymentMode.CLIENT)
                | Q(
                    access="",
                    payment_mode="",
                    state__in=["requested", "refused", "withdrawn", "expired"],
                ),
                name="payment_mode_fits_access",
            ),
        ]
        indexes = [
            # a partner's clients by name; searched and counted in the index alone
            models.Index(
                fields=["partner", "state", "client_name", "id"],
                include=["client", "ends_at", "asked_email"],
                name="clients_of_partner",
            ),
            models.Index(fields=["client", "state"]),
            models.Index(fields=["asked_email", "state"]),
            models.Index(
                fields=["expires_at"],
                condition=Q(state__in=["requested", "invited"]),
                name="waiting_by_expiry",
            ),
            models.Index(
                fields=["ends_at"],
                condition=Q(state="active", ends_at__isnull=False),
                name="active_by_end_date",
            ),
        ]
        triggers = [
            pgtrigger.Trigger(
                name="copy_names",
                when=pgtrigger.Before,
                operation=pgtrigger.Insert | pgtrigger.UpdateOf("client_id", "partner_id"),
                func=COPY_NAMES,
            ),
        ]

    def __str__(self) -> str:
        return f"{self.client_name or self.asked_email} – {self.partner_name}"

    @property
    def is_waiting(self) -> bool:
        return self.state in (PartnershipState.REQUESTED, PartnershipState.INVITED)

    @property
    def ends_on(self) -> date | None:
        """The last day on which the access counts, in the portal's time zone (L9)."""
        return timezone.localdate(self.ends_at) if self.ends_at else None


class OfferedProduct(models.Model):
    """A product in a client's limited offer. Only acceptance makes it a grant."""

    partnership = models.ForeignKey(Partnership, models.CASCADE, related_name="+")
    product = models.ForeignKey(Product, models.CASCADE, related_name="+")

    class Meta:
        constraints = [
            models.UniqueConstraint(fields=["partnership", "product"], name="offered_once"),
        ]

    def __str__(self) -> str:
        return f"{self.partnership} · {self.product}"


class InvitationLink(models.Model):
    """A link sent to one address for one partnership that waits for an answer (T2, T4).

    The token is in no table: it is computed from the id when the mail is written, and the table
    holds its hash. Sending again replaces the links sent before.
    """

    public_id = models.CharField(max_length=16, unique=True, default=public_id, editable=False)
    partnership = models.ForeignKey(Partnership, models.CASCADE, related_name="links")
    email = models.EmailField()
    token_hash = models.CharField(max_length=64, unique=True, editable=False)
    created_at = models.DateTimeField(auto_now_add=True)
    replaced_at = models.DateTimeField(null=True)

    objects = InvitationLinkQuerySet.as_manager()

    class Meta:
        indexes = [models.Index(fields=["partnership", "email"])]

    def __str__(self) -> str:
        return f"{self.partnership} → {self.email}"

    @property
    def token(self) -> str:
        """The secret in the mailed address: 256 bits, from the id and the portal's key."""
        return keyed.token_of("clients.InvitationLink", self.public_id, self.token_hash)

    @staticmethod
    def hash_of(token: str) -> str:
        return keyed.hash_of(token)
