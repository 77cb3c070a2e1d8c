"""The gallery of mails: every letter with a sample, shown without a trace, sent to oneself."""

import re
from threading import Event, Thread

import pytest
from django.apps import apps
from django.conf import settings as portal_settings
from django.contrib.admin.models import LogEntry
from django.contrib.auth.models import Permission
from django.core import mail as django_mail
from django.db import connection
from django.urls import reverse
from django.utils import translation

from access import letters
from access.mail import send_due_mail
from access.models import Organisation, OutgoingMail
from billing.models import InvoiceCounter
from billing.services.issuing import next_number
from portal import gallery, mail_samples
from portal.gallery import DARK, neighbours
from portal.gallery_letter import TEST

pytestmark = pytest.mark.django_db
KINDS = sorted(mail_samples.kinds)
LETTER = "clients.requested"


def page(browser, kind: str = LETTER, **query: str) -> str:
    answer = browser.get(reverse("gallery_mail", args=[kind]), query)
    assert answer.status_code == 200
    return answer.content.decode()


def body(browser, kind: str = LETTER, **query: str):
    return browser.get(reverse("gallery_body", args=[kind]), query)


# ---- Samples -------------------------------------------------------------------------------


def test_every_letter_has_a_sample_and_every_sample_a_letter():
    assert {*letters.registry} - {TEST} == {*KINDS}


def test_every_kind_says_what_it_is_for_in_an_area_of_the_list():
    assert [kind.kind for kind in mail_samples.kinds.values() if not str(kind.purpose)] == []
    assert {kind.area for kind in mail_samples.kinds.values()} == {*mail_samples.AREAS}
    several = [kind for kind in mail_samples.kinds.values() if len(kind.cases) > 1]
    assert [kind.kind for kind in several if not all(str(case.label) for case in kind.cases)] == []


def test_a_sample_that_its_letter_takes_for_no_longer_true_is_a_mistake(monkeypatch):
    monkeypatch.setitem(letters.registry, LETTER, lambda facts: None)
    with pytest.raises(mail_samples.NothingWritten):
        mail_samples.write(LETTER, mail_samples.kinds[LETTER].cases[0], "en")


def state_of_the_database() -> dict[str, object]:
    """Rows of each table, and where each sequence stands."""
    with connection.cursor() as cursor:
        found = {}
        for model in apps.get_models(include_auto_created=True):
            cursor.execute(f'SELECT count(*) FROM "{model._meta.db_table}"')  # noqa: S608
            found[model._meta.db_table] = cursor.fetchone()[0]
        cursor.execute("SELECT sequencename, last_value FROM pg_sequences ORDER BY 1")
        return found | dict(cursor.fetchall())


def test_samples_leave_no_trace():
    """Neither a row nor a number: what is written for the look is rolled back."""
    before = state_of_the_database()
    for kind in mail_samples.kinds.values():
        for case in kind.cases:
            mail_samples.write(kind.kind, case, "de")
    assert state_of_the_database() == before


def test_a_sample_that_fails_leaves_no_trace_either(monkeypatch):
    before = state_of_the_database()
    monkeypatch.setitem(letters.registry, LETTER, lambda facts: 1 / 0)
    with pytest.raises(ZeroDivisionError):
        mail_samples.write(LETTER, mail_samples.kinds[LETTER].cases[0], "en")
    assert state_of_the_database() == before
    with connection.cursor() as cursor:  # and the patience of others is as it was
        cursor.execute("SHOW lock_timeout")
        assert cursor.fetchone()[0] == "0"


def test_samples_read_none_of_a_tenants_rows(world):
    """Not even where a demo or a customer is there: no name of theirs is in any letter."""
    names = {organisation.name for organisation in Organisation.objects.all()}
    assert "Alpine Web Sàrl" in names
    for kind in mail_samples.kinds.values():
        text = mail_samples.write(kind.kind, kind.cases[0], "fr").text
        assert [name for name in names if name in text] == []


@pytest.mark.django_db(transaction=True)
def test_an_invoice_that_is_being_issued_holds_no_sample_up_nor_the_other_way_round():
    """M8: the counter's lock is the issuer's; samples give their numbers to themselves."""
    locked, done = Event(), Event()

    def issue() -> None:
        from django.db import transaction

        with transaction.atomic():
            next_number(2026)
            locked.set()
            done.wait(timeout=20)
        connection.close()

    issuer = Thread(target=issue)
    issuer.start()
    try:
        assert locked.wait(timeout=20)
        for kind in KINDS:
            mail_samples.write(kind, mail_samples.kinds[kind].cases[0], "en")
    finally:
        done.set()
        issuer.join()
    with mail_samples.rehearsal() as sample_world:  # and an issuer passes a sample that is open
        mail_samples.kinds["billing.invoice_issued"].cases[0].facts(sample_world)
        other = Thread(target=lambda: (next_number_alone(), connection.close()))
        other.start()
        other.join(timeout=10)
        assert not other.is_alive()
    assert InvoiceCounter.objects.get(year=2026).last == 2


def next_number_alone() -> None:
    from django.db import transaction

    with transaction.atomic():
        next_number(2026)


def test_two_looks_at_once_do_not_wait_for_each_other():
    """Each sample's keys are its own."""
    with mail_samples.rehearsal() as one:
        first = mail_samples.kinds[LETTER].cases[0].facts(one)
    with mail_samples.rehearsal() as two:
        second = mail_samples.kinds[LETTER].cases[0].facts(two)
    assert first["link"] != second["link"]
    assert first["link"] < 0


# ---- The pages -----------------------------------------------------------------------------


def test_the_list_leads_to_each_letter(staff):
    html = staff.get(reverse("gallery")).content.decode()
    for kind in KINDS:
        assert f'href="{reverse("gallery_mail", args=[kind])}"' in html


@pytest.mark.parametrize("kind", KINDS)
def test_each_letter_has_its_page_and_its_body(staff, kind):
    html = page(staff, kind)
    assert f'src="{reverse("gallery_body", args=[kind])}?' in html
    answer = body(staff, kind, language="it")
    assert answer.status_code == 200
    assert '<html lang="it">' in answer.content.decode()


def test_the_switches_are_in_the_address(staff):
    html = page(staff, "clients.ended", language="de", case="2", width="390", look="dark")
    assert "gallery-390" in html
    chosen = re.findall(r'aria-current="true">([^<]+)<', html)
    assert chosen == ["Deutsch", "To the partner", "Mail", "390 px", "Dark"]
    nonsense = page(staff, language="xx", case="99", width="1", look="<b>", view="nothing")
    assert "gallery-600" in nonsense
    assert "<b>" not in re.sub(r"</?b>", "", nonsense).replace("<body", "")


def test_text_and_headers(staff):
    with translation.override("fr"):
        subject = mail_samples.write(LETTER, mail_samples.kinds[LETTER].cases[0], "fr").subject
    text = page(staff, view="text", language="fr")
    assert '<pre class="gallery-text" lang="fr">' in text
    assert "<iframe" not in text
    headers = page(staff, view="headers", language="fr")
    for expected in ("Message-ID", "Auto-Submitted", "Content-Language", subject[:20]):
        assert expected in headers
    assert "List-Unsubscribe" not in headers
    assert "List-Unsubscribe-Post" in page(staff, "tenders.extract", view="headers")


def test_the_way_goes_through_all_of_them(staff):
    order = [kind for area in mail_samples.AREAS for kind in mail_samples.kinds.values()
             if kind.area == area]  # fmt: skip
    steps = [(one, neighbours(one)) for one in order]
    assert [step["before"] for _kind, step in steps] == [None, *order[:-1]]
    assert [step["after"] for _kind, step in steps] == [*order[1:], None]
    html = page(staff, order[1].kind)
    assert f'href="{reverse("gallery_mail", args=[order[0].kind])}?' in html
    assert f'href="{reverse("gallery_mail", args=[order[2].kind])}?' in html


def test_the_frame_runs_nothing_loads_nothing_and_leads_nowhere(staff):
    """T38: what is in a letter was partly written by others."""
    answer = body(staff)
    csp = answer["Content-Security-Policy"]
    assert csp.startswith("default-src 'none'; style-src 'unsafe-inline'")
    assert csp.endswith("; sandbox")
    assert "frame-ancestors 'self'" in csp
    assert answer["X-Frame-Options"] == "SAMEORIGIN"
    assert "no-store" in answer["Cache-Control"]
    assert 'sandbox=""' in page(staff)


def test_light_and_dark_are_shown_whatever_the_browser_is(staff):
    plain = mail_samples.write(LETTER, mail_samples.kinds[LETTER].cases[0], "en").html
    assert DARK in plain
    light = body(staff, look="light").content.decode()
    dark = body(staff, look="dark").content.decode()
    assert DARK not in light + dark
    assert "@media not all" in light
    assert "@media all" in dark
    assert "color-scheme: light dark" not in light + dark


def test_an_unknown_letter_is_not_there(staff):
    for name in ("gallery_mail", "gallery_body"):
        assert staff.get(reverse(name, args=["clients.nothing"])).status_code == 404
        assert staff.get(reverse(name, args=[TEST])).status_code == 404
    assert staff.post(reverse("gallery_send", args=["clients.nothing"])).status_code == 404


def test_it_works_without_the_demo(staff, settings):
    settings.DEMO, settings.DEBUG = False, False
    assert page(staff)


def test_it_is_linked_from_the_desk_and_from_the_list_of_mails(staff):
    for address in (reverse("admin:index"), reverse("admin:access_outgoingmail_changelist")):
        assert f'href="{reverse("gallery")}"' in staff.get(address).content.decode()


# ---- Who may -------------------------------------------------------------------------------

ADDRESSES = [("gallery", []), ("gallery_mail", [LETTER]), ("gallery_body", [LETTER])]


@pytest.mark.parametrize(("name", "arguments"), [*ADDRESSES, ("gallery_send", [LETTER])])
def test_it_is_for_staff_who_see_outgoing_mails(world, client, name, arguments):
    """T47."""
    address = reverse(name, args=arguments)
    ask = client.post if name == "gallery_send" else client.get
    assert ask(address).status_code == 302
    browser = world.client("lea")
    answer = browser.post(address) if name == "gallery_send" else browser.get(address)
    assert answer.status_code == 302
    assert answer["Location"].startswith("/admin/login/")
    clerk = world.person("staff")
    clerk.is_superuser = False
    clerk.save()
    browser = world.client("staff")
    answer = browser.post(address) if name == "gallery_send" else browser.get(address)
    assert answer.status_code == 403
    clerk.user_permissions.add(Permission.objects.get(codename="view_outgoingmail"))
    answer = browser.post(address) if name == "gallery_send" else browser.get(address)
    assert answer.status_code == (302 if name == "gallery_send" else 200)


def test_only_a_button_sends(staff):
    assert staff.get(reverse("gallery_send", args=[LETTER])).status_code == 405
    assert staff.post(reverse("gallery_mail", args=[LETTER])).status_code == 405


# ---- A test to oneself ---------------------------------------------------------------------


def send(browser, kind: str = LETTER, **data: str):
    return browser.post(reverse("gallery_send", args=[kind]), data, follow=True)


def queued():
    return OutgoingMail.objects.filter(kind=TEST)


def test_a_test_goes_to_oneself_and_to_nobody_else(staff, world):
    OutgoingMail.objects.all().delete()
    answer = send(staff, language="de", to="victim@example.com", address="victim@example.com")
    assert "staff@portal.example" in answer.content.decode()
    row = queued().get()
    assert (row.address, row.language) == ("staff@portal.example", "de")
    assert row.context == {"sample": LETTER, "case": "1"}
    assert LogEntry.objects.filter(user=world.person("staff")).latest("pk").get_change_message()


def test_a_test_arrives_marked_and_with_no_link_of_the_sample(staff, settings):
    OutgoingMail.objects.all().delete()
    send(staff, language="fr")
    before = state_of_the_database()
    assert send_due_mail() == 1
    after = state_of_the_database()
    assert {key: after[key] for key in after if after[key] != before[key]} == {}
    [message] = django_mail.outbox
    assert message.subject.startswith("[Test] ")
    assert message.to == ["Staff <staff@portal.example>"] or "staff@portal.example" in message.to[0]
    html = message.alternatives[0].content
    known = {portal_settings.BASE_URL + "/", f"mailto:{portal_settings.VENDOR_SUPPORT_EMAIL}",
             portal_settings.BASE_URL + reverse("gallery_mail", args=[LETTER])}  # fmt: skip
    assert set(re.findall(r'href="([^"]*)"', html)) <= known
    assert "/invitations/" not in html + message.body


@pytest.mark.parametrize("kind", KINDS)
def test_no_test_of_any_letter_holds_a_link_of_its_sample(kind):
    rendered = letters.write(TEST, {"sample": kind, "case": "1"}, language="en", name="Staff")
    assert rendered.subject.startswith("[Test] ")
    home = portal_settings.BASE_URL + "/"
    page = portal_settings.BASE_URL + reverse("gallery_mail", args=[kind])
    links = set(re.findall(r'href="(http[^"]*)"', rendered.html))
    assert links <= {home, page}
    assert set(re.findall(r"https?://\S+", rendered.text)) <= {home, page}


def test_a_letter_that_is_gone_is_not_sent():
    assert letters.write(TEST, {"sample": "x.gone", "case": "1"}, language="en") is None


def test_so_many_an_hour(staff, monkeypatch):
    assert gallery.MOST_TESTS == 20
    monkeypatch.setattr(gallery, "MOST_TESTS", 2)
    for expected in (1, 2, 2):
        answer = send(staff)
        assert queued().count() == expected
    assert "too often" in answer.content.decode()
