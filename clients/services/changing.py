"""Changing what a partner may reach, and who pays (L5, M10)."""

from django.db import transaction
from django.utils.translation import gettext as _

from access import grants
from access.policy import Actor
from clients.errors import NothingChosen
from clients.models import Partnership, Product
from clients.rules import Access, Comparison, Offer, Side, compare
from clients.services.common import (
    END_DATE,
    check_end_date,
    check_offer,
    check_version,
    client_of,
    describe,
    lock,
    move,
    offer_of,
    record,
    require,
    set_offer,
    tell,
)
from clients.services.ending import end_lapsed

TERMS = ["access", "payment_mode", "payment_confirmed_at", "version"]


@transaction.atomic
def change_access(
    *, partnership: Partnership, offer: Offer, version: int, by: Actor
) -> Partnership:
    """Gives the partner `offer` instead of what it had, effective at once (L5).

    Raises OfferChanged when `version` is not the one the client was shown, NothingChosen when
    nothing would change, and what `check_offer` and `check_end_date` raise.
    """
    require(by, "partners.change", partnership, Side.CLIENT)
    end_lapsed(client=by.organisation)
    partnership = lock(partnership)
    move(partnership, "change", Side.CLIENT)
    check_version(partnership, version)
    before, client = offer_of(partnership), client_of(partnership)
    if before == offer:
        raise NothingChosen(_("Nothing would change: this is the access it has now."))
    if before.ends_on != offer.ends_on:
        check_end_date(offer.ends_on)
    products = check_offer(client, offer, of=partnership)
    told_before, told_after = describe(before), describe(offer)
    difference = comparison(partnership, offer)
    set_offer(partnership, offer)
    if before.payment_mode != offer.payment_mode:
        partnership.payment_confirmed_at = None  # M10: the partner's word was about another time
    partnership.version += 1
    partnership.save(update_fields=[*TERMS, *END_DATE])
    _regrant(partnership, before, offer, products, by=by)
    _tell_change(partnership, told_before, told_after, difference, by=by)
    record(partnership, "partnership.change", by, before=told_before, after=told_after)
    return partnership


def comparison(partnership: Partnership, offer: Offer) -> Comparison:
    """What the partner would gain and lose by `offer`, as products' primary keys (L5)."""
    everything = Product.objects.filter(organisation=client_of(partnership)).values_list(
        "pk", flat=True
    )
    return compare(offer_of(partnership), offer, frozenset(everything))


def _regrant(
    partnership: Partnership, before: Offer, offer: Offer, products: list[Product], *, by: Actor
) -> None:
    """Writes the difference only, so that grants which stay keep their date and giver."""
    if before.access != offer.access:
        grants.revoke_grants(partnership)
    kept = before.products if before.access == offer.access else frozenset()
    if offer.access == Access.LIMITED:
        grants.revoke_products(partnership, kept - offer.products)
        grants.grant_products(
            partnership, [product for product in products if product.pk not in kept], by=by.person
        )
    elif before.access != Access.FULL:
        grants.grant_organisation(partnership, by=by.person)


def _tell_change(
    partnership: Partnership,
    before: dict[str, object],
    after: dict[str, object],
    difference: Comparison,
    *,
    by: Actor,
) -> None:
    only_payer = before | {"payment_mode": ""} == after | {"payment_mode": ""}
    only_end_date = before | {"ends_on": ""} == after | {"ends_on": ""}
    kind = "payment_mode_changed" if only_payer else "access_changed"
    names = dict(
        Product.objects.filter(pk__in=difference.gained | difference.lost).values_list("pk", "name")
    )
    tell(
        "end_date_changed" if only_end_date else kind,
        partnership,
        Side.PARTNER,
        by=by.person,
        by_side=Side.CLIENT,
        before=before,
        after=after,
        gained=sorted(names[key] for key in difference.gained),
        lost=sorted(names[key] for key in difference.lost),
    )
