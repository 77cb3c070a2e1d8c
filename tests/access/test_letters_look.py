"""How each letter reads, in each language, with the gallery's samples: whole, translated, safe to
show, light and dark, and readable as text."""

import re
from collections.abc import Iterator
from functools import cache
from html import escape, unescape
from html.parser import HTMLParser

import pytest
from django.conf import settings
from django.utils import translation

from access import letters
from access.letters import Letter
from portal import mail_samples
from portal.gallery_letter import TEST
from tests.access.test_letters import Reader

pytestmark = pytest.mark.django_db

LANGUAGES = ["en", "fr", "de", "it", "es"]
KINDS = sorted(mail_samples.kinds)
CASES = [(kind, case.key) for kind in KINDS for case in mail_samples.kinds[kind].cases]
# Where nothing is left to do: what happened, why, and whom to ask.
WITHOUT_A_STEP = {
    "access.invitation_withdrawn",
    "access.member_removed",
    "billing.renewal_failed",  # the vendor's staff do it
    "tenders.hidden",  # the way on is a mail to support
}
# Labels that are the same word in English and in another language.
SAME_WORDS = {"Client", "Partner", "Budget", "Date", "IBAN", "Name", "Net", "Cashback", "E-mail",
              "Organisation"}  # fmt: skip


def draft(kind: str, case: str, language: str) -> Letter:
    return sample(kind, case, language)[0]


def written(kind: str, case: str, language: str) -> letters.Rendered:
    return sample(kind, case, language)[1]


@cache
def sample(kind: str, case: str, language: str) -> tuple[Letter, letters.Rendered]:
    """What a letter says, and what becomes of it. Each is made once for all the tests below."""
    with mail_samples.rehearsal() as world, translation.override(language):
        facts = mail_samples.kinds[kind].case(case).facts(world)
        kept = letters.registry[kind]
        said = kept(facts)
        assert said is not None, kind
        letters.registry[kind] = lambda _facts: said
        try:
            rendered = letters.write(
                kind, facts, language=language, name="Léa", address="lea@sample.invalid"
            )
        finally:
            letters.registry[kind] = kept
    assert rendered is not None
    return said, rendered


def all_of(language: str) -> Iterator[tuple[str, letters.Rendered]]:
    for kind, case in CASES:
        yield f"{kind} {case}", written(kind, case, language)


def body_of(html: str) -> str:
    return html[html.index("<body") :]


def squeezed(text: str) -> str:
    """The words alone, without what only lays them out."""
    return re.sub(r"[\s>]+", "", unescape(text)).replace("\u200c", "")


# ---- Each letter in each language ----------------------------------------------------------


@pytest.mark.parametrize("language", LANGUAGES)
def test_subjects_are_one_short_line(language):
    wrong = [
        (name, rendered.subject)
        for name, rendered in all_of(language)
        if not 5 < len(rendered.subject) <= 120 or len(rendered.subject.splitlines()) != 1
    ]
    assert wrong == []


@pytest.mark.parametrize("language", LANGUAGES)
def test_no_placeholder_is_left(language):
    wrong = []
    for name, rendered in all_of(language):
        words = f"{rendered.subject} {rendered.text} {Reader(body_of(rendered.html)).text}"
        wrong += [(name, found) for found in re.findall(r"%\(\w*\)?s?|\{\w*\}?|None\b", words)]
    assert wrong == []


@pytest.mark.parametrize("language", LANGUAGES)
def test_no_word_of_ours_is_taken_for_a_link(language):
    """T34 is against what others write; no sample writes an address."""
    with translation.override(language):
        removed = letters.without_links("https://evil.example")
    wrong = [name for name, rendered in all_of(language) if removed in rendered.text]
    assert wrong == []


def test_no_line_ends_between_a_currency_and_its_figure():
    """In a narrow window."""
    html = written("billing.invoice_issued", "1", "en").html
    assert "CHF&nbsp;12" in html
    assert "CHF 12" not in html


@pytest.mark.parametrize("language", LANGUAGES)
def test_the_page_names_its_language_and_loads_nothing(language):
    """T38: no picture, style sheet or font of anybody; no script."""
    wrong = []
    for name, rendered in all_of(language):
        reader = Reader(rendered.html)
        if f'<html lang="{language}">' not in rendered.html:
            wrong.append((name, "language"))
        if reader.loads or {"img", "script", "link", "iframe", "form", "object"} & reader.tags:
            wrong.append((name, "loads"))
        if re.search(r"url\(|@import|@font-face", rendered.html):
            wrong.append((name, "style"))
    assert wrong == []


@pytest.mark.parametrize("language", LANGUAGES)
def test_links_lead_to_the_portal(language):
    """T35."""
    known = (f"{settings.BASE_URL}/", f"mailto:{settings.VENDOR_SUPPORT_EMAIL}")
    wrong = [
        (name, link)
        for name, rendered in all_of(language)
        for link in Reader(rendered.html).links
        if not link.startswith(known)
    ]
    assert wrong == []


@pytest.mark.parametrize("language", LANGUAGES)
def test_a_list_of_mails_shows_the_first_sentence(language):
    """Else it shows the vendor's name and the subject again."""
    wrong = []
    for name, rendered in all_of(language):
        found = re.search(r'<div class="preview"[^>]*>([^<]+)</div>', body_of(rendered.html))
        first = squeezed(found[1])[:40] if found else ""
        if not first or first not in squeezed(rendered.text) or "display:none" not in found[0]:
            wrong.append(name)
    assert wrong == []


@pytest.mark.parametrize("language", LANGUAGES)
def test_the_text_is_readable(language):
    """In a terminal: no line is longer than 78 characters, except addresses; not one empty line
    after the other; the foot below a line of its own (RFC 3676, 4.3)."""
    wrong = []
    for name, rendered in all_of(language):
        lines = rendered.text.split("\n")
        wrong += [(name, line) for line in lines if len(line) > 78 and "://" not in line]
        if "\n\n\n" in rendered.text or lines.count("-- ") != 1:
            wrong.append((name, "empty lines or foot"))
        if re.search(r"[<>&]\w+;|</?\w+>", rendered.text):
            wrong.append((name, "markup"))
    assert wrong == []


@pytest.mark.parametrize("language", ["en", "de"])
def test_html_and_text_say_the_same(language):
    """Each part of the letter is in both."""
    wrong = []
    for kind, case in CASES:
        said, rendered = sample(kind, case, language)
        html, text = squeezed(Reader(body_of(rendered.html)).text), squeezed(rendered.text)
        for part in parts_of(said):
            for line in part.splitlines():
                if "://" in line:
                    there = escape(line) in rendered.html and line in rendered.text
                else:
                    plain = squeezed(letters.without_links(line))
                    there = plain in html and plain in text
                if not there:
                    wrong.append((kind, line))
    assert wrong == []


def parts_of(said: Letter) -> list[str]:
    """All that a letter says, but its subject."""
    facts = [part for label, value in said.facts for part in (str(label), str(value))]
    items = [part for item in said.items for part in (item.name, *item.lines)]
    actions = [part for one in (said.action, said.other_action) if one for part in one]
    loose = [*said.paragraphs, said.quote, *said.after, said.why]
    return [str(part) for part in (*loose, *facts, *items, *actions) if part]


# ---- Who, what, why, and one next step -----------------------------------------------------


def test_each_letter_says_what_happened_why_it_came_and_what_is_next():
    wrong = []
    for kind, case in CASES:
        said = draft(kind, case, "en")
        if not said.paragraphs or not str(said.paragraphs[0]).strip():
            wrong.append((kind, "says nothing"))
        if not str(said.why).startswith("You get this mail because"):
            wrong.append((kind, said.why))
        if (said.action is None) != (kind in WITHOUT_A_STEP):
            wrong.append((kind, said.action))
        if said.action is None and not (said.after or len(said.paragraphs) > 1 or said.quote):
            wrong.append((kind, "neither a step nor a word that there is none"))
    assert wrong == []
    assert set(KINDS) >= WITHOUT_A_STEP


VAGUE = re.compile(r"click here|^(here|more|ok|yes|go|link|details|continue|open)$", re.I)


def test_buttons_say_what_they_do():
    wrong = []
    for kind, case in CASES:
        said = draft(kind, case, "en")
        for action in (said.action, said.other_action):
            if action and (VAGUE.search(action[0]) or not 5 <= len(action[0]) <= 48):
                wrong.append((kind, action[0]))
    assert wrong == []


@pytest.mark.parametrize("language", LANGUAGES)
def test_a_mail_that_can_be_stopped_says_how_and_no_other_does(language):
    wrong = []
    for kind, case in CASES:
        rendered = written(kind, case, language)
        stops = "/mails/stop/" in rendered.text and "/mails/stop/" in rendered.html
        if stops != (kind in letters.topics) or stops != ("List-Unsubscribe" in rendered.headers):
            wrong.append(kind)
    assert wrong == []


# ---- No English left -----------------------------------------------------------------------


@pytest.mark.parametrize("language", LANGUAGES[1:])
def test_nothing_is_left_in_english(language):
    """A paragraph, label, button or reason that is the same as in English was not translated."""
    wrong = []
    for kind, case in CASES:
        here, english = draft(kind, case, language), draft(kind, case, "en")
        same = {str(text) for text in _ours(here)} & {str(text) for text in _ours(english)}
        same |= _foot(written(kind, case, language)) & _foot(written(kind, case, "en"))
        wrong += [(kind, text) for text in sorted(same) if text and text not in SAME_WORDS]
    assert wrong == []


def _ours(said: Letter) -> list[str]:
    """What the portal says: not the words of others, nor names and figures."""
    actions = [one[0] for one in (said.action, said.other_action) if one]
    labels = [label for label, _value in said.facts]
    return [said.subject, *said.paragraphs, *said.after, said.why, *actions, *labels]


def _foot(rendered: letters.Rendered) -> set[str]:
    """What the links below a letter are called."""
    foot = rendered.text.partition("\n-- \n")[2]
    return set(re.findall(r"^(.+):$", foot, re.MULTILINE))


def test_languages_differ_in_their_subjects():
    for kind, case in CASES:
        subjects = {draft(kind, case, language).subject for language in LANGUAGES}
        assert len(subjects) == len(LANGUAGES), (kind, subjects)


# ---- Light and dark ------------------------------------------------------------------------

STYLE = re.compile(r'<(\w+)([^>]*?)style="([^"]*)"')


def luminance(colour: str) -> float:
    channels = [int(colour[i : i + 2], 16) / 255 for i in (1, 3, 5)]
    linear = [c / 12.92 if c <= 0.04045 else ((c + 0.055) / 1.055) ** 2.4 for c in channels]
    return 0.2126 * linear[0] + 0.7152 * linear[1] + 0.0722 * linear[2]


def contrast(one: str, other: str) -> float:
    light, dark = sorted((luminance(one), luminance(other)), reverse=True)
    return (light + 0.05) / (dark + 0.05)


def test_contrast_is_measured_as_wcag_does():
    assert contrast("#000000", "#ffffff") == pytest.approx(21)
    assert contrast("#777777", "#ffffff") == pytest.approx(4.48, abs=0.01)


class Painter(HTMLParser):
    """Each text's colour on the colour behind it, as `seen`: (what it is, text, background)."""

    def __init__(self, html: str, *, dark: bool) -> None:
        super().__init__()
        self.rules = _dark_rules(html) if dark else {}
        self.stack: list[tuple[str, dict[str, str], list[str]]] = []
        self.seen: set[tuple[str, str, str]] = set()
        self.feed(body_of(html))

    def handle_starttag(self, tag, attrs):
        if tag in ("br", "meta"):
            return
        known = dict(attrs)
        names = (known.get("class") or "").split()
        plain = {"color": "#000000", "background": "#ffffff"}
        style = dict(self.stack[-1][1]) if self.stack else plain
        own = known.get("style") or ""
        style |= dict(re.findall(r"(?<![\w-])(color|background):(#\w{6})", own))
        for above in [name for _tag, _style, found in self.stack for name in found]:
            style |= self.rules.get((above, tag), {})
        for name in names:
            style |= self.rules.get((name, ""), {})
        self.stack.append((tag, style, names))

    def handle_endtag(self, tag):
        while self.stack and self.stack.pop()[0] != tag:
            pass

    def handle_data(self, data):
        if not data.strip() or not self.stack:
            return
        tag, style, names = self.stack[-1]
        if "preview" not in names:
            self.seen.add((f"{tag}.{' '.join(names)}", style["color"], style["background"]))


def colours_of(html: str, *, dark: bool) -> set[tuple[str, str, str]]:
    return Painter(html, dark=dark).seen


def _dark_rules(html: str) -> dict[tuple[str, str], dict[str, str]]:
    block = html[html.index("prefers-color-scheme: dark") : html.index("</style>")]
    rules: dict[tuple[str, str], dict[str, str]] = {}
    for selectors, style in re.findall(r"([^{}]+)\{([^{}]*)\}", block[block.index("{") + 1 :]):
        values = dict(re.findall(r"(?<![\w-])(color|background): (#\w{6})", style))
        for selector in selectors.split(","):
            name, _space, tag = selector.strip().removeprefix(".").partition(" ")
            rules.setdefault((name, tag), {}).update(values)
    return rules


FULL = ["clients.requested", "tenders.extract", "tenders.published", "access.support_opened"]


@pytest.mark.parametrize("dark", [False, True], ids=["light", "dark"])
@pytest.mark.parametrize("kind", [*FULL, "tenders.digest"])
def test_every_text_stands_out_from_what_is_behind_it(kind, dark):
    """WCAG 2.2, 1.4.3: 4.5 to 1."""
    pairs = colours_of(written(kind, "1", "en").html, dark=dark)
    assert len(pairs) > 8
    weak = [(what, one, two, round(contrast(one, two), 2)) for what, one, two in pairs
            if contrast(one, two) < 4.5]  # fmt: skip
    assert weak == []


def test_dark_is_dark():
    html = written("clients.requested", "1", "en").html
    behind = {two for what, _one, two in colours_of(html, dark=True) if ".button" not in what}
    assert max(luminance(colour) for colour in behind) < 0.05


@pytest.mark.parametrize("colour", ["#1f5fbf", "#ffd400", "#00a37a", "#767676", "#ffffff"])
def test_the_button_reads_on_any_vendors_colour(settings, colour):
    settings.VENDOR_COLOUR = colour
    html = mail_samples.write("clients.requested", mail_samples.kinds["clients.requested"].cases[0],
                              "en").html  # fmt: skip
    [(_what, text, behind)] = [
        pair for pair in colours_of(html, dark=False) if ".button" in pair[0]
    ]
    assert contrast(text, behind) > 4.4


def test_the_test_letter_says_what_it_is_in_each_language():
    notes = set()
    for language in LANGUAGES:
        rendered = letters.write(TEST, {"sample": KINDS[0], "case": "1"}, language=language)
        assert rendered is not None
        assert rendered.subject == f"[Test] {written(KINDS[0], '1', language).subject}"
        notes.add(rendered.text.partition("\n-- \n")[2].partition("\n\n")[0])
    assert len(notes) == len(LANGUAGES)
