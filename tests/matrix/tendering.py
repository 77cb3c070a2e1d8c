"""A tender in each of its stages, with a canary word in every text of it, and who may read which.

The requester is the client's legal representative, signed in. The partner works on it as far as the
stage says; a second partner has sent a proposal; the rival has opened nothing.
"""

import re
from collections.abc import Callable
from dataclasses import dataclass, field, replace
from datetime import timedelta
from typing import Any

from django.core.files.uploadedfile import SimpleUploadedFile
from django.utils import timezone

from partners import services as programme
from partners.models import Partner
from tenders.models import Attachment, Proposal, Question, Tender
from tenders.rules import LinkPurpose
from tenders.services import asking, choosing, closing, proposing
from tenders.services.opening import open_tender
from tenders.services.submitting import confirm, submit
from tests.matrix.cast import CLIENT, PARTNER, PEOPLE, RIVAL, SECOND, Cast
from tests.matrix.section6 import said
from tests.world import World

WORD = re.compile(r"zqt[a-z]+", re.IGNORECASE)
TITLE, NEED = {"zqttitle"}, {"zqtneed"}
CONTACT = {"zqtname", "zqtmail", "zqtcompany"}
OWN = {"zqtproposal", "zqtfile"}
QUESTION = {"zqtquestion"}
SECONDS = {"zqtsecond"}
PDF = b"%PDF-1.7\n1 0 obj\n<</Type/Catalog/Pages 2 0 R>>\nendobj\n\nxref\n0 1\n"
PDF += b"0000000000 65535 f \ntrailer\n<</Size 1/Root 1 0 R>>\nstartxref\n%d\n%%%%EOF\n" % 58


@dataclass(frozen=True)
class Stage:
    """What is true of the tender, and what the partner has done on it."""

    open: bool = True
    opened: bool = False
    proposal: str = ""  # draft, sent, withdrawn, chosen, lost
    approved: bool = True
    published: bool = True


SENT = Stage(opened=True, proposal="sent")
OVER = replace(SENT, open=False)
STAGES: dict[str, Stage] = {
    "unconfirmed": Stage(open=False, published=False),
    "published": Stage(),
    "opened": Stage(opened=True),
    "opened, then cancelled": Stage(open=False, opened=True),
    "draft": Stage(opened=True, proposal="draft"),
    "sent": SENT,
    "withdrawn": Stage(opened=True, proposal="withdrawn"),
    "chosen": replace(OVER, proposal="chosen"),
    "lost": replace(OVER, proposal="lost"),
    "cancelled": OVER,
    "time is over": OVER,
    "hidden": OVER,
    "partner suspended": replace(SENT, approved=False),
}


@dataclass
class Affair:
    """A tender and what belongs to it, by its key in addresses; empty where there is none."""

    tender: Tender
    keys: dict[str, str] = field(default_factory=dict)


def contact_words() -> dict[str, Any]:
    return {
        "title": "Zqttitle",
        "need": "A shop, Zqtneed. Ask zqtmail@x.example.",
        "contact_name": "Zqtname",
        "contact_email": "zqtmail@x.example",
        "contact_phone": "+41 21 555 01 02",
        "company": "Zqtcompany",
        "currency": "CHF",
        "country": "CH",
        "language": "en",
    }


def make(world: World, cast: Cast, stage: str) -> Affair:
    """The tender in `stage`, made through the services."""
    facts = STAGES[stage]
    tender = submit(
        categories=[world.category("web-domains")],
        person=cast.people["client boss"],
        organisation=cast.organisations[CLIENT],
        **contact_words(),
    )
    affair = Affair(tender)
    if not facts.published:
        return affair
    tender = affair.tender = confirm(link=tender.links.get(purpose=LinkPurpose.CONFIRM))
    second = _send(cast, tender, "second boss", "Zqtsecond")
    if facts.opened:
        open_tender(tender=tender, by=cast.actor("partner boss"))
    if facts.proposal:
        _work(cast, affair, facts, second)
    _end(affair, stage, cast)
    affair.tender.refresh_from_db()
    return affair


def _send(cast: Cast, tender: Tender, persona: str, text: str) -> Proposal:
    by = cast.actor(persona)
    open_tender(tender=tender, by=by)
    draft = proposing.save_proposal(tender=tender, by=by, text=text)
    return proposing.send_proposal(proposal=draft, by=by, duty_accepted=True)


def _work(cast: Cast, affair: Affair, facts: Stage, second: Proposal) -> None:
    by = cast.actor("partner boss")
    proposal = proposing.save_proposal(tender=affair.tender, by=by, text="Zqtproposal")
    file = SimpleUploadedFile("zqtfile.pdf", PDF, content_type="application/pdf")
    attachment: Attachment = proposing.attach(proposal=proposal, by=by, file=file)
    affair.keys |= {"proposal": proposal.public_id, "attachment": attachment.public_id}
    if facts.proposal == "draft":
        return
    proposal = proposing.send_proposal(proposal=proposal, by=by, duty_accepted=True)
    question: Question = asking.ask(proposal=proposal, text="Zqtquestion")
    affair.keys["question"] = question.public_id
    if facts.proposal == "withdrawn":
        proposing.withdraw_proposal(proposal=proposal, by=by)
    elif facts.proposal in ("chosen", "lost"):
        best = proposal if facts.proposal == "chosen" else second
        choosing.choose(proposal=best, person=cast.people["client boss"], by=None)


def _end(affair: Affair, stage: str, cast: Cast) -> None:
    ways: dict[str, Callable[[], Any]] = {
        "opened, then cancelled": lambda: closing.cancel(tender=affair.tender),
        "cancelled": lambda: closing.cancel(tender=affair.tender),
        "hidden": lambda: closing.hide(
            tender=affair.tender, by=cast.people["staff"], reason="Twice."
        ),
        "time is over": lambda: Tender.objects.filter(pk=affair.tender.pk).update(
            expires_at=timezone.now() - timedelta(minutes=1)
        ),
        "partner suspended": lambda: programme.suspend(
            partner=Partner.objects.get(pk=cast.organisations[PARTNER].pk), by=None
        ),
    }
    ways.get(stage, lambda: None)()


# ---- The pages, and what they must answer ----------------------------------------------------

RESELLER: dict[str, tuple[str, str, str]] = {
    "tender": ("reseller.tenders", "tender", "GET"),
    "tender_open": ("reseller.open_tender", "tender", "POST"),
    "proposal_edit": ("reseller.propose", "tender", "GET POST"),
    "proposal_send": ("reseller.propose", "proposal", "GET POST"),
    "proposal_withdraw": ("reseller.propose", "proposal", "GET POST"),
    "proposal_attachment": ("reseller.tenders", "attachment", "GET"),
    "question_answer": ("reseller.propose", "question", "GET POST"),
}
"""Pages of partners: act, object, methods."""
REQUESTER: dict[str, tuple[str, str]] = {
    "tender_mine": ("", "GET"),
    "tender_cancel": ("", "GET POST"),
    "tender_prolong": ("", "POST"),
    "tender_cap": ("", "GET POST"),
    "tender_ask": ("proposal", "GET POST"),
    "tender_choose": ("proposal", "GET POST"),
    "tender_attachment_mine": ("attachment", "GET"),
}
"""Pages of the requester: the object beside the tender, methods."""
REFUSED = (403, 404, 405, "login")


def role_in(persona: str, slug: str) -> str:
    """As whom the persona acts in a partner's organisation; support is let in at one only."""
    if persona in ("support reading", "support writing"):
        return (
            persona.replace("support reading", "support_read").replace(
                "support writing", "support_write"
            )
            if slug == PARTNER
            else ""
        )
    place = PEOPLE.get(persona)
    return place[1] if place and place[0] == slug else ""


def of_partner(persona: str, slug: str, name: str, method: str, facts: Stage) -> int | str:
    """T3, T4, P5, T43: another's is not there; a collaborator reads why it is refused."""
    act, thing, methods = RESELLER[name]
    if persona == "anonymous":
        return "login"
    if method not in methods:
        return 405
    role = role_in(persona, slug)
    cell = said(act, role, reseller=True) if role else "hidden"
    if cell in ("hidden", "no"):
        return 404 if cell == "hidden" else 403
    if not _there(slug, thing, facts):
        return 404
    return 200 if _shows(slug, name, facts) else "moves on"


def _there(slug: str, thing: str, facts: Stage) -> bool:
    """While open to approved partners; then to who answered it. The rest is its author's."""
    answered = bool(facts.proposal) if slug == PARTNER else slug == SECOND and facts.published
    if thing == "tender":
        return answered or (facts.open and (facts.approved or slug != PARTNER))
    asked = facts.proposal not in ("", "draft")
    return slug == PARTNER and bool(facts.proposal) and (thing != "question" or asked)


def _shows(slug: str, name: str, facts: Stage) -> bool:
    """Whether the page itself is shown; what cannot be done now leads to the tender."""
    if name in ("tender", "proposal_attachment", "question_answer"):
        return True
    works = slug == PARTNER and facts.open and facts.approved and facts.opened
    if name == "proposal_edit":
        return works and facts.proposal in ("", "draft", "withdrawn")
    if name == "proposal_send":
        return works and facts.proposal in ("draft", "withdrawn")
    return name == "proposal_withdraw" and facts.proposal in ("draft", "sent")


def of_requester(persona: str, name: str, method: str, facts: Stage) -> int | str:
    """T4, T26: the requester's alone; a draft and a withdrawn proposal are not there."""
    thing, methods = REQUESTER[name]
    if method not in methods:
        return 405
    stands = facts.proposal in ("sent", "chosen", "lost")
    if persona != "client boss" or (thing and not stands):
        return 404
    may_choose = facts.open or facts.proposal == "chosen"
    return "moves on" if name == "tender_choose" and not may_choose else 200


def words_known(persona: str, facts: Stage) -> set[str]:
    """The words of the tender that the persona may read, anywhere."""
    if persona == "client boss":
        stands = facts.proposal in ("sent", "chosen", "lost")
        return TITLE | NEED | CONTACT | SECONDS | (OWN | QUESTION if stands else set())
    place = PEOPLE.get(persona)
    if place is None or place[1] not in ("legal_representative", "administrator"):
        return set()
    if place[0] == PARTNER:
        return _known_to_partner(facts)
    won = facts.proposal == "lost"  # by the second
    if place[0] == SECOND and facts.published:
        return TITLE | SECONDS | (NEED | CONTACT if facts.open or won else set())
    return TITLE | NEED if place[0] == RIVAL and facts.open else set()


def _known_to_partner(facts: Stage) -> set[str]:
    known = OWN if facts.proposal else set()
    if facts.proposal not in ("", "draft"):
        known = known | QUESTION
    if facts.opened or facts.proposal:  # the log of what its people did
        known = known | TITLE
    working = facts.open and facts.approved
    if working:
        known = known | TITLE | NEED
    if facts.opened and (working or facts.proposal == "chosen"):
        known = known | CONTACT | NEED
    return known


def words_in(text: str) -> set[str]:
    return {word.lower() for word in WORD.findall(text)} & (
        TITLE | NEED | CONTACT | OWN | QUESTION | SECONDS
    )
