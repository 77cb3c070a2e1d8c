"""Named questions about what could not be renewed (M5)."""

from django.db.models import F, QuerySet

from clients.rules import ProductState


class FailureQuerySet(QuerySet["RenewalFailure"]):
    def still_due(self) -> "FailureQuerySet":
        """Those whose term still waits for its renewal; the others were mended or given up."""
        return self.filter(
            product__renews_on=F("starts_on"),
            product__state=ProductState.ACTIVE,
            product__auto_renewal=True,
        )
