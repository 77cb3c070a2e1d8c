"""Which price, rate or tier counts on a day (C2)."""

from datetime import date
from typing import Any

from django.db.models import F, QuerySet, TextField, Value
from django.db.models.fields.json import KeyTextTransform
from django.db.models.functions import Coalesce, NullIf
from django.utils import timezone
from django.utils.translation import get_language

from access.policy import Actor
from access.searching import holds


class DatedQuerySet(QuerySet[Any]):
    """Rows that count from `valid_from` on, until the next row of the same key."""

    def in_force(self, day: date, *key: str) -> "DatedQuerySet":
        """For each `key` (names of fields) the one row that counts on `day`."""
        return self.filter(valid_from__lte=day).order_by(*key, "-valid_from").distinct(*key)

    def to_come(self, day: date) -> "DatedQuerySet":
        """Those that do not count yet on `day`; only they may still be changed."""
        return self.filter(valid_from__gt=day)


class PriceQuerySet(DatedQuerySet):
    def visible_to(self, actor: Actor) -> "PriceQuerySet":
        """The public prices that count today in the currency of the actor's organisation, a
        partner, of all that can be ordered; `shown_name` is the product type's, translated."""
        if not actor.may("clients.prices"):
            return self.none()
        own = self.filter(currency=actor.organisation.currency, product_type__is_offered=True)
        counting = own.in_force(timezone.localdate(), "product_type_id", "currency", "period")
        translated = NullIf(
            KeyTextTransform(get_language() or "en", "product_type__names"), Value("")
        )
        return (
            self.filter(pk__in=counting.values("pk"))
            .annotate(
                shown_name=Coalesce(translated, F("product_type__name"), output_field=TextField())
            )
            .select_related("product_type__category")
        )

    def search(self, text: str) -> "PriceQuerySet":
        """By the name of the product type or of its category, in the reader's language too."""
        category = ("product_type__category__name", "product_type__category__names")
        return self.filter(holds(text, "shown_name", "product_type__name", *category))
