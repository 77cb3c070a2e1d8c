"""The demo's mails: kept as files, read in the browser, nowhere but in the demo."""

import stat
import subprocess
import sys

import pytest
from django.core.mail import EmailMultiAlternatives, mailers
from django.urls import NoReverseMatch, path, reverse

from portal import demo_mails, kept_mail
from portal.urls import urlpatterns as portal_urls

KEPT = {"default": {"BACKEND": demo_mails.BACKEND}}
SMTP = {
    "default": {
        "BACKEND": "django.core.mail.backends.smtp.EmailBackend",
        "OPTIONS": {"host": "mail.example"},
    }
}


class DemoUrls:
    """The portal's addresses as a demo has them, whatever this run's settings are."""

    urlpatterns = [
        *(one for one in portal_urls if not str(one.pattern).startswith("demo/")),
        path("demo/mails/", demo_mails.demo_mails, name="demo_mails"),
        path("demo/mails/<slug:key>/", demo_mails.demo_mail, name="demo_mail"),
        path("demo/mails/<slug:key>/html/", demo_mails.demo_mail_html, name="demo_mail_html"),
    ]


@pytest.fixture
def demo(settings, tmp_path):
    settings.DEMO, settings.DATA_DIR, settings.MAILERS = True, tmp_path, KEPT
    settings.ROOT_URLCONF = DemoUrls
    return settings


def send(to: str = "gina@garage-nord.example", subject: str = "Hello", html: str = "") -> str:
    message = EmailMultiAlternatives(subject, "The text.\n", "no-reply@portal.example", [to])
    message.attach_alternative(
        html or '<html><head></head><body><a href="/x/">Go</a></body></html>', "text/html"
    )
    assert mailers.default.send_messages([message]) == 1
    return kept_mail.keys()[0]


# ---- Keeping -------------------------------------------------------------------------------


def test_a_kept_mail_is_read_as_it_was_sent(demo, tmp_path):
    key = send(to="Léa Martin <lea@alpineweb.example>", subject="Accès accordé")
    mail = kept_mail.read(key)
    assert (mail.subject, mail.name, mail.address) == (
        "Accès accordé", "Léa Martin", "lea@alpineweb.example",
    )  # fmt: skip
    assert mail.text == "The text.\n"
    assert "<a href" in mail.html
    [file] = (tmp_path / "mails").iterdir()
    assert file.suffix == ".eml"
    assert stat.S_IMODE(file.stat().st_mode) == 0o600


def test_the_newest_comes_first(demo):
    sent = [send(subject=f"Number {n}") for n in range(3)]
    assert kept_mail.keys() == sent[::-1]


KEEP_MANY = """
import sys
from pathlib import Path
from portal import kept_mail
for _ in range(40):
    kept_mail.keep(b"Subject: x\\n\\nx\\n", Path(sys.argv[1]))
"""


def test_several_processes_keep_at_once_and_lose_none(demo, tmp_path, settings):
    folder = tmp_path / "mails"
    command = [sys.executable, "-c", KEEP_MANY, str(folder)]
    workers = [subprocess.Popen(command, cwd=settings.BASE_DIR) for _ in range(3)]  # noqa: S603
    assert [worker.wait(timeout=60) for worker in workers] == [0, 0, 0]
    assert len(kept_mail.keys()) == 120
    assert not list(folder.glob("*.part"))


@pytest.mark.parametrize("key", ["../secret-key", "1", "", "0" * 20 + "-" + "g" * 16, "a/b"])
def test_only_a_kept_mail_is_read(demo, tmp_path, key):
    (tmp_path / "mails").mkdir()
    (tmp_path / "secret-key.eml").write_text("Subject: secret\n\nno\n")
    assert kept_mail.read(key) is None


def test_a_file_that_is_none_of_ours_is_left_out(demo, tmp_path):
    send()
    (tmp_path / "mails" / "notes.eml").write_text("x")
    assert len(kept_mail.keys()) == 1


# ---- Where the pages exist -----------------------------------------------------------------


@pytest.mark.parametrize(("demo_on", "mailers_", "there"), [
    (True, KEPT, True), (False, KEPT, False), (True, SMTP, False), (False, SMTP, False),
])  # fmt: skip
def test_the_pages_exist_in_a_demo_that_keeps_its_mails_and_nowhere_else(
    settings, demo_on, mailers_, there
):
    settings.DEMO, settings.MAILERS = demo_on, mailers_
    assert bool(demo_mails.urlpatterns()) is there


def test_a_demo_that_sends_its_mails_has_pages_all_the_same(client, settings, db):
    """The strip on top offers the mails only where they can be read."""

    class WithoutMails:
        urlpatterns = [one for one in portal_urls if not str(one.pattern).startswith("demo/")]

    settings.DEMO, settings.ROOT_URLCONF = True, WithoutMails
    with pytest.raises(NoReverseMatch):
        reverse("demo_mails")
    assert "/demo/mails/" not in client.get(reverse("landing")).content.decode()


# ---- Reading -------------------------------------------------------------------------------

pytestmark = pytest.mark.django_db


def page(client, url: str, **query: str) -> str:
    answer = client.get(url, query)
    assert answer.status_code == 200
    assert "no-store" in answer["Cache-Control"]
    return answer.content.decode()


def test_without_a_mail_the_page_says_how_to_get_one(demo, client):
    assert "lea@alpineweb.example" in page(client, "/demo/mails/")


def test_the_list_shows_the_newest_opened(demo, client):
    send(subject="First")
    newest = send(subject="Second")
    html = page(client, "/demo/mails/")
    assert html.index("Second") < html.index("First")
    assert f'src="/demo/mails/{newest}/html/"' in html


def test_a_mail_is_found_by_its_recipient(demo, client):
    send(to="Gina <gina@garage-nord.example>", subject="For Gina")
    send(to="lea@alpineweb.example", subject="For Lea")
    html = page(client, "/demo/mails/", q="GARAGE")
    assert "For Gina" in html
    assert "For Lea" not in html
    assert "No mail has this" in page(client, "/demo/mails/", q="nobody")


def test_a_mail_has_its_text_and_its_headers(demo, client):
    key = send(subject="Hello")
    assert "The text." in page(client, f"/demo/mails/{key}/", view="text")
    headers = page(client, f"/demo/mails/{key}/", view="headers")
    assert "Message-ID" in headers
    assert "no-reply@portal.example" in headers


def test_an_opened_mail_that_the_search_does_not_find_stays_open(demo, client):
    key = send(subject="Hello")
    assert "Hello" in page(client, f"/demo/mails/{key}/", q="nobody")


@pytest.mark.parametrize("suffix", ["", "html/"])
def test_an_unknown_mail_is_not_there(demo, client, suffix):
    assert client.get(f"/demo/mails/{'0' * 20}-{'a' * 16}/{suffix}").status_code == 404


@pytest.mark.parametrize("suffix", ["", "html/"])
def test_nothing_can_be_posted(demo, client, suffix):
    assert client.post(f"/demo/mails/{send()}/{suffix}").status_code == 405


def test_the_frame_runs_nothing_and_loads_nothing(demo, client):
    """T38: a mail is a stranger's page."""
    key = send(html="<html><head></head><body><script>alert(1)</script></body></html>")
    answer = client.get(f"/demo/mails/{key}/html/")
    csp = {
        part.split()[0]: part.split()[1:] for part in answer["Content-Security-Policy"].split(";")
    }
    assert csp["default-src"] == ["'none'"]
    assert csp["style-src"] == ["'unsafe-inline'"]
    assert csp["frame-ancestors"] == ["'self'"]
    assert "allow-scripts" not in csp["sandbox"]
    assert "allow-same-origin" not in csp["sandbox"]
    assert answer["X-Frame-Options"] == "SAMEORIGIN"
    assert '<base target="_top">' in answer.content.decode()
    around = page(client, f"/demo/mails/{key}/")
    assert 'sandbox="allow-popups allow-top-navigation-by-user-activation"' in around
    assert "<script>alert" not in around


def test_what_the_mail_says_is_escaped_around_the_frame(demo, client):
    key = send(subject="<b>bold</b>", to='"<i>x</i>" <gina@garage-nord.example>')
    for view in ("html", "text", "headers"):
        html = page(client, f"/demo/mails/{key}/", view=view)
        assert "<b>bold" not in html
        assert "<i>x" not in html
