"""Staff look at the outgoing mails and may try refused ones again; they change nothing else."""

import pytest
from django.test import Client
from django.urls import reverse

from access.mail import Recipient, queue_mail
from access.models import OutgoingMail, User

pytestmark = [
    pytest.mark.django_db,
    # unfold's signature is older than Django's; ours has no say in it.
    pytest.mark.filterwarnings(
        "ignore:Overriding get_action_choices:django.utils.deprecation.RemovedInDjango2028Warning"
    ),
]

LIST = "admin:access_outgoingmail_changelist"


@pytest.fixture
def staff() -> Client:
    person = User.objects.create_superuser("mail-staff@portal.example", "x", name="Staff")
    browser = Client()
    browser.force_login(person)
    return browser


@pytest.fixture
def failed() -> OutgoingMail:
    OutgoingMail.objects.all().delete()
    queue_mail(
        kind="test.reset",
        key="event:1",
        to=[Recipient("gina@garage-nord.example", "Gina Blanc", "en")],
        context={"user": 1},
        secrets={},
    )
    OutgoingMail.objects.update(
        state="failed", attempts=1, last_error="550 no such mailbox <script>alert(1)</script>"
    )
    return OutgoingMail.objects.get()


def test_staff_see_what_failed_and_why(staff, failed):
    html = staff.get(reverse(LIST), {"state__exact": "failed"}).content.decode()
    assert "gina@garage-nord.example" in html
    assert "550 no such mailbox" in html
    assert "<script>alert" not in html
    html = staff.get(reverse(LIST), {"state__exact": "sent"}).content.decode()
    assert "gina@garage-nord.example" not in html


def test_a_secret_never_shows(staff, failed):
    OutgoingMail.objects.update(state="queued", secrets={"key": "s3cret-key"})
    page = reverse("admin:access_outgoingmail_change", args=[failed.pk])
    html = staff.get(page).content.decode()
    assert "gina@garage-nord.example" in html
    assert "s3cret-key" not in html


def test_staff_try_a_failed_mail_again(staff, failed):
    chosen = {"action": "queue_again", "_selected_action": [failed.pk]}
    assert staff.post(reverse(LIST), chosen).status_code == 302
    failed.refresh_from_db()
    assert (failed.state, failed.attempts) == ("queued", 0)


def test_what_was_sent_is_not_sent_again(staff, failed):
    OutgoingMail.objects.update(state="obsolete")
    staff.post(reverse(LIST), {"action": "queue_again", "_selected_action": [failed.pk]})
    failed.refresh_from_db()
    assert failed.state == "obsolete"


@pytest.mark.parametrize("name", ["add", "change", "delete"])
def test_no_mail_is_written_changed_or_deleted_by_hand(staff, failed, name):
    page = reverse(f"admin:access_outgoingmail_{name}", args=[] if name == "add" else [failed.pk])
    assert staff.post(page, {"address": "thief@x.example", "post": "yes"}).status_code == 403
    failed.refresh_from_db()
    assert failed.address == "gina@garage-nord.example"
