"""The verbs on products that move no money (C3)."""

from datetime import date

from django.db import transaction
from django.utils.translation import gettext as _

from access import log
from access.models import Organisation, User
from access.policy import Actor
from clients.errors import ProductGone, ProductOver
from clients.models import Product, ProductType
from clients.rules import ProductState

RUNNING = (ProductState.ORDERED, ProductState.ACTIVE, ProductState.SUSPENDED)
SETTINGS = ("name", "notes", "technical_contact", "auto_renewal")


@transaction.atomic
def install_product(
    *,
    organisation: Organisation,
    product_type: ProductType,
    name: str,
    by: User | None,
    state: str = ProductState.ACTIVE,
    period: str | None = None,
    started_on: date | None = None,
    renews_on: date | None = None,
    auto_renewal: bool = True,
) -> Product:
    """Installs a product in the client's organisation, where it stays whoever pays (C3)."""
    product = Product.objects.create(
        organisation=organisation,
        product_type=product_type,
        name=name,
        state=state,
        period=period or product_type.period,
        started_on=started_on,
        renews_on=renews_on,
        auto_renewal=auto_renewal,
    )
    log.write(
        organisation=organisation,
        act="product.install",
        by=by,
        about=product,
        after={"product_type": product_type.name, "period": product.period},
    )
    return product


@transaction.atomic
def change_settings(
    *,
    product: Product,
    by: Actor,
    name: str,
    notes: str,
    technical_contact: str,
    auto_renewal: bool,
) -> Product:
    """Changes what whoever reaches the product may change. The right is looked up again: it may
    have ended since the page was opened."""
    by.require("product.change_settings")
    found = _reached(product, by)
    wanted = {
        "name": name,
        "notes": notes,
        "technical_contact": technical_contact,
        "auto_renewal": auto_renewal,
    }
    before = {field: getattr(found, field) for field in SETTINGS}
    changed = [field for field in SETTINGS if before[field] != wanted[field]]
    for field in changed:
        setattr(found, field, wanted[field])
    if changed:
        found.save(update_fields=changed)
        log.write(
            organisation=found.organisation,
            act="product.change_settings",
            by=by,
            about=found,
            before={field: before[field] for field in changed},
            after={field: wanted[field] for field in changed},
        )
    return found


@transaction.atomic
def cancel_at_term(*, product: Product, by: Actor) -> Product:
    """Cancels a product at the end of the term that is paid: it runs until then, is not renewed,
    and can be kept by `keep_product` as long as it runs. Nothing is refunded (C3)."""
    return _set_renewal(product, by, renews=False, act="product.cancel")


@transaction.atomic
def keep_product(*, product: Product, by: Actor) -> Product:
    """Takes a cancellation back while the product still runs: it renews again."""
    return _set_renewal(product, by, renews=True, act="product.keep")


def _set_renewal(product: Product, by: Actor, *, renews: bool, act: str) -> Product:
    by.require("product.cancel")
    found = _reached(product, by)
    if found.state not in RUNNING:
        raise ProductOver(_("%s runs no more, so there is nothing to cancel or to keep.") % found)
    if found.auto_renewal == renews:
        return found
    found.auto_renewal = renews
    found.save(update_fields=["auto_renewal"])
    log.write(
        organisation=found.organisation,
        act=act,
        by=by,
        about=found,
        before={"auto_renewal": not renews},
        after={"auto_renewal": renews},
    )
    return found


def _reached(product: Product, by: Actor) -> Product:
    """The product, locked, if the actor still reaches it. Raises ProductGone."""
    found: Product | None = (
        Product.objects.one_visible_to(by)
        .select_for_update(of=("self",))
        .filter(pk=product.pk)
        .first()
    )
    if found is None:
        raise ProductGone(_("This product can no longer be reached by you. Nothing was changed."))
    return found
