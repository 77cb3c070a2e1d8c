"""A partner's proposals: written, sent, taken back; their files and questions (T4, T7)."""

from collections.abc import Iterable

from django.conf import settings
from django.contrib import messages
from django.core.files.uploadedfile import UploadedFile
from django.http import FileResponse, HttpRequest, HttpResponse
from django.http.response import HttpResponseBase
from django.shortcuts import redirect, render
from django.utils.translation import gettext as _

from access.errors import Refused
from access.policy import Actor
from access.web.pages import FORM, page
from tenders.forms.proposals import AnswerForm, ProposalForm, SendForm
from tenders.models import Attachment, Opening, Proposal, Question, Tender
from tenders.rules import ProposalState
from tenders.services import asking, proposing
from tenders.services.moving import is_open

SANDBOX = "default-src 'none'; sandbox"


@page("reseller.propose", FORM, tender=Tender.objects.visible_to)
def proposal_edit(request: HttpRequest, actor: Actor, tender: Tender) -> HttpResponse:
    """The draft: saved as often as one likes, with its files, then checked and sent."""
    draft = _draft(actor, tender)
    if request.method != "POST" and not _may_write(actor, tender, draft):
        return redirect("tender", actor.organisation.slug, tender.public_id)
    if draft is not None and draft.state != ProposalState.DRAFT:
        draft = None
    form = ProposalForm(request.POST or None, request.FILES or None, tender=tender, proposal=draft)
    if form.is_valid() and (saved := _save(form, actor, tender)):
        if "go_on" in request.POST:
            return redirect("proposal_send", actor.organisation.slug, saved.public_id)
        messages.success(request, _("Your draft is saved. Nobody else sees it."))
        return redirect("proposal_edit", actor.organisation.slug, tender.public_id)
    return render(
        request, "tenders/proposal_edit.html", {"form": form, "tender": tender, "proposal": draft}
    )


@page("reseller.propose", FORM, proposal=Proposal.objects.read_by_partner)
def proposal_send(request: HttpRequest, actor: Actor, proposal: Proposal) -> HttpResponse:
    """The proposal as the requester will read it, and the duty that goes with it (T7)."""
    tender = proposal.tender
    if request.method != "POST" and not _may_write(actor, tender, proposal):
        return redirect("tender", actor.organisation.slug, tender.public_id)
    form = SendForm(request.POST if request.method == "POST" else None, vendor=settings.VENDOR_NAME)
    if form.is_valid():
        try:
            proposing.send_proposal(
                proposal=proposal, by=actor, duty_accepted=form.cleaned_data["duty"]
            )
        except Refused as refusal:
            form.add_error(refusal.field if refusal.field in form.fields else None, str(refusal))
        else:
            messages.success(request, _("Your proposal is sent. The requester was told."))
            return redirect("tender", actor.organisation.slug, tender.public_id)
    context = {"form": form, "tender": tender, "proposal": proposal}
    return render(request, "tenders/proposal_send.html", context)


@page("reseller.propose", FORM, proposal=Proposal.objects.read_by_partner)
def proposal_withdraw(request: HttpRequest, actor: Actor, proposal: Proposal) -> HttpResponse:
    """Asks before it takes a draft or a sent proposal back."""
    if request.method == "POST":
        try:
            proposing.withdraw_proposal(proposal=proposal, by=actor)
        except Refused as refusal:
            messages.error(request, str(refusal))
        else:
            messages.success(request, _("Your proposal is withdrawn."))
        return redirect("tenders", actor.organisation.slug)
    if proposal.state not in (ProposalState.DRAFT, ProposalState.SENT):
        return redirect("tender", actor.organisation.slug, proposal.tender.public_id)
    consequences = [
        _("The requester does not see it any more."),
        _("While the tender is open, you may write another."),
    ]
    context = {"proposal": proposal, "tender": proposal.tender, "consequences": consequences}
    return render(request, "tenders/proposal_withdraw.html", context)


@page("reseller.tenders", attachment=Attachment.objects.visible_to)
def proposal_attachment(
    request: HttpRequest, actor: Actor, attachment: Attachment
) -> HttpResponseBase:
    """A PDF of our own proposal: saved, never shown inside the portal."""
    response = FileResponse(
        attachment.file.open("rb"),
        as_attachment=True,
        filename=attachment.name,
        content_type="application/pdf",
    )
    response.headers["Content-Security-Policy"] = SANDBOX
    return response


@page("reseller.propose", FORM, question=Question.objects.visible_to)
def question_answer(request: HttpRequest, actor: Actor, question: Question) -> HttpResponse:
    """The partner answers what the requester asked about its proposal."""
    tender = question.proposal.tender
    if question.answered_at is not None:
        return redirect("tender", actor.organisation.slug, tender.public_id)
    form = AnswerForm(request.POST or None)
    if form.is_valid():
        try:
            asking.answer(question=question, by=actor, text=form.cleaned_data["text"])
        except Refused as refusal:
            form.add_error(None, str(refusal))
        else:
            messages.success(request, _("Your answer is on its way to the requester."))
            return redirect("tender", actor.organisation.slug, tender.public_id)
    context = {"form": form, "question": question, "tender": tender}
    return render(request, "tenders/proposal_answer.html", context)


def _draft(actor: Actor, tender: Tender) -> Proposal | None:
    """The partner's last proposal for the tender, in whatever state."""
    return Proposal.objects.read_by_partner(actor).filter(tender=tender).first()


def _may_write(actor: Actor, tender: Tender, last: Proposal | None) -> bool:
    """Whether to show a form at all; the services decide. Else the tender's page says what stands
    in the way. Who has typed something reads it beside their words, and loses none of them."""
    opened = Opening.objects.visible_to(actor).filter(tender=tender).exists()
    free = last is None or last.state in (ProposalState.DRAFT, ProposalState.WITHDRAWN)
    return opened and free and is_open(tender) and actor.organisation.partner.approved


def _save(form: ProposalForm, actor: Actor, tender: Tender) -> Proposal | None:
    """Saves the text, then the files; None when something was refused, which stands beside its
    field then. The text is kept even if a file is refused."""
    try:
        saved = proposing.save_proposal(tender=tender, by=actor, **form.written)
        for public_id in form.cleaned_data.get("remove", ()):
            proposing.detach(attachment=form.files_kept[public_id], by=actor)
        _attach(saved, actor, form.cleaned_data["file"])
    except Refused as refusal:
        form.add_error(refusal.field if refusal.field in form.fields else None, str(refusal))
        return None
    return saved


def _attach(proposal: Proposal, actor: Actor, files: Iterable[UploadedFile]) -> None:
    for file in files:
        try:
            proposing.attach(proposal=proposal, by=actor, file=file)
        except Refused as refusal:
            named = _("%(file)s: %(why)s") % {"file": file.name, "why": refusal}
            raise type(refusal)(named, field=refusal.field) from refusal
