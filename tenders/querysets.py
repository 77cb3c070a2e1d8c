"""Named questions about tenders and proposals."""

from collections.abc import Collection
from datetime import datetime, timedelta
from typing import TYPE_CHECKING

from django.conf import settings
from django.db.models import Exists, F, OuterRef, Prefetch, Q, QuerySet, Subquery
from django.utils import timezone

from access.models import User
from access.policy import Actor
from access.searching import holds
from partners.rules import PartnerState
from tenders.rules import (
    EXPIRY_NOTICE_DAYS,
    BoardTab,
    ProposalState,
    Rhythm,
    TenderState,
    collected_until,
)

if TYPE_CHECKING:
    from tenders.models import (  # noqa: F401 - in the names of types
        Attachment,
        CollectedTender,
        Opening,
        Proposal,
        Question,
        Tender,
        TenderLink,
        TenderPreference,
    )

READ_BY_REQUESTER = (ProposalState.SENT, ProposalState.CHOSEN, ProposalState.LOST)


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

    def on_board(self, actor: Actor, tab: str) -> "TenderQuerySet":
        """The rows of one tab of the partner's list: only open ones can be opened and answered,
        and none by a partner that is not approved (T3, T5, P5); its own proposals stay."""
        actor.require("reseller.tenders")
        mine = _proposals().filter(tender=OuterRef("pk"), partner=actor.organisation.pk)
        going = Exists(mine.filter(state__in=[ProposalState.DRAFT, ProposalState.SENT]))
        won = Exists(mine.filter(state=ProposalState.CHOSEN))
        if tab == BoardTab.PROPOSALS:
            return self.open().filter(going)
        if tab == BoardTab.WON:
            return self.filter(won)
        if tab == BoardTab.CLOSED:
            over = ~Q(state=TenderState.OPEN) | Q(expires_at__lte=timezone.now()) | ~Q(going)
            return self.filter(Exists(mine), ~won, over)
        rows = self.open() if _approved(actor) else self.none()
        return rows.filter(_opened_by(actor)) if tab == BoardTab.OPENED else rows

    def in_category(self, slug: str) -> "TenderQuerySet":
        through = self.model.categories.through.objects
        return self.filter(Exists(through.filter(tender=OuterRef("pk"), category__slug=slug)))

    def with_own(self, actor: Actor) -> "TenderQuerySet":
        """Each with its categories, whether the partner `opened` it, and `proposal_state`, the
        state of the partner's last proposal for it, or None."""
        mine = _proposals().filter(tender=OuterRef("pk"), partner=actor.organisation.pk)
        return self.annotate(
            opened=_opened_by(actor),
            proposal_state=Subquery(mine.order_by("-pk").values("state")[:1]),
        ).prefetch_related("categories")

    def search(self, text: str) -> "TenderQuerySet":
        """Those whose extract holds `text`; nothing else of a tender is searched (T24), and of one
        that is over only its title, which its partners still see (T25)."""
        inside = Q(state=TenderState.OPEN, expires_at__gt=timezone.now()) & holds(text, "extract")
        found = holds(text, "extract_title") | inside
        return self.filter(found) if text.strip() else self

    def expired(self) -> "TenderQuerySet":
        """Those whose time has passed, and that nobody has closed yet (T6)."""
        return self.filter(
            state__in=[TenderState.OPEN, TenderState.UNCONFIRMED], expires_at__lte=timezone.now()
        )

    def readable(
        self, *, person: User | None, shown: Collection[str], purposes: Collection[str]
    ) -> "TenderQuerySet":
        """Those of the requester at this browser: it has `shown` a token for one of `purposes`,
        or `person` submitted it, or owns the contact's address, verified (T26, T43)."""
        links = _links().filter(public_id__in=shown, purpose__in=purposes)
        own = Q(Exists(links.filter(tender=OuterRef("pk"))))
        if person is not None:
            verified = person.emailaddress_set.filter(verified=True).values_list("email", flat=True)
            own |= Q(person=person) | Q(contact_email__in=[one.lower() for one in verified])
        return self.filter(own)

    def to_look_at(self) -> "TenderQuerySet":
        """Published ones that nobody of the staff has looked at (T6)."""
        return self.filter(state=TenderState.OPEN, looked_at__isnull=True)

    def to_announce(self) -> "TenderQuerySet":
        """Open ones that expire within `EXPIRY_NOTICE_DAYS`, without their notice yet (T6)."""
        until = timezone.now() + timedelta(days=EXPIRY_NOTICE_DAYS)
        return self.open().filter(expires_at__lte=until, expiry_announced_at__isnull=True)

    def to_erase(self) -> "TenderQuerySet":
        """Those that ended so long ago that their contact details go (T25)."""
        before = timezone.now() - timedelta(days=settings.TENDER_CONTACT_DAYS)
        return self.filter(closed_at__lte=before, contacts_erased_at__isnull=True)

    def to_tell(self) -> "TenderQuerySet":
        """Open ones whose mails to partners are not written yet (T2)."""
        return self.open().filter(told_at__isnull=True)


class LinkQuerySet(QuerySet["TenderLink"]):
    def by_token(self, token: str) -> "TenderLink | None":
        """The link whose token this is; what it opens is its purpose's (T26)."""
        hashed = self.model.hash_of(token)
        return self.select_related("tender").filter(token_hash=hashed).first()

    def readable(self, *, shown: Collection[str], tender: str, purpose: str) -> "LinkQuerySet":
        """The link of this tender and purpose, if this browser has `shown` its token (T26)."""
        return self.select_related("tender").filter(
            public_id__in=shown, tender__public_id=tender, purpose=purpose
        )


class PreferenceQuerySet(QuerySet["TenderPreference"]):
    def visible_to(self, actor: Actor) -> "PreferenceQuerySet":
        """The partner's own choice."""
        actor.require("reseller.tenders")
        return self.filter(partner=actor.organisation.pk)

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

    def to_digest(self, now: datetime) -> "PreferenceQuerySet":
        """Those whose collected tenders are due `now`, of approved partners that do not pause."""
        due, now = Q(), timezone.localtime(now)
        for rhythm in Rhythm.values:
            kept = (
                _collected()
                .waiting()
                .filter(partner=OuterRef("partner"), collected_at__lte=collected_until(rhythm, now))
            )
            due |= Q(Exists(kept), rhythm=rhythm)
        return self.filter(due, wanted=True, partner__state=PartnerState.APPROVED)


class CollectedQuerySet(QuerySet["CollectedTender"]):
    def waiting(self) -> "CollectedQuerySet":
        """Those that no mail holds yet."""
        return self.filter(mailed_at__isnull=True)


class OpeningQuerySet(QuerySet["Opening"]):
    def visible_to(self, actor: Actor) -> "OpeningQuerySet":
        """The partner's own openings."""
        actor.require("reseller.tenders")
        return self.filter(partner=actor.organisation.pk)

    def read_by_requester(self, tender: "Tender") -> "OpeningQuerySet":
        """Who has seen the contact details, the first first (T3)."""
        found = self.filter(tender=tender).select_related("partner__organisation")
        return found.order_by("opened_at", "pk")


class QuestionQuerySet(QuerySet["Question"]):
    def visible_to(self, actor: Actor) -> "QuestionQuerySet":
        """Those about the partner's own proposals."""
        actor.require("reseller.tenders")
        return self.filter(proposal__partner=actor.organisation.pk).select_related("proposal")


class AttachmentQuerySet(QuerySet["Attachment"]):
    def visible_to(self, actor: Actor) -> "AttachmentQuerySet":
        """Those of the partner's own proposals."""
        actor.require("reseller.tenders")
        return self.filter(proposal__partner=actor.organisation.pk)

    def read_by_requester(self, tender: "Tender") -> "AttachmentQuerySet":
        """Those of proposals that were sent for this tender and stand."""
        return self.filter(proposal__tender=tender, proposal__state__in=READ_BY_REQUESTER)


class ProposalQuerySet(QuerySet["Proposal"]):
    def visible_to(self, actor: Actor) -> "ProposalQuerySet":
        """The partner's own proposals."""
        actor.require("reseller.tenders")
        return self.filter(partner=actor.organisation.pk)

    def read_by_partner(self, actor: Actor) -> "ProposalQuerySet":
        """Those of `visible_to`, the newest first, each with its `files` and its `talk`: the
        questions about it and their answers."""
        found = self.visible_to(actor).select_related(
            "tender", "partnership", "products_accepted_by"
        )
        files = Prefetch("attachments", to_attr="files")
        talk = Prefetch("questions", to_attr="talk")
        return found.prefetch_related(files, talk).order_by("-pk")  # type: ignore[no-redef]

    def read_by_requester(self, tender: "Tender") -> "ProposalQuerySet":
        """What the requester reads on the private page: proposals that were sent and stand."""
        found = self.filter(tender=tender, state__in=READ_BY_REQUESTER)
        found = found.select_related("partner__organisation", "partnership", "tender")
        return found.prefetch_related("attachments", "questions").order_by(F("sent_at"), "pk")


def _approved(actor: Actor) -> bool:
    from partners.models import Partner  # the model reads these questions at import

    return Partner.objects.approved().filter(pk=actor.organisation.pk).exists()


def _opened_by(actor: Actor) -> Exists:
    from tenders.models import Opening  # the model reads these questions at import

    return Exists(Opening.objects.filter(tender=OuterRef("pk"), partner=actor.organisation.pk))


def _proposals() -> "QuerySet[Proposal]":
    from tenders.models import Proposal

    return Proposal.objects.all()


def _collected() -> "CollectedQuerySet":
    from tenders.models import CollectedTender

    return CollectedTender.objects.all()


def _links() -> "QuerySet[TenderLink]":
    from tenders.models import TenderLink

    return TenderLink.objects.all()
