"""Letters to who published a tender (T1, T3, T4, T5, T6).

The mail holds ids only; what is true is looked up when it is written, and a letter that is no
longer true is not sent. They go to who has the private link, so each may hold a link.
"""

from django.urls import reverse
from django.utils import timezone
from django.utils.formats import date_format
from django.utils.translation import gettext as _

from access.letters import Facts, Letter, absolute, letter, safe_name, vendor_name
from tenders.models import Opening, Proposal, Question, Tender
from tenders.rules import LinkPurpose, ProposalState, TenderState
from tenders.services.moving import is_open

LIVING = (TenderState.OPEN, TenderState.CHOSEN)


@letter("tenders.confirm")
def confirm_address(facts: Facts) -> Letter | None:
    """T1: nothing is published before the address is confirmed."""
    tender = _tender(facts, TenderState.UNCONFIRMED)
    if tender is None:
        return None
    return Letter(
        subject=_("Confirm your tender"),
        paragraphs=[
            _("Somebody, probably you, described a need at %(vendor)s and gave this address.")
            % {"vendor": vendor_name()},
            _("Open the page and press the button, and we show it to partners who may help."),
        ],
        facts=_about(tender),
        action=(_("Look at it and confirm"), address(tender, LinkPurpose.CONFIRM)),
        after=[
            _("Until %(moment)s. After that it vanishes by itself, so if this was not you, do "
              "nothing.") % {"moment": _moment(tender)},
        ],
        why=_why(),
    )  # fmt: skip


@letter("tenders.again")
def again(facts: Facts) -> Letter | None:
    """The same tender was submitted twice: the first one counts."""
    tender = _tender(facts)
    if tender is None or tender.published_at is None:
        return None
    return Letter(
        subject=_("You have submitted this tender already"),
        paragraphs=[
            _("The same text was submitted with your address again. We kept the first one, so "
              "that partners get it once."),
        ],
        facts=_about(tender),
        action=_page(tender),
        why=_why(),
    )  # fmt: skip


@letter("tenders.published")
def published(facts: Facts) -> Letter | None:
    """With the link to the private page, and the one that cancels (T5)."""
    tender = _tender(facts, TenderState.OPEN)
    if tender is None:
        return None
    return Letter(
        subject=_("Your tender is published"),
        paragraphs=[
            _("Partners who look for such work now get an extract of your need, without your name "
              "and contact details. Who wants to answer opens it in the portal; we tell you each "
              "time."),
            _("Your own page shows who opened it and what they propose. There you ask questions, "
              "choose a proposal, or prolong the tender."),
        ],
        facts=_about(tender),
        action=_page(tender),
        other_action=(_("Cancel the tender"), address(tender, LinkPurpose.CANCEL)),
        after=[
            _("It is open until %(moment)s. Keep this mail: who has its links can read the "
              "proposals and cancel the tender.") % {"moment": _moment(tender)},
        ],
        why=_why(),
    )  # fmt: skip


@letter("tenders.opened")
def opened(facts: Facts) -> Letter | None:
    """A partner has seen the contact details (T3, T24)."""
    tender = _tender(facts, *LIVING)
    opening = Opening.objects.filter(pk=facts["opening"], tender=tender).first()
    if tender is None or opening is None:
        return None
    partner = {"partner": safe_name(str(opening.partner))}
    return Letter(
        subject=_("%(partner)s has opened your tender") % partner,
        paragraphs=[
            _("%(partner)s has read the whole of your tender and has your contact details now. It "
              "may call or write to you, or send you a proposal through the portal.") % partner,
        ],
        facts=[*_about(tender), (_("Partners so far"), str(tender.openers))],
        action=_page(tender),
        after=[_("On that page you can limit how many partners may open it.")],
        why=_why(),
    )  # fmt: skip


@letter("tenders.proposal_received")
def proposal_received(facts: Facts) -> Letter | None:
    """T4"""
    tender, proposal = _tender(facts, *LIVING), _proposal(facts)
    if tender is None or proposal is None:
        return None
    return Letter(
        subject=_("A proposal of %(partner)s") % {"partner": safe_name(str(proposal.partner))},
        paragraphs=[
            _("%(partner)s has sent you a proposal for your tender.")
            % {"partner": safe_name(str(proposal.partner))},
            _("On your page you compare the proposals, ask questions and choose one."),
        ],
        facts=_about(tender),
        action=_page(tender),
        after=[_("You may also wait for others; the tender is open until %(moment)s.")
               % {"moment": _moment(tender)}]
        if is_open(tender) else [],
        why=_why(),
    )  # fmt: skip


@letter("tenders.answered")
def answered(facts: Facts) -> Letter | None:
    """The partner has answered a question of the requester (T4)."""
    tender, proposal = _tender(facts, *LIVING), _proposal(facts)
    question = Question.objects.filter(pk=facts["question"], answered_at__isnull=False).first()
    if tender is None or proposal is None or question is None:
        return None
    partner = {"partner": safe_name(str(proposal.partner))}
    return Letter(
        subject=_("%(partner)s has answered your question") % partner,
        paragraphs=[_("%(partner)s has answered your question about its proposal.") % partner],
        facts=_about(tender),
        quote=question.answer,
        action=_page(tender),
        why=_why(),
    )


@letter("tenders.cancelled")
def cancelled(facts: Facts) -> Letter | None:
    """T5"""
    tender = _tender(facts, TenderState.CANCELLED)
    if tender is None:
        return None
    told = _("No partner sees it any more, and no further e-mail about it leaves.")
    if tender.openers:
        told += " " + _("The partners that had opened it are told that it is over.")
    return Letter(
        subject=_("Your tender is cancelled"),
        paragraphs=[told],
        facts=_about(tender),
        action=_anew(),
        after=[_("You can submit another one at any time.")],
        why=_why(),
    )


@letter("tenders.expiring")
def expiring(facts: Facts) -> Letter | None:
    """Three days before the end (T6)."""
    tender = _tender(facts, TenderState.OPEN)
    if tender is None or not is_open(tender):
        return None
    return Letter(
        subject=_("Your tender ends soon"),
        paragraphs=[
            _("Until %(moment)s partners can open your tender. Prolong it on your page if you "
              "have not found what you need.") % {"moment": _moment(tender)},
        ],
        facts=[*_about(tender), *_came(tender)],
        action=_page(tender),
        why=_why(),
    )  # fmt: skip


@letter("tenders.expired")
def expired(facts: Facts) -> Letter | None:
    """After the end (T6)."""
    tender = _tender(facts, TenderState.EXPIRED)
    if tender is None:
        return None
    return Letter(
        subject=_("Your tender has ended"),
        paragraphs=[
            _("Its time is over: no partner sees it any more. The proposals stay on your page, "
              "where you can open it again."),
        ],
        facts=[*_about(tender), *_came(tender)],
        action=_page(tender),
        why=_why(),
    )  # fmt: skip


@letter("tenders.hidden")
def hidden(facts: Facts) -> Letter | None:
    """Staff took it away, and say why (T6)."""
    tender = _tender(facts, TenderState.HIDDEN)
    if tender is None:
        return None
    return Letter(
        subject=_("Your tender is hidden"),
        paragraphs=[
            _("The staff of %(vendor)s took your tender out of the partners' lists. If you think "
              "that it was a mistake, write to our support.") % {"vendor": vendor_name()},
        ],
        facts=_about(tender),
        quote=tender.hidden_reason,
        why=_why(),
    )  # fmt: skip


@letter("tenders.shown")
def shown(facts: Facts) -> Letter | None:
    tender = _tender(facts, TenderState.OPEN)
    if tender is None:
        return None
    return Letter(
        subject=_("Your tender is open again"),
        paragraphs=[_("Partners see your tender again. We are sorry for the interruption.")],
        facts=_about(tender),
        action=_page(tender),
        why=_why(),
    )


# ---- What the letters share ------------------------------------------------------------------


def address(tender: Tender, purpose: LinkPurpose) -> str:
    """The address that opens the tender for this purpose, in the language in use. Raises
    TenderLink.DoesNotExist when there is none (any more)."""
    link = tender.links.get(purpose=purpose)
    return absolute(reverse("tender_link", args=[link.token]))


def _tender(facts: Facts, *states: str) -> Tender | None:
    """The tender as it is now, if it is still in one of `states` (all, when none is given)."""
    found = Tender.objects.filter(pk=facts["tender"])
    return (found.filter(state__in=states) if states else found).first()


def _proposal(facts: Facts) -> Proposal | None:
    """The proposal, unless it was withdrawn meanwhile."""
    standing = (ProposalState.SENT, ProposalState.CHOSEN)
    found = Proposal.objects.filter(pk=facts["proposal"], state__in=standing)
    return found.select_related("partner__organisation").first()


def _about(tender: Tender) -> list[tuple[str, str]]:
    return [(_("Your tender"), safe_name(tender.title))]


def _came(tender: Tender) -> list[tuple[str, str]]:
    """What came of it so far."""
    proposals = Proposal.objects.read_by_requester(tender).count()
    return [
        (_("Opened by partners"), str(tender.openers)),
        (_("Proposals"), str(proposals)),
    ]


def _moment(tender: Tender) -> str:
    return str(date_format(timezone.localtime(tender.expires_at), "DATETIME_FORMAT"))


def _page(tender: Tender) -> tuple[str, str]:
    return _("Open your page"), address(tender, LinkPurpose.PRIVATE)


def _anew() -> tuple[str, str]:
    return _("Submit a tender"), absolute(reverse("tender_submit"))


def _why() -> str:
    return _("You get this mail because a tender was submitted with this address.")
