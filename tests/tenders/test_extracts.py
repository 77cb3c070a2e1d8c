"""Extracts hold no contact detail (T2, threats T23, T24), and stay readable."""

from time import monotonic

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from tenders.extracts import MASK, make_extract, masked
from tenders.models import Tender

ADDRESSES = [
    "anna.canary@hideout.ch",
    "anna.canary@hideout",
    "anna.canary @ hideout . ch",
    "anna.canary [at] hideout dot ch",
    "anna (at) hideout (dot) ch",
    "anna{at}hideout.ch",
    "anna_at_hideout.ch",
    "anna -at- hideout.ch",
    "anna at hideout punkt ch",
    "anna ät hideout.ch",
    "anna arobase hideout point fr",
    "anna arroba hideout punto es",
    "anna chiocciola hideout punto it",
    "a n n a @ h i d e o u t . c h",
    "ａｎｎａ＠ｈｉｄｅｏｕｔ．ｃｈ",
    "an\u200bna@hide\u200dout.ch",
    "anna\u00ad@hideout\u2060.ch",
    "anna&#64;hideout.ch",
    "anna%40hideout.ch",
    "anna(a)hideout.ch",
    "anna@hideout。ch",
    "mailto:anna@hideout.ch",
    "ANNA@HIDEOUT.CH",
]
NUMBERS = [
    "+41 79 123 45 67",
    "+41 (0)79 123 45 67",
    "+41(0)791234567",
    "0041 79 123 45 67",
    "079 123 45 67",
    "079/123.45.67",
    "079-123-45-67",
    "079_123_45_67",
    "0791234567",
    "0 7 9 1 2 3 4 5 6 7",
    "0-7-9-1-2-3-4-5-6-7",
    "０７９ １２３ ４５ ６７",
    "٠٧٩ ١٢٣ ٤٥ ٦٧",
    "⓪⑦⑨ ①②③ ④⑤ ⑥⑦",
    "0️⃣7️⃣9️⃣ 1️⃣2️⃣3️⃣ 4️⃣5️⃣ 6️⃣7️⃣",
    "O79 123 45 67",
    "079\u200b123\u200b45\u200b67",
    "06 12 34 56 78",
    "06.12.34.56.78",
    "333 1234567",
    "612 345 678",
    "(079) 123 45 67",
    "079\n123 45 67",
    "null sieben neun eins zwei drei vier fünf sechs sieben",
    "zero seven nine one two three four five six seven",
    "zéro six douze trente-quatre cinquante-six soixante-dix-huit",
    "tre tre tre uno due tre quattro cinque",
    "seis uno dos tres cuatro cinco seis siete ocho",
    "null neunundsiebzig eins zwei drei vier fünf sechs",
]
LINKS = [
    "https://hideout.ch/contact?who=anna",
    "http : // hideout.ch",
    "hxxp://hideout.ch",
    "www.hideout.ch",
    "www hideout ch",
    "www dot hideout dot ch",
    "hideout.ch",
    "hideout.swiss/anna",
    "HIDEOUT.EXAMPLE",
    "hideout dot ch",
    "hideout . ch",
    "hideout[.]ch",
    "hideout (punkt) ch",
    "shop.hideout.co.uk",
    "xn--hidout-3ya.ch",
    "203.0.113.9:8080/anna",
    "t.me/annacanary",
    "wa.me/41791234567",
    "facebook.com/annacanary",
    "tel:0791234567",
]
HANDLES = [
    "@annacanary",
    "@anna_canary",
    "anna#1234",
    "＠annacanary",
]
PLACES = [
    "Bahnhofstrasse 5, 8001 Zürich",
    "Bahnhofstr. 5a",
    "Lange Gasse 12",
    "12 rue des Lilas, 75001 Paris",
    "12 bis rue des Lilas",
    "Rue de l'Exemple 12",
    "Via Roma 3, 6900 Lugano",
    "Calle Mayor 8",
    "221B Baker Street",
    "Postfach 123, 3000 Bern",
    "P.O. Box 77",
    "CH-1204 Genève",
]


def leftovers(text: str) -> str:
    return masked(text).replace(MASK, "").strip(" .,;:-/()[]\n")


@pytest.mark.parametrize("detail", ADDRESSES + NUMBERS + LINKS + HANDLES + PLACES)
def test_a_contact_detail_is_masked_whole(detail: str) -> None:
    """T23, T24: alone, and in a sentence of which the rest stays."""
    assert leftovers(detail) == ""
    around = masked(f"We need a shop. Write to {detail} before Monday.")
    assert around.startswith("We need a shop. Write to ")
    assert around.endswith("before Monday.")
    assert MASK in around


@pytest.mark.parametrize(
    ("text", "kept"),
    [
        ("whatsapp 079 123", "whatsapp"),
        ("WhatsApp: 079 123 45 67", ""),
        ("Tel. 123 45 67", "Tel"),
        ("call me on 5551234", "call me on"),
        ("CHF 079 123 456 7", "CHF"),
        ("79 123 45 67 CHF", "CHF"),
        ("CHF 79 123 45 67", "CHF"),
        ("Natel 79 123 45 67", "Natel"),
        ("telegram: annacanary", ""),
        ("Instagram = anna_canary", ""),
        ("skype id annacanary", ""),
        ("insta anna_canary99", ""),
        ("Signal name: annacanary", ""),
        ("my name is Anna Canary", ""),
        ("Ich heisse Anna Canary", ""),
        ("Contact: Anna Canary, second floor", ""),
        ("Ansprechpartnerin: Frau Canary", ""),
    ],
)
def test_words_that_announce_a_contact(text: str, kept: str) -> None:
    """T24"""
    assert leftovers(text) == kept


READABLE = [
    "CHF 12'000.00 to 20'000.00 by 01.02.2026",
    "CHF 12’000.–",
    "5000 - 10000 CHF",
    "CHF 5000-10000",
    "between 5000 and 10000 euros",
    "EUR 1 250 000",
    "1 250 000 €",
    "10 000 000 visitors",
    "until 31.12.2026 at 10:30",
    "2026-12-31 14:00",
    "31/12/2026",
    "from 01.02.2026 10h30 to 02.03.2026 12:00",
    "PHP 8.3.12, PostgreSQL 18.1, version 1.2.3.4",
    "Node.js 22 and ASP.NET",
    "35 mailboxes, 3 domains, 100 GB",
    "24/7 support, 99.9 % uptime",
    "z.B. WordPress, d.h. keine Eigenentwicklung",
    "e.g. hosting, i.e. web",
    "p. ex. un site",
    "We need hosting.We also want mail",
    "one or two sites, three domains",
    "Speicherplatz 100 GB",
    "Speicherplatz 100",
    "un point de vente",
    "2000 Besucher pro Tag",
    "1500 Produkte im Shop",
    "3 @ CHF 500",
    "Instagram and Facebook integration",
    "robots.txt and style.css",
    "ISO 27001, RFC 5321",
    "10, 20, 30, 40, 50 users",
    "16 GB RAM, 8 vCPU",
    "via SFTP 24 h",
    "We arrive at noon. It should work in 2026",
    "years 2024, 2025 and 2026",
    "call for 3 offers",
    "1920x1080 pixels",
    "Budget: 15'000.– CHF",
    "the price is 0.50 per user",
    "place 3 orders",
    "der Weg 2 zum Ziel",
    "domains .ch and .com",
    "Größe der Datenbank: 3,5 TB 🙂",
    "مرحبا، نحتاج إلى موقع",
]


@pytest.mark.parametrize("text", READABLE)
def test_prices_dates_times_quantities_and_versions_stay(text: str) -> None:
    assert masked(text) == text
    assert masked(f"Need: {text} please") == f"Need: {text} please"


def tender(**fields: str) -> Tender:
    known = {
        "contact_name": "Éloïse Müller-Canary",
        "contact_email": "eloise.kanarienvogel@vogelnest.ch",
        "contact_phone": "+41 79 765 43 21",
        "company": "Vogelnest & Söhne GmbH",
    }
    return Tender(**(known | {"title": "", "need": ""} | fields))


@pytest.mark.parametrize(
    "own",
    [
        "Éloïse",
        "ELOISE",
        "Müller",
        "Mueller",
        "muller-canary",
        "Canary's",
        "C a n a r y",
        "C.a.n.a.r.y",
        "Vogelnest",
        "Vogel-nest",
        "Vogelnest & Söhne GmbH",
        "kanarienvogel",
        "Nummer 765 43 21",
        "7 6 5 4 3 2 1 79",
        "79 7654321",
        "eloise.kanarienvogel",
    ],
)
def test_the_requesters_own_words_are_masked(own: str) -> None:
    """T24: name, company, number and address, in the title and in the need."""
    made = tender(title=f"Shop for {own} now", need=f"We at {own} need a shop.")
    make_extract(made)
    seen = (made.extract_title + made.extract).lower()
    for word in ("eloise", "éloïse", "ller", "canary", "nest", "kanarien", "654321"):
        assert word not in seen, word
    assert made.extract.startswith("We at ")
    assert made.extract.endswith("need a shop.")


def test_common_words_of_a_company_stay() -> None:
    made = tender(company="Cloud Hosting Shop AG", title="Hosting", need="A shop in the cloud.")
    make_extract(made)
    assert (made.extract_title, made.extract) == ("Hosting", "A shop in the cloud.")


def test_an_extract_is_one_title_and_a_text() -> None:
    made = tender(title="  A\nshop  ", need="First line.\n\nSecond line.")
    make_extract(made)
    assert made.extract_title == "A shop"
    assert made.extract == "First line.\n\nSecond line."


def test_what_hides_or_turns_the_writing_is_gone() -> None:
    assert masked("a\u202eb\u200bc\u2066d\ufeff") == "abcd"


def test_masking_twice_changes_nothing() -> None:
    once = masked(" and ".join(ADDRESSES + NUMBERS + LINKS + PLACES))
    assert masked(once) == once


@settings(max_examples=150, deadline=None)
@given(st.text(max_size=60), st.text(max_size=60), st.sampled_from(ADDRESSES[:9] + NUMBERS[:11]))
def test_nothing_around_a_detail_shows_it(before: str, after: str, detail: str) -> None:
    """T24: whatever stands beside it."""
    shown = masked(f"{before} {detail} {after}", ["hideout", "canary"])
    assert detail not in shown


@pytest.mark.parametrize(
    "evil",
    ["a", "a.", "a @", "1 ", "0-", "at ", "x dot ", "rue ", "one ", "A ", "@", "http", "(", "a-",
     "tel ", "via Roma ", "Strasse ", "a(at)", "\n", "+", "www.", "Ab ", "&#64;"],
)  # fmt: skip
def test_a_text_of_full_length_is_read_at_once(evil: str) -> None:
    """No text keeps a worker busy, whatever it repeats."""
    text = (evil * 4000)[:4000]
    started = monotonic()
    masked(text, ["Anna Canary", "anna@hideout.ch", "+41 79 123 45 67"])
    assert monotonic() - started < 2
