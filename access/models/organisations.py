"""Organisations and the people in them: the tenants of the portal (O1, O2, O6, O7)."""

import pgtrigger
from django.contrib.auth.models import Group
from django.core.validators import URLValidator
from django.db import models
from django.utils.translation import gettext_lazy as _
from django_countries.fields import CountryField

from access.ids import public_id
from access.querysets import MembershipQuerySet
from access.rules import Capacity, Currency, Role
from access.searching import holds

# Lists of partnerships are sorted and searched by these copies, which only the database writes.
COPY_NAME = """
    UPDATE clients_partnership SET client_name = NEW.name WHERE client_id = NEW.id;
    UPDATE clients_partnership SET partner_name = NEW.name WHERE partner_id = NEW.id;
    RETURN NULL;
"""


class OrganisationQuerySet(models.QuerySet["Organisation"]):
    def search(self, text: str) -> "OrganisationQuerySet":
        """Those whose name holds `text`; all of them when it is empty."""
        return self.filter(holds(text, "name"))

    def represented_by(self, person: models.Model) -> "OrganisationQuerySet":
        """Those for which `person` answers as a legal representative, by name (O2)."""
        return self.filter(
            memberships__user=person, memberships__role=Role.LEGAL_REPRESENTATIVE
        ).order_by("name", "pk")

    def with_representatives(self) -> "OrganisationQuerySet":
        """Each with its `representatives`: the memberships of its legal representatives."""
        role = Role.LEGAL_REPRESENTATIVE
        members = Membership.objects.filter(role=role).select_related("user").order_by("pk")
        return self.prefetch_related(
            models.Prefetch("memberships", queryset=members, to_attr="representatives")
        )


class Organisation(models.Model):
    """A tenant: people belong to it, products are installed in it, invoices are addressed to it.

    A partner is an organisation with a reseller group, which holds what clients granted it (A1).
    """

    name = models.CharField(_("name"), max_length=80)
    slug = models.SlugField(_("address in the portal"), max_length=60, unique=True)
    country = CountryField(_("country"))
    currency = models.CharField(_("currency"), max_length=3, choices=Currency.choices)
    street = models.CharField(_("street and number"), max_length=120, blank=True)
    postcode = models.CharField(_("postcode"), max_length=12, blank=True)
    city = models.CharField(_("town"), max_length=80, blank=True)
    registration_number = models.CharField(_("registration number"), max_length=32, blank=True)
    vat_number = models.CharField(_("VAT number"), max_length=20, blank=True)
    website = models.URLField(
        _("web site"), blank=True, validators=[URLValidator(schemes=["https"])]
    )
    affiliate = models.BooleanField(_("affiliate"), default=False)
    requires_second_factor = models.BooleanField(
        _("requires a second factor"),
        default=False,
        help_text=_("Its people must set up a second factor before they open it."),
    )
    premium_support = models.BooleanField(_("premium support"), default=False)
    vip_code = models.CharField(_("VIP code"), max_length=16, blank=True, editable=False)
    reseller_group = models.OneToOneField(
        Group,
        on_delete=models.PROTECT,
        null=True,
        blank=True,
        editable=False,
        related_name="reseller",
        verbose_name=_("reseller group"),
    )
    created_at = models.DateTimeField(_("created at"), auto_now_add=True)
    members: "models.ManyToManyField[object, object]" = models.ManyToManyField(
        "access.User", through="access.Membership", related_name="organisations"
    )

    objects = OrganisationQuerySet.as_manager()

    class Meta:
        verbose_name = _("organisation")
        verbose_name_plural = _("organisations")
        ordering = ["name", "pk"]
        permissions = [("manage_organisation", "Manage the whole organisation for its owner")]
        constraints = [
            # P3
            models.CheckConstraint(
                condition=~models.Q(affiliate=True, reseller_group__isnull=False),
                name="partner_xor_affiliate",
            ),
            # O6: CH and LI pay in CHF, everybody else in EUR.
            models.CheckConstraint(
                condition=models.Q(currency="CHF", country__in=["CH", "LI"])
                | (models.Q(currency="EUR") & ~models.Q(country__in=["CH", "LI"])),
                name="currency_follows_country",
            ),
            # S1: the code tells support which organisation is speaking.
            models.UniqueConstraint(
                fields=["vip_code"], condition=~models.Q(vip_code=""), name="one_vip_code_each"
            ),
            models.CheckConstraint(
                condition=models.Q(premium_support=True) | models.Q(vip_code=""),
                name="vip_code_with_premium_support",
            ),
        ]
        triggers = [
            pgtrigger.Trigger(
                name="copy_name_to_partnerships",
                when=pgtrigger.After,
                operation=pgtrigger.UpdateOf("name"),
                func=COPY_NAME,
            ),
        ]

    def __str__(self) -> str:
        return self.name


class Membership(models.Model):
    """A person's one role in one organisation (O1, O2)."""

    user = models.ForeignKey(
        "access.User", models.CASCADE, related_name="memberships", verbose_name=_("person")
    )
    organisation = models.ForeignKey(
        Organisation, models.CASCADE, related_name="memberships", verbose_name=_("organisation")
    )
    role = models.CharField(_("role"), max_length=24, choices=Role.choices)
    accounting = models.BooleanField(
        _("accounting right"),
        default=False,
        help_text=_("May see invoices, the prepaid account and exports."),
    )
    every_product = models.BooleanField(
        _("all products"),
        default=False,
        help_text=_("All products of the organisation, future ones too."),
    )
    public_id = models.CharField(max_length=16, unique=True, default=public_id, editable=False)
    created_at = models.DateTimeField(_("since"), auto_now_add=True)

    objects = MembershipQuerySet.as_manager()

    class Meta:
        verbose_name = _("membership")
        verbose_name_plural = _("memberships")
        ordering = ["pk"]
        constraints = [
            models.UniqueConstraint(fields=["user", "organisation"], name="one_role_per_person"),
        ]
        indexes = [models.Index(fields=["organisation", "role"])]

    def __str__(self) -> str:
        return f"{self.user} · {self.organisation}"

    @property
    def capacity(self) -> Capacity:
        """As whom the person acts inside this organisation."""
        return Capacity(self.role)

    @property
    def represents(self) -> bool:
        """Reaches everything by the role alone; nothing can be assigned (O2)."""
        return self.role in (Role.LEGAL_REPRESENTATIVE, Role.ADMINISTRATOR)
