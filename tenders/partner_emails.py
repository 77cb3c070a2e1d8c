"""Letters to partners about tenders (T2, T4, T5).

The mail holds ids only; what is true is looked up when it is written. None of them holds a
contact detail: those are read in the portal, where reading them is recorded (T24).
"""

from typing import Any

from django.urls import reverse
from django.utils import timezone
from django.utils.formats import date_format
from django.utils.translation import gettext as _
from django.utils.translation import pgettext

from access.letters import Facts, Letter, absolute, letter, safe_name, vendor_name
from partners.models import Partner
from partners.rules import SPOKEN
from tenders import wording
from tenders.models import Proposal, Question, Tender, TenderPreference
from tenders.rules import ProposalState, TenderState
from tenders.services.moving import is_open


@letter("tenders.extract")
def extract(facts: Facts) -> Letter | None:
    """A new tender as partners may read it before they open it (T2, T24). None once it is over,
    or the partner is not approved or has paused (T5, P5)."""
    tender = Tender.objects.filter(pk=facts["tender"]).prefetch_related("categories").first()
    wishes = TenderPreference.objects.filter(pk=facts["partner"], wanted=True)
    wish = wishes.select_related("partner__organisation").first()
    if tender is None or not is_open(tender) or wish is None or not wish.partner.approved:
        return None
    kinds = ", ".join(str(category) for category in tender.categories.all())
    known = {"kinds": kinds, "country": wording.country(tender), "partner": _name(wish.partner)}
    return Letter(
        subject=_("A new tender: %(kinds)s (%(country)s)") % known,
        paragraphs=[
            _("Somebody looks for a partner. This is an extract; who asks, you see in the portal."),
        ],
        facts=_extract_facts(tender, kinds),
        quote=tender.extract,
        action=(_("Open it in the portal"), _page(tender, wish.partner)),
        after=[
            _("Whoever asks is told when you show the contact details. In the portal, under "
              "Tenders, you choose which ones reach you, or pause."),
        ],
        why=_("You get this mail because %(partner)s wants to hear of such tenders.") % known,
    )  # fmt: skip


@letter("tenders.cancelled_partner")
def cancelled(facts: Facts) -> Letter | None:
    """The requester took back a tender that the partner had opened (T5)."""
    tender = Tender.objects.filter(pk=facts["tender"], state=TenderState.CANCELLED).first()
    partner = Partner.objects.select_related("organisation").filter(pk=facts["partner"]).first()
    if tender is None or partner is None:
        return None
    return Letter(
        subject=_("A tender was cancelled"),
        paragraphs=[
            _("The requester cancelled a tender that you had opened. Its contact details are no "
              "longer yours to use: please do not call or write any more."),
        ],
        facts=_about(tender),
        action=(_("See other tenders"), _board(partner)),
        why=_why(partner),
    )  # fmt: skip


@letter("tenders.chosen")
def chosen(facts: Facts) -> Letter | None:
    """The partner's proposal won (T4, T7)."""
    proposal = _proposal(facts, ProposalState.CHOSEN)
    if proposal is None:
        return None
    invited = _("The requester also invites you to look after products: the invitation stands "
                "under Clients, where you accept or decline it.")  # fmt: skip
    return Letter(
        subject=_("Your proposal was chosen"),
        paragraphs=[
            _("Congratulations: the requester chose your proposal. Please get in touch now."),
            _("You accepted that this contract uses the products of %(vendor)s.")
            % {"vendor": vendor_name()},
            *([invited] if proposal.partnership_id else []),
        ],
        facts=_about(proposal.tender, proposal),
        action=(_("Open the tender"), _page(proposal.tender, proposal.partner)),
        why=_why(proposal.partner),
    )


@letter("tenders.lost")
def lost(facts: Facts) -> Letter | None:
    """The requester chose another proposal (T4)."""
    proposal = _proposal(facts, ProposalState.LOST)
    if proposal is None:
        return None
    return Letter(
        subject=_("Another proposal was chosen"),
        paragraphs=[
            _("The requester has chosen another proposal. Thank you for yours. The contact "
              "details are no longer shown."),
        ],
        facts=_about(proposal.tender, proposal),
        action=(_("See other tenders"), _board(proposal.partner)),
        why=_why(proposal.partner),
    )  # fmt: skip


@letter("tenders.asked")
def asked(facts: Facts) -> Letter | None:
    """The requester asks something about the partner's proposal (T4)."""
    proposal = _proposal(facts, ProposalState.SENT, ProposalState.CHOSEN)
    question = Question.objects.filter(pk=facts["question"], answered_at__isnull=True).first()
    if proposal is None or question is None or not _going(proposal.tender):
        return None
    return Letter(
        subject=_("A question about your proposal"),
        paragraphs=[_("The requester asks something about your proposal:")],
        quote=question.text,
        facts=_about(proposal.tender),
        action=(_("Answer in the portal"), _page(proposal.tender, proposal.partner)),
        why=_why(proposal.partner),
    )


def _extract_facts(tender: Tender, kinds: str) -> list[tuple[str, str]]:
    """Only what T24 allows before it is opened: never the name, the place or the whole need."""
    wanted = date_format(tender.wanted_on, "DATE_FORMAT") if tender.wanted_on else ""
    until = date_format(timezone.localtime(tender.expires_at), "DATE_FORMAT")
    rows: list[tuple[str, Any]] = [
        (_("Title"), safe_name(tender.extract_title)),
        (_("Categories"), kinds),
        (_("Budget"), wording.budget(tender)),
        (_("Wanted by"), wanted),
        (_("Country"), wording.country(tender)),
        (pgettext("of a tender", "Language"), SPOKEN.get(tender.language, tender.language)),
        (_("Open until"), until),
    ]
    return [(label, str(value)) for label, value in rows if value]


def _about(tender: Tender, proposal: Proposal | None = None) -> list[tuple[str, str]]:
    rows = [(_("Tender"), safe_name(tender.extract_title))]
    return [*rows, (_("Your price"), wording.price(proposal))] if proposal else rows


def _proposal(facts: Facts, *states: str) -> Proposal | None:
    """The proposal as it is now, if it is still in one of `states`."""
    found = Proposal.objects.filter(pk=facts["proposal"], state__in=states)
    return found.select_related("tender", "partner__organisation").first()


def _going(tender: Tender) -> bool:
    return is_open(tender) or tender.state == TenderState.CHOSEN


def _page(tender: Tender, partner: Partner) -> str:
    return absolute(reverse("tender", args=[partner.organisation.slug, tender.public_id]))


def _board(partner: Partner) -> str:
    return absolute(reverse("tenders", args=[partner.organisation.slug]))


def _name(partner: Partner) -> str:
    return safe_name(partner.organisation.name)


def _why(partner: Partner) -> str:
    return _("You get this mail because %(partner)s answers tenders.") % {"partner": _name(partner)}
