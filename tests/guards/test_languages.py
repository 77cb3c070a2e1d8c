"""Five languages (domain section 12): nothing that a reader sees is left untranslated."""

import ast
from collections.abc import Iterator
from contextlib import suppress
from pathlib import Path
from typing import Any

import polib
import pytest
from django.conf import settings
from django.contrib import admin
from django.contrib.admin import ModelAdmin
from django.contrib.admin.options import InlineModelAdmin
from django.contrib.admin.utils import flatten_fieldsets, get_fields_from_path
from django.core.exceptions import FieldDoesNotExist
from django.http import HttpRequest
from django.test import RequestFactory
from django.utils import translation
from django.utils.functional import Promise

from access.models import User
from tests.guards import catalogues, unmarked
from tests.guards.code import APPS, CHECKOUT, modules
from tools import translations

# What is the same in every language, or speaks all five at once.
NAMES = {"PDF", "CSV", "AW", "Alpine Web", "garage-nord.example", "?currency="}
MANY_TONGUED = {"templates/500.html"}
# Operators read English: commands, and the mistakes in a world's file.
ENGLISH = ("portal.worlds.", "portal.management.", "portal.embedded", "portal.keeper")
# Kept in the database or compared, never shown.
NEVER_SHOWN = {"LinkPurpose: no label of its own", "NextNumber: no label of its own"}


def refusals() -> frozenset[str]:
    """The exceptions whose first argument a reader sees, with those made from them."""
    names, bases = {"Refused", "ActForbidden"}, {}
    for module in modules():
        for node in ast.walk(module.tree):
            if isinstance(node, ast.ClassDef):
                bases[node.name] = {ast.unparse(base).rpartition(".")[2] for base in node.bases}
    while more := {name for name, above in bases.items() if above & names} - names:
        names |= more
    return frozenset(names)


def read_templates() -> list[Path]:
    found = (CHECKOUT / "templates").rglob("*")
    return sorted(path for path in found if path.suffix in (".html", ".txt"))


def catalogue(language: str) -> polib.POFile:
    return polib.pofile(str(CHECKOUT / f"locale/{language}/LC_MESSAGES/django.po"))


# ---- The portal ----------------------------------------------------------------------------


def test_nothing_is_missing_or_fuzzy_and_placeholders_are_the_same() -> None:
    assert translations.check() == []


@pytest.mark.parametrize("language", translations.LANGUAGES)
def test_a_catalogue_keeps_the_laws_of_its_language(language: str) -> None:
    """Formal address, quotes and spaces, tags, plural forms."""
    assert list(catalogues.faults(catalogue(language), language)) == []


def test_every_text_of_a_template_is_marked() -> None:
    found = []
    for path in read_templates():
        name = str(path.relative_to(CHECKOUT))
        if name not in MANY_TONGUED:
            for line, text in unmarked.in_template(path.read_text(), html=path.suffix == ".html"):
                if text.strip(" …") not in NAMES:
                    found.append(f"{name}:{line}: {text}")
    assert found == []


def test_every_text_of_a_module_is_marked() -> None:
    found, shown = [], refusals()
    for module in modules():
        if not module.name.startswith(ENGLISH):
            found += [
                f"{module.name}:{line}: {text}"
                for line, text in unmarked.in_module(module.source, shown)
                if text not in NEVER_SHOWN
            ]
    assert found == []


def staff_pages() -> Iterator[ModelAdmin]:
    """The staff's pages of our models, with the tables inside them."""
    for model, page in admin.site._registry.items():
        if model._meta.app_label in APPS:
            yield page
            yield from (table(model, admin.site) for table in page.inlines)


def shown_names(page: Any, request: HttpRequest) -> set[Any]:
    """The fields and methods whose names head a column, a field or a filter."""
    names = set(flatten_fieldsets(page.get_fieldsets(request)))
    names |= set(page.get_readonly_fields(request))
    if isinstance(page, ModelAdmin):
        names |= set(page.get_list_display(request))
        filters = [one[0] if isinstance(one, tuple) else one for one in page.list_filter]
        names |= {one for one in filters if isinstance(one, str)}
    never = {"__str__", "pk", "action_checkbox", "message_id"}  # the last is a header, named so
    return names - set(page.form.base_fields) - never


def is_marked(page: Any, name: Any) -> bool:
    """Whether the label of a field or method is one for translation."""
    if callable(name) or hasattr(page, name):
        return isinstance(getattr(_method(page, name), "short_description", None), Promise)
    with suppress(FieldDoesNotExist):
        return isinstance(get_fields_from_path(page.model, name)[-1].verbose_name, Promise)
    method = getattr(page.model, name, None)
    return isinstance(getattr(method, "short_description", None), Promise)


def _method(page: Any, name: Any) -> Any:
    return name if callable(name) else getattr(page, name)


def test_every_name_that_the_staff_read_is_marked(rf: RequestFactory) -> None:
    """Of models, and of all that heads a column, a field or a filter."""
    request = rf.get("/admin/")
    request.user = User(is_staff=True, is_superuser=True)
    found = []
    for page in staff_pages():
        meta = page.model._meta
        own = page if isinstance(page, InlineModelAdmin) else meta
        if not isinstance(own.verbose_name_plural, Promise):
            found.append(f"{meta.label}: {own.verbose_name_plural}")
        names = shown_names(page, request)
        found += [f"{meta.label}: {name}" for name in names if not is_marked(page, name)]
    assert sorted(set(found)) == []


def test_every_language_of_the_portal_has_a_catalogue_and_formats() -> None:
    assert {*translations.LANGUAGES, "en"} == {code for code, _name in settings.LANGUAGES}
    for code, _name in settings.LANGUAGES:
        assert (CHECKOUT / f"portal/formats/{code}/formats.py").exists()


def test_no_plural_is_an_english_trick() -> None:
    """ "day(s)" has no plural in another language; `ngettext` has."""
    assert [entry.msgid for entry in catalogue("de") if "(s)" in entry.msgid] == []


@pytest.mark.parametrize("language", ["fr", "de", "it", "es", "en"])
@pytest.mark.parametrize("number", [0, 1, 2, 21])
def test_plurals_count_as_the_language_does(language: str, number: int) -> None:
    """French says 0 as 1, the others as many."""
    one = {"fr": "%(days)s jour", "de": "%(days)s Tag", "it": "%(days)s giorno"}
    one |= {"es": "%(days)s día", "en": "%(days)s day"}
    with translation.override(language):
        said = translation.ngettext("%(days)s day", "%(days)s days", number)
    singular = number == 1 or (language == "fr" and number == 0)
    assert (said == one[language]) is singular


# ---- The finders, on small bad examples ----------------------------------------------------


@pytest.mark.parametrize(
    "source",
    [
        "<p>Hello there</p>",
        "{% if x %}<b>Really</b>{% endif %}",
        "<p>{{ name }} is here</p>",
        '<img src="x.png" alt="A picture">',
        '<input placeholder="Your name">',
        '<a aria-label="Close" href="/"></a>',
        '<input type="submit" value="Send">',
        '<button data-confirm="Are you sure?"></button>',
        '<meta name="description" content="What it is">',
        '{% include "x.html" with title="No product" %}',
        '{{ late|yesno:"Yes,No" }}',
        '{{ name|default:"nobody of them is here." }}',
        "{% blocktranslate %}Fine{% endblocktranslate %} but not this",
        "{% block title %}Orders{% endblock title %}",
    ],
)
def test_an_unmarked_text_in_a_template_is_seen(source: str) -> None:
    assert unmarked.in_template(source)


@pytest.mark.parametrize(
    "source",
    [
        '<p>{% translate "Hello there" %}</p>',
        "{% blocktranslate trimmed with a=b %}Hello {{ a }}{% endblocktranslate %}",
        "<p>{{ name }} – 12.50 %</p>",
        "{# A remark #}{% comment %}and another{% endcomment %}",
        '<p class="some words" id="Name" {% if x %}hidden{% endif %}></p>',
        '{% include "x.html" with title=_("No product") icon="box-arrow" %}',
        '{{ day|date:"SHORT_DATE_FORMAT" }}',
        '<a href="{% url "home" slug %}?page=2">{{ n }}</a>',
        "<script>let words = 'are code';</script>",
        '<meta name="viewport" content="width=device-width">',
    ],
)
def test_a_clean_template_is_no_fault(source: str) -> None:
    assert unmarked.in_template(source) == []


def test_a_mails_text_part_is_read_too() -> None:
    assert unmarked.in_template("{{ greeting }}\n\nBest wishes\n", html=False) == [
        (3, "Best wishes")
    ]


@pytest.mark.parametrize(
    "source",
    [
        'messages.success(request, "It is saved.")',
        'messages.error(request, f"{name} is gone.")',
        'admin.message_user(request, "It is saved.")',
        'forms.CharField(label="Name")',
        'forms.CharField(help_text="Where " + "we write.")',
        'raise ValidationError("Too long.")',
        'raise Refused("Ask somebody else.")',
        'Letter(subject=f"{who} is here", paragraphs=[])',
        'Letter(subject=x, paragraphs=["He is here."])',
        'Letter(facts=[("Client", name)])',
        'forms.ChoiceField(choices=[("a", "First one")])',
        'class Meta:\n    verbose_name = "sample row"',
        '@admin.display(description="Amount")\ndef amount(): pass',
        'class State(models.TextChoices):\n    OPEN = "open"',
        'class State(models.TextChoices):\n    OPEN = "open", "Open"',
        'x = {"placeholder": "Your name"}',
        'format_html("<b>Not so</b> {}", x)',
        'row.short_description = "Amount"',
    ],
)
def test_an_unmarked_text_in_a_module_is_seen(source: str) -> None:
    assert unmarked.in_module(source, frozenset({"Refused"}))


@pytest.mark.parametrize(
    "source",
    [
        'messages.success(request, _("It is saved."))',
        'forms.CharField(label=pgettext_lazy("person", "Name"))',
        'raise Refused(_("Ask %(who)s.") % {"who": who}, field="name")',
        'raise ValueError("Nobody reads this one.")',
        'class State(models.TextChoices):\n    OPEN = "open", _("Open")',
        'format_html("<b>{}</b>", x)',
        'log.info("It is saved.")',
    ],
)
def test_a_clean_module_is_no_fault(source: str) -> None:
    assert unmarked.in_module(source, frozenset({"Refused"})) == []


def small(*entries: polib.POEntry, forms: str = "nplurals=2; plural=(n != 1);") -> polib.POFile:
    made = polib.POFile()
    made.metadata = {"Plural-Forms": forms}
    made.extend(entries)
    return made


@pytest.mark.parametrize(
    ("language", "source", "text"),
    [
        ("de", "Your name", "Dein Name"),
        ("fr", "Your name", "Ton nom"),
        ("it", "Your name", "Il tuo nome"),
        ("es", "Your name", "Tu nombre"),
        ("fr", "Why?", "Pourquoi?"),
        ("fr", "Why?", "Pourquoi ?"),
        ("fr", "“So”", "“Ainsi”"),
        ("fr", "“So”", "« Ainsi »"),
        ("fr", "the link", "l'adresse"),
        ("de", "“So”", "»So«"),
        ("de", "outside", "ausserhalb"),
        ("de", "by ", "von"),
        ("de", "<b>So</b>", "So"),
    ],
)
def test_a_fault_of_a_catalogue_is_seen(language: str, source: str, text: str) -> None:
    bad = small(polib.POEntry(msgid=source, msgstr=text))
    assert list(catalogues.faults(bad, language))


@pytest.mark.parametrize("forms", [{0: "ein Tag"}, {0: "ein Tag", 1: ""}, {0: "a", 1: "b", 2: "c"}])
def test_a_missing_plural_form_is_seen(forms: dict[int, str]) -> None:
    bad = small(polib.POEntry(msgid="a day", msgid_plural="days", msgstr_plural=forms))
    assert list(catalogues.faults(bad, "de"))


@pytest.mark.parametrize(
    ("entry", "fault"),
    [
        (polib.POEntry(msgid="So", msgstr=""), "not translated"),
        (polib.POEntry(msgid="So", msgstr="Also", flags=["fuzzy"]), "not translated"),
        (polib.POEntry(msgid="%(a)s so", msgstr="%(b)s so"), "placeholders"),
        (polib.POEntry(msgid="{a} so", msgstr="so"), "placeholders"),
        (polib.POEntry(msgid="%s so", msgstr="so"), "placeholders"),
        (polib.POEntry(msgid="Else", msgstr="Sonst"), "missing"),
    ],
)
def test_the_check_sees_what_is_wrong(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, entry: polib.POEntry, fault: str
) -> None:
    monkeypatch.setattr(translations, "CHECKOUT", tmp_path)
    path = tmp_path / "django.po"
    bad = small(entry)
    bad.save(str(path))
    wanted = {(None, "Wanted"): polib.POEntry(msgid="Wanted")} if fault == "missing" else {}
    assert any(fault in one for one in translations.faults(path, wanted))
