"""Object-level permissions (A1): django-guardian's rows with direct foreign keys.

The generic tables of guardian have no foreign key, so the grant of a deleted object could attach
to another one; these cannot. Each row names what it stands on (the partnership, or the
membership), and disappears with it. Only `access.grants` reads or writes them.
"""

import pgtrigger
from django.db import models
from django.utils.translation import gettext_lazy as _
from guardian.models import GroupObjectPermissionBase, UserObjectPermissionBase

from access.models.organisations import Membership, Organisation

# A grant that stands on the wrong partnership would open one client's product to another's
# partner, so the database itself compares the three.
GRANT_FITS = """
    IF NOT EXISTS (
        SELECT 1 FROM clients_partnership p
        JOIN access_organisation partner ON partner.id = p.partner_id
        WHERE p.id = NEW.partnership_id AND p.client_id = {owner}
        AND partner.reseller_group_id = NEW.group_id
    ) THEN
        RAISE EXCEPTION 'the grant does not belong to this partnership'
            USING ERRCODE = 'check_violation';
    END IF;
    RETURN NEW;
"""


def _fits(owner: str) -> pgtrigger.Trigger:
    return pgtrigger.Trigger(
        name="grant_fits_partnership",
        when=pgtrigger.Before,
        operation=pgtrigger.Insert | pgtrigger.Update,
        func=GRANT_FITS.format(owner=owner),
    )


class Granted(models.Model):
    """Since when, and by whom, a grant holds."""

    granted_at = models.DateTimeField(_("since"), auto_now_add=True)
    granted_by = models.ForeignKey(
        "access.User", models.PROTECT, null=True, related_name="+", verbose_name=_("given by")
    )

    class Meta:
        abstract = True


class ProductGroupPermission(Granted, GroupObjectPermissionBase):
    """A partner with limited access manages this product. At most one does (L7).

    Of a million grants the one on a given product is found by a hash index (migration 0010): two
    blocks, where a tree takes three levels and the row.
    """

    content_object = models.ForeignKey(
        "clients.Product", models.CASCADE, related_name="partner_grants", db_index=False
    )
    partnership = models.ForeignKey(
        "clients.Partnership", models.CASCADE, related_name="product_grants"
    )

    class Meta:
        constraints = [
            models.UniqueConstraint(fields=["content_object"], name="one_grant_per_product"),
        ]
        indexes = [models.Index(fields=["partnership", "content_object"])]
        triggers = [
            _fits("(SELECT organisation_id FROM clients_product WHERE id = NEW.content_object_id)")
        ]


class OrganisationGroupPermission(Granted, GroupObjectPermissionBase):
    """A partner with full access manages this whole organisation. At most one does (L7)."""

    content_object = models.ForeignKey(Organisation, models.CASCADE, related_name="partner_grants")
    partnership = models.ForeignKey(
        "clients.Partnership", models.CASCADE, related_name="organisation_grants"
    )

    class Meta:
        constraints = [
            models.UniqueConstraint(fields=["content_object"], name="one_full_access_per_client"),
        ]
        indexes = [models.Index(fields=["partnership"])]
        triggers = [_fits("NEW.content_object_id")]


class ProductUserPermission(Granted, UserObjectPermissionBase):
    """A product assigned to a collaborator or an external user of its organisation (O2)."""

    content_object = models.ForeignKey(
        "clients.Product", models.CASCADE, related_name="assignments"
    )
    membership = models.ForeignKey(Membership, models.CASCADE, related_name="assigned_products")

    class Meta:
        constraints = [
            models.UniqueConstraint(
                fields=["membership", "content_object"], name="one_assignment_per_product"
            ),
        ]


class OrganisationUserPermission(Granted, UserObjectPermissionBase):
    """A client assigned to a collaborator of a partner (O5)."""

    content_object = models.ForeignKey(Organisation, models.CASCADE, related_name="assignments")
    membership = models.ForeignKey(Membership, models.CASCADE, related_name="assigned_clients")

    class Meta:
        constraints = [
            models.UniqueConstraint(
                fields=["membership", "content_object"], name="one_assignment_per_client"
            ),
        ]


class AssignedCategory(Granted):
    """A category whose products, future ones too, are assigned to a collaborator or an external
    user (O2)."""

    membership = models.ForeignKey(Membership, models.CASCADE, related_name="assigned_categories")
    category = models.ForeignKey("clients.Category", models.CASCADE, related_name="+")

    class Meta:
        constraints = [
            models.UniqueConstraint(
                fields=["membership", "category"], name="one_assignment_per_category"
            ),
        ]

    def __str__(self) -> str:
        return f"{self.membership} · {self.category}"
