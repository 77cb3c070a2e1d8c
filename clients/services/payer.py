"""The partner's word that it pays: nothing is charged to it without (M10)."""

from django.db import transaction
from django.utils import timezone
from django.utils.translation import gettext as _

from access.policy import Actor
from clients.errors import AlreadyDecided, NotApproved
from clients.models import Partnership
from clients.rules import Access, PartnershipState, PaymentMode, Side
from clients.services.common import (
    check_version,
    client_of,
    lock,
    outcome,
    record,
    require,
    tell,
)
from clients.services.ending import end_lapsed


@transaction.atomic
def confirm_payment(*, partnership: Partnership, version: int, by: Actor) -> Partnership:
    """The partner confirms, once, that it pays this client's orders and renewals (M10).

    `version` is the one it was shown. Raises OfferChanged, AlreadyDecided when there is nothing
    to confirm, NotApproved for a suspended partner (P5).
    """
    partnership = _waiting(partnership, version, by)
    if not partnership.partner.approved:
        raise NotApproved(
            _("%(partner)s is not an approved partner at present, so it cannot take this on now.")
            % {"partner": partnership.partner}
        )
    partnership.payment_confirmed_at = timezone.now()
    partnership.save(update_fields=["payment_confirmed_at"])
    _tell_client("payment_confirmed", partnership, by)
    record(partnership, "partnership.confirm_payment", by)
    return partnership


@transaction.atomic
def decline_payment(*, partnership: Partnership, version: int, by: Actor) -> Partnership:
    """The partner does not want to pay: the client does again, and is told (M10)."""
    partnership = _waiting(partnership, version, by)
    partnership.payment_mode = PaymentMode.CLIENT
    partnership.version += 1
    partnership.save(update_fields=["payment_mode", "version"])
    _tell_client("payment_declined", partnership, by)
    record(
        partnership,
        "partnership.decline_payment",
        by,
        before={"payment_mode": str(PaymentMode.PARTNER)},
        after={"payment_mode": str(PaymentMode.CLIENT)},
    )
    return partnership


def waits_for_word(partnership: Partnership) -> bool:
    """Whether the partner has still to say that it pays. The partnership must be live."""
    return (
        partnership.state == PartnershipState.ACTIVE
        and partnership.access == Access.FULL
        and partnership.payment_mode == PaymentMode.PARTNER
        and partnership.payment_confirmed_at is None
    )


def _waiting(partnership: Partnership, version: int, by: Actor) -> Partnership:
    """The partnership, locked, if it waits for the word of the actor's organisation."""
    require(by, "clients.confirm_payer", partnership, Side.PARTNER)
    end_lapsed(client=client_of(partnership))
    partnership = lock(partnership)
    if partnership.state != PartnershipState.ACTIVE:
        raise AlreadyDecided(outcome(partnership))
    if partnership.payment_confirmed_at is not None:
        raise AlreadyDecided(_("This was confirmed already: %s pays.") % partnership.partner)
    if not waits_for_word(partnership):
        raise AlreadyDecided(_("The client pays, so there is nothing to confirm."))
    check_version(partnership, version)
    return partnership


def _tell_client(kind: str, partnership: Partnership, by: Actor) -> None:
    tell(kind, partnership, Side.CLIENT, by=by.person, by_side=Side.PARTNER)
