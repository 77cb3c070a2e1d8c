"""A partner's answer to a tender: written, sent with the duty, taken back (T4, T7)."""

from decimal import Decimal
from typing import Any

from django.core.files.uploadedfile import UploadedFile
from django.db import transaction
from django.utils import timezone
from django.utils.crypto import get_random_string
from django.utils.text import get_valid_filename
from django.utils.translation import gettext as _
from django.utils.translation import ngettext

from access.policy import Actor
from tenders import pdf
from tenders.errors import (
    AttachmentRefused,
    DutyNotAccepted,
    NotOpened,
    ProposalIncomplete,
    ProposalOver,
)
from tenders.models import Attachment, Proposal, Tender
from tenders.rules import PROPOSAL_MOVES, ProposalState
from tenders.services.common import approved_partner, lock_open, record, tell_requester_about
from tenders.services.moving import lock

MOST_ATTACHMENTS = 5
LARGEST_ATTACHMENT = 10 * 1024 * 1024  # bytes
WRITTEN = ["text", "currency", "price_from", "price_to", "delay_days"]


@transaction.atomic
def save_proposal(
    *,
    tender: Tender,
    by: Actor,
    text: str = "",
    currency: str = "",
    price_from: Decimal | None = None,
    price_to: Decimal | None = None,
    delay_days: int | None = None,
) -> Proposal:
    """Keeps the draft of the partner's proposal; there is one for each tender that it opened.

    Prices exclude VAT, in `currency`, else the tender's. Raises NotOpened, ProposalOver when one
    was sent already, TenderOver, PartnerSuspended, and what `Actor.require` raises.
    """
    tender = lock_open(tender)
    partner = approved_partner(by, "reseller.propose")
    if not tender.openings.filter(partner=partner).exists():
        raise NotOpened(_("Show the contact details first, then write your proposal."))
    mine = Proposal.objects.filter(tender=tender, partner=partner)
    draft = mine.exclude(state=ProposalState.WITHDRAWN).first() or Proposal(
        tender=tender, partner=partner, written_by=by.person
    )
    if draft.state != ProposalState.DRAFT:
        raise ProposalOver(_("You have sent a proposal already. Withdraw it to write another."))
    wanted: dict[str, Any] = {
        "text": text,
        "currency": currency or tender.currency,
        "price_from": price_from,
        "price_to": price_to,
        "delay_days": delay_days,
    }
    for name, value in wanted.items():
        setattr(draft, name, value)
    draft.save()
    return draft


@transaction.atomic
def send_proposal(*, proposal: Proposal, by: Actor, duty_accepted: bool) -> Proposal:
    """Sends the draft to the requester, who is told by mail (T4).

    `duty_accepted`: the person said that a contract won by it uses the vendor's products only
    (T7, P1); recorded with the time and the person. Raises DutyNotAccepted, ProposalIncomplete,
    ProposalOver, TenderOver, PartnerSuspended, and what `Actor.require` raises.
    """
    tender = lock_open(proposal.tender)
    approved_partner(by, "reseller.propose")
    proposal = _own(proposal, by)
    _move(proposal, "send")
    if not proposal.text.strip():
        raise ProposalIncomplete(_("Write your proposal before you send it."), field="text")
    if not duty_accepted:
        raise DutyNotAccepted(
            _("Accept that a contract won by this proposal uses the vendor's products."),
            field="duty",
        )
    proposal.sent_at = proposal.products_accepted_at = timezone.now()
    proposal.products_accepted_by = by.person
    proposal.save()
    record(tender, "tender.propose", by)
    key = f"proposal.sent:{proposal.pk}"
    tell_requester_about(tender, "proposal_received", key=key, proposal=proposal.pk)
    return proposal


@transaction.atomic
def withdraw_proposal(*, proposal: Proposal, by: Actor) -> Proposal:
    """Takes a draft or a sent proposal back: the requester does not see it any more (T4). Another
    may be written while the tender is open. Raises ProposalOver once it was chosen or not, and
    what `Actor.require` raises."""
    tender = lock(proposal.tender)
    by.require("reseller.propose")
    proposal = _own(proposal, by)
    _move(proposal, "withdraw")
    proposal.closed_at = timezone.now()
    proposal.save(update_fields=["state", "closed_at"])
    record(tender, "tender.withdraw_proposal", by)
    return proposal


@transaction.atomic
def attach(*, proposal: Proposal, by: Actor, file: UploadedFile) -> Attachment:
    """Adds a PDF to a draft, under a name of our own on the disk. Raises AttachmentRefused when it
    is no PDF, too big, one too many, or holds something active; and what `save_proposal` raises."""
    lock_open(proposal.tender)
    approved_partner(by, "reseller.propose")
    proposal = _own_draft(proposal, by)
    if proposal.attachments.count() >= MOST_ATTACHMENTS:
        raise _refused(
            ngettext(
                "A proposal has at most %(n)d file.",
                "A proposal has at most %(n)d files.",
                MOST_ATTACHMENTS,
            )
            % {"n": MOST_ATTACHMENTS}
        )
    if (file.size or 0) > LARGEST_ATTACHMENT:
        raise _refused(_("This file is bigger than 10 MB."))
    if (wrong := pdf.flaw(file.read())) is not None:
        raise _refused(FLAWS[wrong]())
    file.seek(0)
    attachment = Attachment(proposal=proposal, name=_shown_name(file.name), size=file.size or 0)
    attachment.file.save(f"{get_random_string(32)}.pdf", file, save=False)
    attachment.save()
    return attachment


@transaction.atomic
def detach(*, attachment: Attachment, by: Actor) -> None:
    """Takes a file away from a draft, and from the disk. Raises ProposalOver, TenderOver."""
    lock_open(attachment.proposal.tender)
    by.require("reseller.propose")
    _own_draft(attachment.proposal, by)
    stored, name = attachment.file.storage, str(attachment.file.name)
    attachment.delete()
    transaction.on_commit(lambda: stored.delete(name), robust=True)


FLAWS = {
    pdf.Flaw.NO_PDF: lambda: _("This file is not a PDF."),
    pdf.Flaw.LOCKED: lambda: _("This PDF is protected, so we cannot look into it. Send it open."),
    pdf.Flaw.ACTIVE: lambda: _(
        "This PDF holds a script, a form, another file or a link to one. Print it to a plain PDF."
    ),
}


def _refused(sentence: str) -> AttachmentRefused:
    return AttachmentRefused(sentence, field="file")


def _shown_name(name: str | None) -> str:
    """The name that readers see: no folder, nothing that a header or a disk would mind."""
    plain = (name or "").replace("\\", "/").rpartition("/")[2].strip(". ") or "proposal"
    plain = get_valid_filename(plain)[-110:]
    return plain if plain.lower().endswith(".pdf") else f"{plain}.pdf"


def _own(proposal: Proposal, by: Actor) -> Proposal:
    """The partner's own proposal as it is now; its tender is locked, which is enough."""
    return Proposal.objects.visible_to(by).select_related("tender", "partner").get(pk=proposal.pk)


def _own_draft(proposal: Proposal, by: Actor) -> Proposal:
    proposal = _own(proposal, by)
    if proposal.state != ProposalState.DRAFT:
        raise ProposalOver(_OVER[ProposalState(proposal.state)]())
    return proposal


_OVER = {
    ProposalState.DRAFT: lambda: _("This proposal was not sent yet."),
    ProposalState.SENT: lambda: _("This proposal was sent already."),
    ProposalState.WITHDRAWN: lambda: _("This proposal was withdrawn."),
    ProposalState.CHOSEN: lambda: _("This proposal was chosen already."),
    ProposalState.LOST: lambda: _("The requester chose another proposal."),
}


def _move(proposal: Proposal, verb: str) -> None:
    """Sets the state after `verb` (not yet saved), or raises ProposalOver, which says why."""
    before = ProposalState(proposal.state)
    after = PROPOSAL_MOVES[verb].get(before)
    if after is None:
        raise ProposalOver(_OVER[before]())
    proposal.state = after
