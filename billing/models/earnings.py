"""Partners as the staff look at their turnover (P2)."""

from django.utils.translation import gettext_lazy as _

from partners.models import Partner


class PartnerTurnover(Partner):
    """A partner beside what the products under its management come to in a year. No table of its
    own: the figures are worked out when they are looked at."""

    class Meta:
        proxy = True
        verbose_name = _("turnover of a partner")
        verbose_name_plural = _("turnover of partners")
