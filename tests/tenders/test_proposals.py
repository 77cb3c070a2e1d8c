"""A partner's proposals (T4, T7, P1): drafts, files, the duty, questions."""

from typing import Any

import pytest
from django.core.files.uploadedfile import SimpleUploadedFile
from django.test import Client
from django.urls import reverse

from access.errors import ActForbidden
from partners.services.programme import suspend
from tenders.errors import (
    AlreadyAnswered,
    AttachmentRefused,
    DutyNotAccepted,
    NotOpened,
    PartnerSuspended,
    ProposalIncomplete,
    ProposalOver,
    TenderOver,
)
from tenders.models import Attachment, Proposal, Question, Tender
from tenders.services.asking import answer, ask
from tenders.services.closing import cancel
from tenders.services.proposing import (
    attach,
    save_proposal,
    send_proposal,
    withdraw_proposal,
)
from tests.journey import logged
from tests.racing import at_once
from tests.tenders.requesting import letters, opened, proposed, published, read
from tests.tenders.test_matching import ALPINE
from tests.tenders.test_pdf import make_pdf
from tests.world import World

RHONE = "rhone-digital"


def file(content: bytes = b"", name: str = "offer.pdf") -> SimpleUploadedFile:
    return SimpleUploadedFile(name, content or make_pdf(), content_type="application/pdf")


@pytest.fixture(autouse=True)
def _media(tmp_path: Any, settings: Any) -> None:
    settings.MEDIA_ROOT = tmp_path


@pytest.fixture
def tender(world: World) -> Tender:
    """One that Alpine Web has opened."""
    tender = published(world)
    opened(world, tender)
    return tender


def draft(world: World, tender: Tender, **fields: Any) -> Proposal:
    said = {"text": "A shop in four weeks.", "price_from": 3000} | fields
    return save_proposal(tender=tender, by=world.actor("lea", ALPINE), **said)


def url(name: str, thing: Any, slug: str = ALPINE) -> str:
    return reverse(name, args=[slug, thing.public_id])


# ---- Writing ------------------------------------------------------------------------------------


def test_a_draft_is_kept_changed_and_seen_by_nobody_else(world: World, tender: Tender) -> None:
    first = draft(world, tender)
    again = draft(world, tender, text="Better.", price_from=None)
    assert again == first
    assert (again.text, again.price_from, again.state) == ("Better.", None, "draft")
    assert letters("proposal_received") == []
    assert not Proposal.objects.read_by_requester(tender).exists()


def test_only_after_it_was_opened(world: World) -> None:
    """T3"""
    with pytest.raises(NotOpened):
        draft(world, published(world))


def test_the_table_is_asked(world: World, tender: Tender) -> None:
    kept, cora = draft(world, tender), world.actor("cora", ALPINE)
    for refused in (
        lambda: save_proposal(tender=tender, by=cora),
        lambda: send_proposal(proposal=kept, by=cora, duty_accepted=True),
        lambda: withdraw_proposal(proposal=kept, by=cora),
        lambda: attach(proposal=kept, by=cora, file=file()),
    ):
        with pytest.raises(ActForbidden):
            refused()


# ---- Sending ------------------------------------------------------------------------------------


def test_sending_needs_the_duty(world: World, tender: Tender) -> None:
    """T7, P1"""
    kept, lea = draft(world, tender), world.actor("lea", ALPINE)
    with pytest.raises(DutyNotAccepted):
        send_proposal(proposal=kept, by=lea, duty_accepted=False)
    sent = send_proposal(proposal=kept, by=lea, duty_accepted=True)
    assert sent.state == "sent"
    assert sent.products_accepted_at == sent.sent_at
    assert sent.products_accepted_by == world.person("lea")
    [mail] = letters("proposal_received")
    assert (mail.event, mail.address) == (f"proposal.sent:{sent.pk}", tender.contact_email)
    assert read(mail) is not None
    assert logged(ALPINE).count("tender.propose") == 1


def test_sending_needs_a_text(world: World, tender: Tender) -> None:
    with pytest.raises(ProposalIncomplete):
        send_proposal(
            proposal=draft(world, tender, text=" \n "),
            by=world.actor("lea", ALPINE),
            duty_accepted=True,
        )


def test_a_sent_one_stands_until_it_is_withdrawn(world: World, tender: Tender) -> None:
    """T4: unsent mails of a withdrawn one do not leave, and another may be written."""
    sent, lea = proposed(world, tender), world.actor("lea", ALPINE)
    for refused in (
        lambda: draft(world, tender),
        lambda: send_proposal(proposal=sent, by=lea, duty_accepted=True),
        lambda: attach(proposal=sent, by=lea, file=file()),
    ):
        with pytest.raises(ProposalOver):
            refused()
    withdraw_proposal(proposal=sent, by=lea)
    assert read(letters("proposal_received")[0]) is None
    assert not Proposal.objects.read_by_requester(tender).exists()
    assert draft(world, tender) != sent


def test_nothing_goes_once_the_tender_is_over(world: World, tender: Tender) -> None:
    """T5, T25"""
    kept, lea = draft(world, tender), world.actor("lea", ALPINE)
    cancel(tender=tender)
    for refused in (
        lambda: draft(world, tender),
        lambda: send_proposal(proposal=kept, by=lea, duty_accepted=True),
        lambda: attach(proposal=kept, by=lea, file=file()),
    ):
        with pytest.raises(TenderOver):
            refused()


def test_nothing_goes_while_suspended(world: World, tender: Tender) -> None:
    """P5, T45"""
    kept, lea = draft(world, tender), world.actor("lea", ALPINE)
    suspend(partner=world.partner(ALPINE), by=None, reason="")
    for refused in (
        lambda: draft(world, tender),
        lambda: send_proposal(proposal=kept, by=lea, duty_accepted=True),
        lambda: attach(proposal=kept, by=lea, file=file()),
    ):
        with pytest.raises(PartnerSuspended):
            refused()


def test_sent_twenty_times_at_once(live_world: World) -> None:
    world = live_world
    tender = published(world)
    opened(world, tender)
    kept, lea = draft(world, tender), world.actor("lea", ALPINE)
    calls = [lambda: send_proposal(proposal=kept, by=lea, duty_accepted=True)] * 20
    assert at_once(*calls) == {"done": 1, "ProposalOver": 19}
    assert len(letters("proposal_received")) == 1


# ---- Pages --------------------------------------------------------------------------------------


def typed(**changed: Any) -> dict[str, Any]:
    return {
        "text": "We build it.",
        "currency": "CHF",
        "price_from": "2000",
        "price_to": "3000",
        "delay_days": "30",
    } | changed


def test_from_the_draft_to_the_requester(world: World, tender: Tender) -> None:
    browser = world.client("lea")
    edit = url("proposal_edit", tender)
    assert browser.get(edit).status_code == 200
    assert browser.post(edit, typed(file=file())).status_code == 302
    kept = Proposal.objects.get()
    assert (kept.state, kept.attachments.count()) == ("draft", 1)
    on = browser.post(edit, typed(go_on="1"))
    assert on.headers["Location"] == url("proposal_send", kept)
    refused = browser.post(url("proposal_send", kept), {})
    assert list(refused.context["form"].errors) == ["duty"]
    assert browser.post(url("proposal_send", kept), {"duty": "on"}).status_code == 302
    kept.refresh_from_db()
    assert kept.state == "sent"
    assert "We build it." in browser.get(url("tender", tender)).content.decode()


@pytest.mark.parametrize(
    ("field", "value"),
    [
        ("price_to", "1000"),
        ("price_from", "-5"),
        ("price_from", "cheap"),
        ("delay_days", "-1"),
        ("currency", "USD"),
        ("text", "x" * 6001),
    ],
)
def test_bad_input_stands_beside_its_field(
    world: World, tender: Tender, field: str, value: str
) -> None:
    answered = world.client("lea").post(url("proposal_edit", tender), typed(**{field: value}))
    assert answered.status_code == 200
    assert field in answered.context["form"].errors
    assert not Proposal.objects.exists()


def test_what_was_typed_is_not_lost_when_the_tender_is_cancelled(
    world: World, tender: Tender
) -> None:
    """T25 with the tab still open: the sentence says why, and the text is still there."""
    draft(world, tender)
    cancel(tender=tender)
    answered = world.client("lea").post(url("proposal_edit", tender), typed(text="Long work"))
    assert "This tender was cancelled." in answered.content.decode()
    assert "Long work" in answered.content.decode()


def test_unknown_fields_change_nothing(world: World, tender: Tender) -> None:
    """T39"""
    world.client("lea").post(
        url("proposal_edit", tender), typed(state="chosen", partner="1", sent_at="2026-01-01")
    )
    kept = Proposal.objects.get()
    assert (kept.state, kept.sent_at, kept.partner) == ("draft", None, world.partner(ALPINE))


def test_a_withdrawal_asks_first(world: World, tender: Tender) -> None:
    sent = proposed(world, tender)
    browser = world.client("lea")
    assert "What will happen" in browser.get(url("proposal_withdraw", sent)).content.decode()
    sent.refresh_from_db()
    assert sent.state == "sent"
    browser.post(url("proposal_withdraw", sent))
    sent.refresh_from_db()
    assert sent.state == "withdrawn"


def test_another_partners_proposal_does_not_exist(world: World, tender: Tender) -> None:
    """T43: its page, file and question answer like those of nobody."""
    kept = draft(world, tender)
    attached = attach(proposal=kept, by=world.actor("lea", ALPINE), file=file())
    send_proposal(proposal=kept, by=world.actor("lea", ALPINE), duty_accepted=True)
    question = ask(proposal=kept, text="Is it quick?")
    browser = world.client("remi")
    pages = [("proposal_send", kept), ("proposal_withdraw", kept)]
    pages += [("proposal_attachment", attached), ("question_answer", question)]
    for name, thing in pages:
        for address in (url(name, thing, RHONE), reverse(name, args=[RHONE, "abcdefghjkmnpqrs"])):
            assert browser.get(address).status_code == 404, name
        assert browser.get(url(name, thing)).status_code == 404, name
    assert Proposal.objects.get().state == "sent"


# ---- Files --------------------------------------------------------------------------------------


def test_a_file_is_stored_under_a_name_of_our_own(
    world: World, tender: Tender, tmp_path: Any
) -> None:
    kept, lea = draft(world, tender), world.actor("lea", ALPINE)
    attached = attach(proposal=kept, by=lea, file=file(name="../../etc/Offer Müller.PDF"))
    assert attached.name == "Offer_Müller.PDF"
    path = tmp_path / str(attached.file.name)
    assert path.read_bytes() == make_pdf()
    assert path.is_relative_to(tmp_path / "proposals")
    assert "offer" not in str(attached.file.name).lower()


def test_a_file_comes_as_a_download_in_a_sandbox(world: World, tender: Tender) -> None:
    kept, lea = draft(world, tender), world.actor("lea", ALPINE)
    attached = attach(proposal=kept, by=lea, file=file())
    answered = world.client("adam").get(url("proposal_attachment", attached))
    assert b"".join(answered.streaming_content) == make_pdf()
    assert answered.headers["Content-Disposition"] == 'attachment; filename="offer.pdf"'
    assert answered.headers["X-Content-Type-Options"] == "nosniff"
    assert answered.headers["Content-Security-Policy"] == "default-src 'none'; sandbox"
    assert "no-store" in answered.headers["Cache-Control"]


@pytest.mark.parametrize(
    ("name", "status"), [("cora", 403), ("remi", 404), ("bruno", 404), (None, 302)]
)
def test_who_may_not_have_it(world: World, tender: Tender, name: str | None, status: int) -> None:
    kept = draft(world, tender)
    attached = attach(proposal=kept, by=world.actor("lea", ALPINE), file=file())
    browser: Client = world.client(name)
    assert browser.get(url("proposal_attachment", attached)).status_code == status


def test_five_files_of_ten_megabytes(world: World, tender: Tender) -> None:
    kept, lea = draft(world, tender), world.actor("lea", ALPINE)
    big = make_pdf(b"%" + b"x" * (10 * 1024 * 1024))
    with pytest.raises(AttachmentRefused, match="10 MB"):
        attach(proposal=kept, by=lea, file=file(big))
    for _number in range(5):
        attach(proposal=kept, by=lea, file=file())
    with pytest.raises(AttachmentRefused, match="5 files"):
        attach(proposal=kept, by=lea, file=file())


def test_a_refused_file_is_named_and_the_text_is_kept(world: World, tender: Tender) -> None:
    answered = world.client("lea").post(
        url("proposal_edit", tender), typed(file=file(b"no", name="virus.pdf"))
    )
    assert answered.context["form"].errors["file"] == ["virus.pdf: This file is not a PDF."]
    assert Proposal.objects.get().text == "We build it."
    assert not Attachment.objects.exists()


def test_a_file_is_removed_with_the_form(
    world: World, tender: Tender, tmp_path: Any, django_capture_on_commit_callbacks: Any
) -> None:
    kept, lea = draft(world, tender), world.actor("lea", ALPINE)
    attached = attach(proposal=kept, by=lea, file=file())
    with django_capture_on_commit_callbacks(execute=True):
        world.client("lea").post(url("proposal_edit", tender), typed(remove=[attached.public_id]))
    assert not Attachment.objects.exists()
    assert not (tmp_path / str(attached.file.name)).exists()


# ---- Questions ----------------------------------------------------------------------------------


def test_a_question_is_answered_once_through_the_portal(world: World, tender: Tender) -> None:
    """T4"""
    sent = proposed(world, tender)
    question = ask(proposal=sent, text="Is training included?")
    [asked] = letters("asked")
    assert "Is training included?" in read(asked).text
    browser = world.client("adam")
    assert browser.get(url("question_answer", question)).status_code == 200
    assert browser.post(url("question_answer", question), {"text": ""}).status_code == 200
    assert browser.post(url("question_answer", question), {"text": "Yes."}).status_code == 302
    question.refresh_from_db()
    assert (question.answer, question.answered_by) == ("Yes.", world.person("adam"))
    [mail] = letters("answered")
    assert (mail.event, mail.address) == (f"question.answered:{question.pk}", tender.contact_email)
    assert "Yes." in read(mail).text
    with pytest.raises(AlreadyAnswered):
        answer(question=question, by=world.actor("lea", ALPINE), text="No.")
    assert logged(ALPINE).count("tender.answer") == 1


def test_no_answer_once_it_is_withdrawn_or_over(world: World, tender: Tender) -> None:
    sent, lea = proposed(world, tender), world.actor("lea", ALPINE)
    question = ask(proposal=sent, text="Is it quick?")
    withdraw_proposal(proposal=sent, by=lea)
    with pytest.raises(ProposalOver):
        answer(question=question, by=lea, text="Yes.")
    cancel(tender=tender)
    with pytest.raises(TenderOver):
        answer(question=question, by=lea, text="Yes.")
    assert not Question.objects.filter(answered_at__isnull=False).exists()
