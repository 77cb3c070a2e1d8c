"""Where backup products sit: a console account of the partner, one unit for each client (C4)."""

import pgtrigger
from django.db import models
from django.utils.translation import gettext_lazy as _

from access.models import Organisation
from clients.querysets import ConsoleUnitQuerySet


class ConsoleAccount(models.Model):
    """The one account of an organisation in the vendor's backup console: a partner's, or a
    client's own for what nobody manages."""

    organisation = models.OneToOneField(
        Organisation, models.PROTECT, related_name="console_account", verbose_name=_("organisation")
    )
    number = models.CharField(_("account"), max_length=32, unique=True)
    created_at = models.DateTimeField(_("created at"), auto_now_add=True)

    class Meta:
        verbose_name = _("console account")
        verbose_name_plural = _("console accounts")

    def __str__(self) -> str:
        return self.number


class ConsoleUnit(models.Model):
    """A client's group of backups in one console account. It is never moved to another (C4)."""

    account = models.ForeignKey(ConsoleAccount, models.PROTECT, related_name="units")
    client = models.ForeignKey(Organisation, models.PROTECT, related_name="console_units")
    number = models.CharField(_("unit"), max_length=32)
    created_at = models.DateTimeField(_("created at"), auto_now_add=True)

    objects = ConsoleUnitQuerySet.as_manager()

    class Meta:
        verbose_name = _("console unit")
        verbose_name_plural = _("console units")
        constraints = [
            models.UniqueConstraint(fields=["account", "client"], name="one_unit_a_client"),
            models.UniqueConstraint(fields=["account", "number"], name="one_unit_a_number"),
        ]
        triggers = [
            pgtrigger.ReadOnly(name="console_units_never_move", fields=["account", "client"])
        ]

    def __str__(self) -> str:
        return f"{self.account}/{self.number}"
