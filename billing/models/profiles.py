"""How an organisation wants to be billed (issue of invoices, M8)."""

from django.conf import settings
from django.db import models
from django.utils.translation import gettext_lazy as _

from access.models import Organisation


class BillingProfile(models.Model):
    """An organisation's choices; without a row the defaults count."""

    organisation = models.OneToOneField(
        Organisation, models.PROTECT, related_name="billing_profile"
    )
    collective = models.BooleanField(
        _("one invoice a month"),
        default=False,
        help_text=_("All orders and renewals of a month on one invoice, issued on the 1st."),
    )
    prepaid_first = models.BooleanField(
        _("pay renewals from the prepaid account"),
        default=True,
        help_text=_("When the balance holds the whole amount; otherwise by bank transfer."),
    )
    email = models.EmailField(
        _("address for invoices"),
        blank=True,
        help_text=_("Besides the people with the accounting right."),
    )
    language = models.CharField(
        _("language of invoices"), max_length=7, choices=settings.LANGUAGES, blank=True
    )

    class Meta:
        verbose_name = _("billing settings")
        verbose_name_plural = _("billing settings")

    def __str__(self) -> str:
        return str(self.organisation)
