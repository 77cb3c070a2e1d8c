"""The minimum of the programme on pages of the reseller space (P2)."""

from typing import Any

from django import template
from django.utils import timezone

from billing.services.upcoming import turnover

register = template.Library()


@register.inclusion_tag("billing/parts/turnover_bar.html", takes_context=True)
def turnover_bar(context: template.Context) -> dict[str, Any]:
    """The running total of the actor's partner against the minimum, for those who may know what
    all its clients together come to (T11); nothing for others."""
    actor = context["actor"]
    shown = actor is not None and actor.may("clients.earnings")
    found = turnover(actor.organisation, timezone.localdate()) if shown else None
    return {"actor": actor, "turnover": found}
