"""One structure, two formats, the reader's language, and nothing that others can smuggle in."""

import re
from html.parser import HTMLParser
from pathlib import Path

import allauth
import pytest
from allauth.account.models import EmailAddress
from django.utils import translation

from access import emails, letters
from access.adapter import AccountAdapter
from access.letters import Letter, Verbatim, safe_name, without_links
from access.models import OutgoingMail, User

LANGUAGES = ["en", "fr"]
TRICKS = [
    "Pay at evil.example",
    "Pay at https://evil.example/login?x=1 now",
    "www.evil.example",
    "evil\u3002example",
    "evil．example",
    "ev\u200bil.exam\u200bple",
    "mailto:thief@evil.example",
    "javascript:alert(1)",
    "HTTPS://EVIL.EXAMPLE",
    "evil.\u202eexample",
]


class Reader(HTMLParser):
    """What a mail program finds in a letter: links, things to load, and words."""

    def __init__(self, html: str) -> None:
        super().__init__()
        self.links: list[str] = []
        self.loads: list[str] = []
        self.tags: set[str] = set()
        self.words: list[str] = []
        self.feed(html)

    def handle_starttag(self, tag, attrs):
        self.tags.add(tag)
        for name, value in attrs:
            if name == "href":
                self.links.append(value)
            if name in ("src", "srcset", "background"):
                self.loads.append(value)

    def handle_data(self, data):
        self.words.append(data)

    @property
    def text(self) -> str:
        return " ".join(" ".join(self.words).split())


def seen(text: str) -> str:
    """As a program reads it: host names are what still has its dot between word characters."""
    return " ".join(re.findall(r"[\w-]+(?:\.[\w-]+)+|\w+://\S*", text))


@pytest.fixture
def write(monkeypatch):
    def write(draft: Letter, *, name: str = "", language: str = "en") -> letters.Rendered:
        monkeypatch.setitem(letters.registry, "test", lambda facts: draft)
        return letters.write("test", {}, language=language, name=name)

    return write


def plain(**changes) -> Letter:
    return Letter(**({"subject": "Hello", "paragraphs": ["Good day."], "why": "A test."} | changes))


# ---- T34: what others wrote ----------------------------------------------------------------


@pytest.mark.parametrize("name", TRICKS)
def test_a_name_holds_no_address(name):
    """T34."""
    assert seen(safe_name(name)) == ""
    assert "javascript:" not in safe_name(name)
    assert "mailto:" not in safe_name(name)


@pytest.mark.parametrize(
    ("name", "shown"),
    [
        ("Boulangerie du Lac", "Boulangerie du Lac"),
        ("Müller & Söhne S.A.R.L.", "Müller & Söhne S.A.R.L."),
        ("Booking.com AG", "Booking·com AG"),
        ("J.R. Martin", "J.R. Martin"),
        ("Hôtel: Bellevue", "Hôtel: Bellevue"),
        ("  two\r\nlines ", "two lines"),
        ("https://evil.example", "—"),
        ("", "—"),
        ("Léa 😀", "Léa 😀"),
    ],
)
def test_an_honest_name_stays_readable(name, shown):
    assert safe_name(name) == shown


def test_a_name_is_capped():
    """T34: at 80 characters."""
    assert len(safe_name("x" * 500)) == 80


@pytest.mark.parametrize("trick", TRICKS)
@pytest.mark.parametrize("place", ["subject", "paragraphs", "facts", "quote", "after", "why"])
def test_no_place_of_a_letter_turns_a_text_into_a_link(write, place, trick):
    """T34: even where a letter forgets `safe_name`, the maker leaves no address in it."""
    value = {"paragraphs": [trick], "after": [trick], "facts": [("Name", trick)]}.get(place, trick)
    rendered = write(plain(**{place: value}))
    assert "evil" not in seen(rendered.subject).lower()
    assert "evil" not in seen(rendered.text).lower()
    reader = Reader(rendered.html)
    assert "evil" not in seen(reader.text).lower()
    assert not [link for link in reader.links if "evil" in link]


def test_markup_in_a_name_is_text(write):
    """T34: escaped in HTML, as it was in text."""
    trick = '<img src="x"><script>alert(1)</script>{{ 7|add:7 }}'
    rendered = write(plain(subject=trick, facts=[("Name", trick)], quote=trick), name=trick)
    reader = Reader(rendered.html)
    assert not {"img", "script"} & reader.tags
    assert reader.loads == []
    assert "<script>" in reader.text
    assert trick in rendered.text
    assert "14" not in rendered.text


@pytest.mark.parametrize("subject", ["a\r\nBcc: x", "a\nb", "a\rb"])
def test_a_subject_of_two_lines_is_refused(write, subject):
    """T34."""
    with pytest.raises(ValueError, match="one line"):
        write(plain(subject=subject))


def test_amounts_and_checked_addresses_stay_as_they_are(write):
    rendered = write(
        plain(paragraphs=["CHF 208.32"], facts=[("New address", Verbatim("a.b@x.example"))])
    )
    assert "CHF 208.32" in rendered.text
    assert "a.b@x.example" in rendered.text
    assert "a.b@x.example" in rendered.html
    assert without_links("v2.0 on 2026.11.22") == "v2.0 on 2026.11.22"
    assert without_links("Data: 28 novembre 2026") == "Data: 28 novembre 2026"
    assert "evil" not in without_links("data:text/html,evil mailto:evil@evil.example")


# ---- T35: links ----------------------------------------------------------------------------


@pytest.mark.parametrize("path", ["//evil.example/", "https://evil.example/", "accounts/", ""])
def test_a_link_begins_with_the_base_url(path):
    """T35."""
    with pytest.raises(ValueError, match="not a path"):
        letters.absolute(path)


@pytest.mark.parametrize(
    "url", ["https://evil.example/", "https://portal.example.evil.example/", "javascript:alert(1)"]
)
def test_the_button_leads_to_the_portal_only(write, settings, url):
    """T35."""
    settings.BASE_URL = "https://portal.example"
    with pytest.raises(ValueError, match="portal only"):
        write(plain(action=("Go", url)))
    assert "https://portal.example/x/" in write(plain(action=("Go", letters.absolute("/x/")))).text


# ---- The maker -----------------------------------------------------------------------------


def test_both_formats_say_the_same(write):
    said = {
        "paragraphs": ["First thing.", "Second thing."],
        "facts": [("Client", "Garage Nord"), ("Products", "One\nTwo")],
        "quote": "Dear Gina,\n\nhello",
        "action": ("Open it", letters.absolute("/o/x/")),
        "after": ["Small print."],
        "why": "Because of this.",
    }
    rendered = write(plain(**said), name="Gina Blanc")
    for words in (
        *("Hello Gina Blanc,", "First thing.", "Second thing.", "Client", "Garage Nord", "One"),
        *("Two", "Dear Gina,", "hello", "Open it", "/o/x/", "Small print.", "Because of this."),
    ):
        assert words in rendered.text
        assert words in Reader(rendered.html).text


def test_the_text_fits_a_terminal(write):
    long = "a word after another " * 30
    rendered = write(plain(paragraphs=[long], facts=[("Label", long)], quote=long, why=long))
    assert max(map(len, rendered.text.splitlines())) <= 76


def test_nothing_is_loaded_from_anywhere(write):
    rendered = write(plain(action=("Go", letters.absolute("/"))))
    assert Reader(rendered.html).loads == []
    assert not re.search(r"url\(|@import|<link|<script|<img", rendered.html)


def test_the_button_reads_on_any_colour():
    assert letters.readable_on("#1f5fbf") == "#ffffff"
    assert letters.readable_on("#ffd400") != "#ffffff"
    assert letters.readable_on("#fff") != "#ffffff"
    assert letters.readable_on("#000") == "#ffffff"


def test_a_letter_is_written_in_the_readers_language_and_leaves_ours_alone(write):
    with translation.override("de"):
        rendered = write(plain(), language="fr")
        assert translation.get_language() == "de"
    assert '<html lang="fr">' in rendered.html


def test_two_letters_of_one_kind_are_a_mistake(monkeypatch):
    monkeypatch.setattr(letters, "registry", {"one": lambda facts: None})
    with pytest.raises(ValueError, match="two letters"):
        letters.letter("one")(lambda facts: None)


# ---- The account's letters -----------------------------------------------------------------

AT = "2026-11-22T10:00:00+00:00"


@pytest.fixture
def bruno(db) -> User:
    OutgoingMail.objects.all().delete()
    person = User.objects.create_user("bruno@x.example", "demo-password", name="Bruno Rossi")
    EmailAddress.objects.create(user=person, email=person.email, primary=True, verified=False)
    return person


def account_facts(kind: str, person: User) -> letters.Facts:
    facts = {"email": person.email, "user": person.pk}
    if "confirmation" in kind:
        return facts | {"key": "MQ:1abc:def"}
    if kind == "account.password_reset_key":
        return facts | {"uid": "1", "key": "abc-0123"}
    extra = {
        "account.email_changed": {"from_email": "old@x.example", "to_email": "new@x.example"},
        "account.email_deleted": {"deleted_email": "old@x.example"},
    }
    return facts | {"at": AT, "ip": "192.0.2.7"} | extra.get(kind, {})


ACCOUNT_KINDS = sorted(kind for kind in letters.registry if kind.startswith("account."))


@pytest.mark.parametrize("language", LANGUAGES)
@pytest.mark.parametrize("kind", ACCOUNT_KINDS)
def test_each_letter_of_the_account_is_complete(bruno, kind, language):
    rendered = letters.write(
        kind, account_facts(kind, bruno), language=language, name="Bruno Rossi"
    )
    assert rendered is not None
    for body in (rendered.subject, rendered.text, Reader(rendered.html).text):
        assert body.strip()
        assert not re.search(r"%\(|%[sd]|\{\{|\{%|None|INVALID", body)
    assert "Bruno Rossi" in rendered.text
    assert "/accounts/" in rendered.text


def test_every_mail_that_allauth_can_send_has_a_letter():
    """Codes by mail are switched off; "email_confirm" is shipped, but sent by nothing."""
    unused = {"login_code", "password_reset_code", "email_confirm"}
    templates = Path(allauth.__file__).parent / "templates"
    shipped = {
        path.name.removesuffix("_subject.txt")
        for app in ("account", "mfa")
        for path in (templates / app / "email").glob("*_subject.txt")
    }
    ours = {"second_factor_removed"}
    assert {f"account.{name}" for name in shipped - unused | ours} == set(ACCOUNT_KINDS)


def test_a_confirmed_address_is_not_asked_to_confirm(bruno):
    facts = account_facts("account.email_confirmation", bruno)
    assert letters.write("account.email_confirmation", facts, language="en") is not None
    EmailAddress.objects.filter(user=bruno).update(verified=True)
    assert letters.write("account.email_confirmation", facts, language="en") is None


def test_a_reset_is_not_sent_to_an_account_that_is_closed(bruno):
    facts = account_facts("account.password_reset_key", bruno)
    User.objects.filter(pk=bruno.pk).update(is_active=False)
    assert emails.reset_password(facts) is None


# ---- allauth's mails take the outbox -------------------------------------------------------


@pytest.mark.django_db
def test_a_reset_goes_through_the_outbox_with_links_of_the_base_url(client, bruno, settings):
    """T35: neither Host nor X-Forwarded-Host reaches the link; the link is in no table."""
    settings.ALLOWED_HOSTS = ["*"]
    client.post(
        "/accounts/password/reset/",
        {"email": bruno.email},
        headers={"host": "evil.example", "x-forwarded-host": "evil.example"},
    )
    queued = OutgoingMail.objects.get()
    assert queued.kind == "account.password_reset_key"
    assert (queued.address, queued.name) == (bruno.email, "Bruno Rossi")
    assert queued.secrets["key"] not in str(queued.context)
    facts = queued.context | queued.secrets
    rendered = letters.write(queued.kind, facts, language="en")
    assert "evil" not in rendered.text + rendered.html + str(facts)
    link = re.search(r"http\S+", rendered.text)[0]
    assert link.startswith(settings.BASE_URL + "/accounts/password/reset/key/")
    answer = client.get(link.removeprefix(settings.BASE_URL), follow=True)
    assert answer.status_code == 200
    assert "password1" in answer.content.decode()


@pytest.mark.django_db
@pytest.mark.parametrize("address", ["nobody@x.example", "bruno@x.example"])
def test_known_and_unknown_addresses_get_one_mail_each(client, bruno, address):
    client.post("/accounts/password/reset/", {"email": address})
    assert OutgoingMail.objects.get().address == address


@pytest.mark.parametrize(
    ("url", "safe"),
    [
        ("/o/garage-nord/", True),
        ("https://portal.example/o/x/", True),
        ("https://evil.example/", False),
        ("//evil.example/", False),
        ("http://portal.example/", False),
        ("javascript:alert(1)", False),
        ("https://portal.example@evil.example/", False),
    ],
)
def test_redirects_stay_on_our_host(settings, url, safe):
    """T36."""
    settings.BASE_URL = "https://portal.example"
    assert AccountAdapter().is_safe_url(url) is safe
