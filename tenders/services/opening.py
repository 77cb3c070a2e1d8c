"""A partner opens a tender, and only then sees who asks (T3, threat T24)."""

from django.db import transaction
from django.db.models import F
from django.utils.translation import ngettext

from access.policy import Actor
from partners.models import Partner
from tenders.errors import CapReached
from tenders.models import Opening, Tender
from tenders.services.common import approved_partner, lock_open, record, tell_requester_about


@transaction.atomic
def open_tender(*, tender: Tender, by: Actor) -> Opening:
    """Shows the partner of `by` the contact details from now on: recorded, and told to the
    requester, once (T3). Opening it again is the first opening.

    Raises TenderOver when it is not open (any more), CapReached when as many partners as the
    requester allows have opened it, PartnerSuspended (T45), and what `Actor.require` raises.
    """
    tender = lock_open(tender)
    partner = approved_partner(by, "reseller.open_tender")
    if found := Opening.objects.filter(tender=tender, partner=partner).first():
        return found
    if tender.most_openers is not None and tender.openers >= tender.most_openers:
        raise CapReached(
            ngettext(
                "The requester lets %(n)d partner see the contact details, and one was faster.",
                "The requester lets %(n)d partners see the contact details, and others were "
                "faster.",
                tender.most_openers,
            )
            % {"n": tender.most_openers}
        )
    return _keep(tender, partner, by)


def _keep(tender: Tender, partner: Partner, by: Actor) -> Opening:
    opening = Opening.objects.create(tender=tender, partner=partner, opened_by=by.person)
    Tender.objects.filter(pk=tender.pk).update(openers=F("openers") + 1)
    record(tender, "tender.open", by)
    tell_requester_about(tender, "opened", key=f"tender.opened:{opening.pk}", opening=opening.pk)
    return opening
