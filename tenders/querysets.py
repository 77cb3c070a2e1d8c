"""Named questions about tenders and proposals."""

import hashlib
from typing import TYPE_CHECKING

from django.db.models import Exists, F, OuterRef, Q, QuerySet
from django.utils import timezone

from access.policy import Actor
from partners.rules import PartnerState
from tenders.rules import ProposalState, TenderState

if TYPE_CHECKING:
    from tenders.models import Proposal, Tender, TenderLink


class TenderQuerySet(QuerySet["Tender"]):
    def open(self) -> "TenderQuerySet":
        """Those that partners may open now; a passed date counts whether or not a job has come
        by (T5, T6)."""
        return self.filter(state=TenderState.OPEN, expires_at__gt=timezone.now())

    def visible_to(self, actor: Actor) -> "TenderQuerySet":
        """What a partner's person sees: while the partner is approved, all that are open (T2, T3,
        P5); and always those that it answered, as its own proposals say."""
        actor.require("reseller.tenders")
        own = Exists(_proposals().filter(tender=OuterRef("pk"), partner=actor.organisation.pk))
        if not _approved(actor):
            return self.filter(own)
        return self.filter(Q(state=TenderState.OPEN, expires_at__gt=timezone.now()) | own)

    def expired(self) -> "TenderQuerySet":
        """Those whose time has passed, and that nobody has closed yet (T6)."""
        return self.filter(
            state__in=[TenderState.OPEN, TenderState.UNCONFIRMED], expires_at__lte=timezone.now()
        )

    def to_tell(self) -> "TenderQuerySet":
        """Open ones whose mails to partners are not written yet (T2)."""
        return self.open().filter(told_at__isnull=True)


class LinkQuerySet(QuerySet["TenderLink"]):
    def by_token(self, token: str, purpose: str) -> "TenderLink | None":
        """The link whose token this is, for this purpose only (T26)."""
        hashed = hashlib.sha256(token.encode()).hexdigest()
        return self.select_related("tender").filter(token_hash=hashed, purpose=purpose).first()


class PreferenceQuerySet(QuerySet["TenderPreference"]):
    def matching(self, tender: "Tender") -> "PreferenceQuerySet":
        """The wishes that this tender meets, of approved partners (T2)."""
        budget = Q(least_budget__isnull=True)
        if tender.budget_to is None:
            budget = Q()  # no budget named, or only a lowest one: it may be as high as one likes
        else:
            budget |= Q(least_budget__lte=tender.budget_to)
        categories = tender.categories.values("pk")
        return self.filter(
            budget,
            Q(languages__contains=[tender.language]),
            Q(countries=[]) | Q(countries__contains=[str(tender.country)]),
            Exists(
                self.model.categories.through.objects.filter(
                    tenderpreference=OuterRef("pk"), category__in=categories
                )
            ),
            wanted=True,
            partner__state=PartnerState.APPROVED,
        )


class OpeningQuerySet(QuerySet["Opening"]):
    def visible_to(self, actor: Actor) -> "OpeningQuerySet":
        """The partner's own openings."""
        actor.require("reseller.tenders")
        return self.filter(partner=actor.organisation.pk)


class ProposalQuerySet(QuerySet["Proposal"]):
    def visible_to(self, actor: Actor) -> "ProposalQuerySet":
        """The partner's own proposals."""
        actor.require("reseller.tenders")
        return self.filter(partner=actor.organisation.pk)

    def read_by_requester(self, tender: "Tender") -> "ProposalQuerySet":
        """What the requester reads on the private page: proposals that were sent and stand."""
        return self.filter(
            tender=tender,
            state__in=[ProposalState.SENT, ProposalState.CHOSEN, ProposalState.LOST],
        ).order_by(F("sent_at").asc(), "pk")


def _approved(actor: Actor) -> bool:
    from partners.models import Partner  # the model reads these questions at import

    return Partner.objects.approved().filter(pk=actor.organisation.pk).exists()


def _proposals() -> "QuerySet[Proposal]":
    from tenders.models import Proposal

    return Proposal.objects.all()
