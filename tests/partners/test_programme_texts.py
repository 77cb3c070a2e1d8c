"""The words of the programme: in five languages, in versions that never change (P1, P4)."""

import pytest
from django.conf import settings
from django.db import DatabaseError, transaction
from django.utils.translation import override

from partners.models import ProgrammeText, ProgrammeVersion
from partners.programme_texts import VERSION_0
from partners.rules import CONDITIONS, Lack, lacks
from partners.services import texts
from tests.world import World

LANGUAGES = ("en", "fr", "de", "it", "es")
BENEFITS = {"prices", "cashback", "themes", "directory", "tenders", "rebilling"}  # P4
WHOLE = {"en": "Text", "fr": "Texte"}
FULL = [
    ("introduction", "programme", WHOLE, WHOLE),
    ("benefit", "prices", WHOLE, WHOLE),
    *(("condition", key, WHOLE, WHOLE) for key in CONDITIONS),
]


# ---- Rules ---------------------------------------------------------------------------------------


def test_the_conditions_are_those_of_the_rule_book() -> None:
    """P1: a registered company with a web site, support, invoices, own products, the conditions."""
    assert CONDITIONS == ("company", "support", "invoices", "products", "terms")


def test_a_whole_version_lacks_nothing() -> None:
    assert lacks(FULL, ("en", "fr")) == []


@pytest.mark.parametrize(
    ("texts", "lack"),
    [
        (FULL[1:], Lack("introduction")),
        ([FULL[0], *FULL[2:]], Lack("benefit")),
        (FULL[:-1], Lack("condition", "terms")),
        ([*FULL, ("benefit", "more", {"en": "More", "fr": " "}, WHOLE)],
         Lack("benefit", "more", "fr")),
        ([*FULL, ("benefit", "more", WHOLE, {"en": "More"})], Lack("benefit", "more", "fr")),
    ],
)  # fmt: skip
def test_what_a_version_lacks_is_named(texts, lack) -> None:
    assert lacks(texts, ("en", "fr")) == [lack]


def test_the_portals_own_words_are_whole_in_five_languages() -> None:
    assert tuple(dict(settings.LANGUAGES)) == ("en", "fr", "de", "it", "es")
    assert lacks([(w.kind, w.key, w.titles, w.texts) for w in VERSION_0], LANGUAGES) == []
    assert {words.key for words in VERSION_0 if words.kind == "benefit"} == BENEFITS


def test_no_language_says_the_same_as_another() -> None:
    for words in VERSION_0:
        assert len(set(words.texts.values())) == len(LANGUAGES), words.key


def test_what_is_filled_in_stands_in_every_language() -> None:
    """A vendor's name or the minimum that one translation forgot would be another promise."""
    for words in VERSION_0:
        for sign in ("{vendor}", "{minimum}"):
            said = {sign in text for text in words.texts.values()}
            assert len(said) == 1, (words.key, sign)


# ---- Versions ------------------------------------------------------------------------------------


@pytest.mark.django_db
def test_before_the_first_version_the_portals_own_words_count(settings) -> None:
    settings.VENDOR_NAME = "Cumulus"
    with override("de"):
        said = texts.programme()
    assert (said.number, said.language, said.published_at) == (0, "de", None)
    assert [condition.key for condition in said.conditions] == list(CONDITIONS)
    assert "Produkte von Cumulus" in said.conditions[3].text
    assert "CHF\xa02’000 / EUR\xa01’800" in said.conditions[4].text  # P2


@pytest.mark.django_db
def test_a_draft_counts_for_nobody_until_it_is_published(world: World) -> None:
    version = texts.start_version(note="New year")
    benefit = version.texts.get(kind="benefit", key="prices")
    benefit.texts["en"] = "Half the price."
    benefit.save()
    assert texts.programme("en").number == 0
    texts.publish(version=version, by=world.person("staff"))
    said = texts.programme("en")
    assert said.number == 1
    assert "Half the price." in {benefit.text for benefit in said.benefits}
    version.refresh_from_db()
    assert version.published_by == world.person("staff")


@pytest.mark.django_db
def test_the_next_draft_begins_with_what_counts(world: World) -> None:
    first = texts.start_version()
    first.texts.filter(kind="benefit").exclude(key="prices").delete()
    texts.publish(version=first, by=world.person("staff"))
    second = texts.start_version()
    assert (second.number, second.published_at) == (2, None)
    assert [text.key for text in second.texts.filter(kind="benefit")] == ["prices"]


@pytest.mark.django_db
def test_a_version_that_lacks_a_language_is_not_published(world: World) -> None:
    version = texts.start_version()
    text = version.texts.get(key="company")
    del text.titles["it"]
    text.save()
    version.texts.get(kind="condition", key="terms").delete()
    assert len(texts.faults(version)) == 2
    with pytest.raises(texts.NotPublishable, match="Italian"):
        texts.publish(version=version, by=world.person("staff"))
    version.refresh_from_db()
    assert version.published_at is None


@pytest.mark.django_db
def test_nothing_is_published_twice(world: World) -> None:
    version = texts.start_version()
    texts.publish(version=version, by=world.person("staff"))
    with pytest.raises(texts.NotPublishable, match="already"):
        texts.publish(version=version, by=world.person("staff"))


@pytest.mark.django_db
@pytest.mark.parametrize(
    "change",
    [
        lambda version: version.texts.update(titles={}),
        lambda version: version.texts.filter(key="terms").delete(),
        lambda version: ProgrammeText.objects.create(version=version, kind="benefit", key="new"),
        lambda version: ProgrammeVersion.objects.filter(pk=version.pk).update(note="other"),
        lambda version: ProgrammeVersion.objects.filter(pk=version.pk).update(published_at=None),
    ],
)
def test_the_database_keeps_what_was_published(world: World, change) -> None:
    """P1: applicants accepted these words."""
    version = texts.start_version()
    texts.publish(version=version, by=world.person("staff"))
    with pytest.raises(DatabaseError), transaction.atomic():
        change(version)
