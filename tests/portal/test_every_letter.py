"""Every mail of section 11 exists, and each says who, what, why it came, and one next step."""

import re

import pytest

from access import letters
from portal.mail_samples.registry import kinds
from portal.mail_samples.writing import draft

pytestmark = pytest.mark.django_db

SECTION_11 = {
    "Request to a client": "clients.requested",
    "invitation to a partner": "clients.invited",
    "reminder": "clients.reminder",
    "accepted": "clients.accepted",
    "refused": "clients.refused",
    "withdrawn": "clients.withdrawn",
    "expired": "clients.expired",
    "access changed": "clients.access_changed",
    "payment mode changed": "clients.payment_mode_changed",
    "access ending soon": "clients.ending_soon",
    "partnership ended (both sides)": "clients.ended",
    "collaborator invited": "access.member_invited",
    "role changed": "access.role_changed",
    "application received": "partners.application_received",
    "application approved": "partners.approved",
    "application refused": "partners.refused",
    "order confirmed": "billing.order_confirmed",
    "order waiting for approval": "billing.order_waiting",
    "order approved": "billing.order_approved",
    "order refused": "billing.order_refused",
    "invoice issued": "billing.invoice_issued",
    "invoice reminder": "billing.invoice_reminder",
    "invoice paid": "billing.invoice_paid",
    "renewal soon": "billing.renewal_soon",
    "renewed": "billing.renewed",
    "renewal failed": "billing.renewal_failed",
    "cashback statement (monthly)": "billing.cashback_statement",
    "tender: confirm address": "tenders.confirm",
    "tender: published (with cancel link)": "tenders.published",
    "tender: extract to partners": "tenders.extract",
    "tender: proposal received": "tenders.proposal_received",
    "tender: cancelled": "tenders.cancelled",
    "tender: expired": "tenders.expired",
    "support access opened": "access.support_opened",
    "support access closed": "access.support_closed",
}

NOTHING_TO_DO = {
    "access.invitation_withdrawn": "the reader may have no account, and nothing is left to open",
    "access.member_removed": "the reader reaches nothing there any more; asking is a sentence",
    "billing.renewal_failed": "the vendor tries again by itself, and says so",
    "tenders.hidden": "the requester writes to support, whose address stands below",
    "gallery.test": "a test of the look alone",
}
"""Letters without a button, each with its reason. They say themselves that nothing is to do, or
whom to ask."""

CASES = [(kind, case.key) for kind, found in sorted(kinds.items()) for case in found.cases]

UNWANTED = re.compile(
    r"click here|\bclick\b|\bASAP\b|\bFYI\b|\boops\b|\bhi\b|\bhey\b|\bguys\b|\bURL\b|\bslug\b"
    r"|\bbackend\b|\bcron\b|\btoken\b|\bqueue\b|\bdatabase\b|\bhash\b|\bID\b|!",
    re.I,
)
"""What a letter has no place for: jargon, chumminess, and "click here"."""


def test_every_mail_of_section_11_has_its_letter() -> None:
    assert {kind for kind in SECTION_11.values() if kind not in letters.registry} == set()


def said(letter: letters.Letter) -> str:
    return " ".join([letter.subject, *map(str, letter.paragraphs), *map(str, letter.after)])


@pytest.mark.parametrize(("kind", "case"), CASES)
def test_who_what_why_and_one_next_step(kind: str, case: str) -> None:
    letter = draft(kind, case)
    assert len(letter.subject) >= 10
    assert letter.paragraphs, "what"
    assert all(str(text).strip() for text in letter.paragraphs)
    assert re.match(r"You get this mail because \S.+\.$", str(letter.why)), "why"
    if kind in NOTHING_TO_DO:
        assert letter.action is None
        assert letter.other_action is None
    else:
        assert letter.action is not None, "one clear next step, or a reason for none"
        assert 2 <= len(letter.action[0].split()) <= 9, "a button says what it does"
    for fact in letter.facts:
        assert "%(" not in str(fact[1])
    assert "%(" not in said(letter)


@pytest.mark.parametrize(("kind", "case"), CASES)
def test_its_words_are_plain_and_formal(kind: str, case: str) -> None:
    letter = draft(kind, case)
    actions = [action[0] for action in (letter.action, letter.other_action) if action]
    found = UNWANTED.findall(" ".join([said(letter), str(letter.why), *actions]))
    assert found == []


def test_no_reason_for_a_letter_without_a_step_is_stale() -> None:
    assert set(NOTHING_TO_DO) <= set(letters.registry)
