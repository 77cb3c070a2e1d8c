"""Which tenders a partner wants to hear of (T2)."""

from django.contrib.postgres.fields import ArrayField
from django.contrib.postgres.indexes import GinIndex
from django.core.validators import MinValueValidator
from django.db import models
from django.utils.translation import gettext_lazy as _

from partners.models import Partner
from tenders.querysets import PreferenceQuerySet
from tenders.rules import LANGUAGES


class TenderPreference(models.Model):
    """A partner's wish (opt-in): it gets a mail for a tender that is in one of the `categories`,
    in one of the `languages` and `countries` (ISO 3166; empty: all), and whose budget reaches
    `least_budget`, in the partner's own currency or, without exchange, in the other; a tender
    that names no budget passes. `wanted` off is a pause: the choice stays. Mails go to `address`
    in `mail_language`."""

    partner = models.OneToOneField(
        Partner, models.CASCADE, primary_key=True, related_name="tender_preference"
    )
    wanted = models.BooleanField(_("send me tenders by e-mail"), default=True)
    categories = models.ManyToManyField(
        "clients.Category", blank=True, related_name="+", verbose_name=_("categories")
    )
    languages = ArrayField(
        models.CharField(max_length=5), verbose_name=_("languages"), default=list, blank=True
    )
    countries = ArrayField(
        models.CharField(max_length=2), verbose_name=_("countries"), default=list, blank=True
    )
    least_budget = models.DecimalField(
        _("budget from"),
        max_digits=12,
        decimal_places=2,
        null=True,
        blank=True,
        validators=[MinValueValidator(0)],
    )
    address = models.EmailField(_("e-mail address for tenders"))
    mail_language = models.CharField(
        _("language of the mails"), max_length=5, choices=[(code, code) for code in LANGUAGES]
    )
    changed_at = models.DateTimeField(_("changed at"), auto_now=True)

    objects = PreferenceQuerySet.as_manager()

    class Meta:
        verbose_name = _("choice of tenders")
        verbose_name_plural = _("choices of tenders")
        indexes = [
            GinIndex(fields=["languages"], name="tender_wish_languages"),
        ]

    def __str__(self) -> str:
        return str(self.partner)
