"""Samples of the letters about tenders, to who publishes them and to partners."""

from datetime import timedelta
from decimal import Decimal
from typing import Any

from django.utils.translation import get_language
from django.utils.translation import gettext_lazy as _

from portal.mail_samples.registry import sample
from portal.mail_samples.world import World
from tenders.models import Opening, Proposal, Question, Tender, TenderLink, TenderPreference
from tenders.rules import LinkPurpose, ProposalState, TenderState


def _tender(w: World, state: str = TenderState.OPEN, *, word: str = "tender") -> Tender:
    title, need = w.word(word), w.word("need")
    tender = w.add(
        Tender,
        state=state,
        title=title,
        need=need,
        extract_title=title,
        extract=need,
        currency="CHF",
        budget_from=Decimal(12000),
        budget_to=Decimal(18500),
        wanted_on=w.days(90),
        country="CH",
        place="Fribourg",
        language=(get_language() or "en")[:2],
        contact_name="Élodie Grünenfelder",
        contact_email="elodie@architectes-fribourg.example",
        openers=3,
        published_at=w.now - timedelta(days=27),
        expires_at=w.now + timedelta(days=3),
        hidden_reason=w.word("hidden"),
    )
    w.join(tender, "categories", *w.categories)
    for purpose in LinkPurpose:
        _link(w, tender, purpose)
    return tender


def _link(w: World, tender: Tender, purpose: str) -> None:
    """A link that nobody was sent: it opens nothing once the sample is rolled back."""
    link = TenderLink(tender=tender, purpose=purpose)
    w.add(
        TenderLink,
        tender=tender,
        purpose=purpose,
        public_id=link.public_id,
        token_hash=TenderLink.hash_of(link.token),
    )


def _proposal(w: World, tender: Tender, state: str = ProposalState.SENT) -> Proposal:
    return w.add(
        Proposal,
        tender=tender,
        partner=w.partner,
        state=state,
        text=w.word("reply"),
        currency="CHF",
        price_from=Decimal(13500),
        price_to=Decimal("16240.50"),
        written_by=w.agent,
        sent_at=w.now,
        products_accepted_at=w.now,
        products_accepted_by=w.agent,
    )


def _question(w: World, proposal: Proposal, answered: bool) -> Question:
    return w.add(
        Question,
        proposal=proposal,
        text=w.word("question"),
        answer=w.word("reply") if answered else "",
        answered_at=w.now if answered else None,
    )


def _wish(w: World) -> None:
    """The partner wants to hear of tenders."""
    if not TenderPreference.objects.filter(pk=w.partner.pk).exists():
        w.add(
            TenderPreference,
            pk=w.partner.pk,
            partner=w.partner,
            address="sample@sample.invalid",
            mail_language="fr",
        )


# ---- To who published it -------------------------------------------------------------------

OF_A_TENDER = {
    "confirm": (_("Asks whether the address of a tender is right."), TenderState.UNCONFIRMED),
    "again": (_("Tells that the same tender was submitted twice."), TenderState.OPEN),
    "published": (
        _("Tells that a tender is published, with the link that cancels it."),
        TenderState.OPEN,
    ),
    "cancelled": (_("Tells that a tender is cancelled."), TenderState.CANCELLED),
    "expiring": (_("Tells that a tender ends in three days."), TenderState.OPEN),
    "expired": (_("Tells that the time of a tender is over."), TenderState.EXPIRED),
    "hidden": (_("Tells that staff took a tender away, and why."), TenderState.HIDDEN),
    "shown": (_("Tells that a hidden tender is open again."), TenderState.OPEN),
}


def _register(name: str) -> None:
    purpose, state = OF_A_TENDER[name]

    @sample(f"tenders.{name}", purpose)
    def of_a_tender(w: World) -> dict[str, Any]:
        return {"tender": _tender(w, state).pk}


for _name in OF_A_TENDER:
    _register(_name)


@sample("tenders.opened", _("Tells that a partner has read the contact details."))
def opened(w: World) -> dict[str, Any]:
    tender = _tender(w)
    opening = w.add(Opening, tender=tender, partner=w.partner, opened_by=w.agent)
    return {"tender": tender.pk, "opening": opening.pk}


@sample("tenders.proposal_received", _("Tells that a partner sent a proposal."))
def proposal_received(w: World) -> dict[str, Any]:
    tender = _tender(w)
    return {"tender": tender.pk, "proposal": _proposal(w, tender).pk}


@sample("tenders.answered", _("Carries a partner's answer to a question about its proposal."))
def answered(w: World) -> dict[str, Any]:
    tender = _tender(w)
    proposal = _proposal(w, tender)
    question = _question(w, proposal, answered=True)
    return {"tender": tender.pk, "proposal": proposal.pk, "question": question.pk}


# ---- To partners ---------------------------------------------------------------------------


@sample("tenders.extract", _("Shows a new tender to a partner, without contact details."))
def extract(w: World) -> dict[str, Any]:
    _wish(w)
    return {"tender": _tender(w).pk, "partner": w.partner.pk}


@sample("tenders.digest", _("Shows a partner the new tenders of a day or a week in one mail."))
def digest(w: World) -> dict[str, Any]:
    _wish(w)
    words = ("tender", "shop", "backups")
    return {"partner": w.partner.pk, "tenders": [_tender(w, word=word).pk for word in words]}


@sample("tenders.cancelled_partner", _("Tells a partner that a tender it opened was cancelled."))
def cancelled_partner(w: World) -> dict[str, Any]:
    return {"tender": _tender(w, TenderState.CANCELLED).pk, "partner": w.partner.pk}


@sample("tenders.chosen", _("Tells a partner that its proposal won."))
def chosen(w: World) -> dict[str, Any]:
    tender = _tender(w, TenderState.CHOSEN)
    return {"tender": tender.pk, "proposal": _proposal(w, tender, ProposalState.CHOSEN).pk}


@sample("tenders.lost", _("Tells a partner that another proposal was chosen."))
def lost(w: World) -> dict[str, Any]:
    tender = _tender(w, TenderState.CHOSEN)
    return {"tender": tender.pk, "proposal": _proposal(w, tender, ProposalState.LOST).pk}


@sample("tenders.asked", _("Carries the requester's question to a partner."))
def asked(w: World) -> dict[str, Any]:
    tender = _tender(w)
    proposal = _proposal(w, tender)
    question = _question(w, proposal, answered=False)
    return {"tender": tender.pk, "proposal": proposal.pk, "question": question.pk}
