"""The words of the programme: which version counts, what it says in a language, publishing the
next one. A published version never changes, because applicants accepted its words (P1)."""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from datetime import datetime

from django.conf import settings
from django.db import transaction
from django.db.models import Max
from django.utils import timezone
from django.utils.formats import number_format
from django.utils.translation import get_language, override
from django.utils.translation import gettext as _

from access.errors import Refused
from access.models import User
from partners.models import ProgrammeText, ProgrammeVersion
from partners.programme_texts import VERSION_0, ByLanguage, Words
from partners.rules import Lack, TextKind, lacks

OWN = 0
"""The number of the portal's own words."""


class NotPublishable(Refused):
    """The version lacks words, or is published already."""


@dataclass(frozen=True, slots=True)
class Paragraph:
    """A paragraph in one language, with the vendor's name and the minimum filled in."""

    key: str
    icon: str
    title: str
    text: str


@dataclass(frozen=True, slots=True)
class Programme:
    """What a version says in one language."""

    number: int
    language: str
    published_at: datetime | None
    introductions: list[Paragraph]
    benefits: list[Paragraph]
    conditions: list[Paragraph]


def programme(language: str = "") -> Programme:
    """The words that count now in this language, else in the one in use: of the version that was
    published last; before the first, the portal's own."""
    version = ProgrammeVersion.objects.published().prefetch_related("texts").first()
    return of_version(version, language)


def of_version(version: ProgrammeVersion | None, language: str = "") -> Programme:
    """What a version says, published or not; None stands for the portal's own words."""
    language = language or get_language() or settings.LANGUAGE_CODE
    texts: Iterable[Words | ProgrammeText] = version.texts.all() if version else VERSION_0
    found: dict[str, list[Paragraph]] = {kind: [] for kind in TextKind.values}
    for text in texts:
        found[text.kind].append(_paragraph(text, language))
    return Programme(
        number=version.number if version else OWN,
        language=language,
        published_at=version.published_at if version else None,
        introductions=found[TextKind.INTRODUCTION],
        benefits=found[TextKind.BENEFIT],
        conditions=found[TextKind.CONDITION],
    )


def minimum(language: str) -> str:
    """The least that a partner manages in a year, in both currencies (P2)."""
    with override(language):
        amounts = [
            f"{currency}\u00a0{number_format(amount, 0, force_grouping=True)}"
            for currency, amount in settings.MINIMUM_TURNOVER.items()
        ]
    return " / ".join(amounts)


def _paragraph(text: Words | ProgrammeText, language: str) -> Paragraph:
    return Paragraph(
        key=text.key,
        icon=text.icon,
        title=_filled(text.titles, language),
        text=_filled(text.texts, language),
    )


def _filled(words: ByLanguage, language: str) -> str:
    """The words in the language, else in English: every published version has both."""
    text = words.get(language) or words.get(settings.LANGUAGE_CODE, "")
    # Not str.format: who writes a text may use braces as they like.
    return text.replace("{vendor}", settings.VENDOR_NAME).replace("{minimum}", minimum(language))


# ---- Versions, for staff ---------------------------------------------------------------------


@transaction.atomic
def start_version(*, note: str = "") -> ProgrammeVersion:
    """A draft with the words that count now, to be changed and published."""
    newest = ProgrammeVersion.objects.published().prefetch_related("texts").first()
    highest = ProgrammeVersion.objects.aggregate(highest=Max("number"))["highest"] or OWN
    version = ProgrammeVersion.objects.create(number=highest + 1, note=note)
    words: Iterable[Words | ProgrammeText] = newest.texts.all() if newest else VERSION_0
    ProgrammeText.objects.bulk_create(
        ProgrammeText(
            version=version,
            kind=text.kind,
            key=text.key,
            icon=text.icon,
            position=position,
            titles=dict(text.titles),
            texts=dict(text.texts),
        )
        for position, text in enumerate(words)
    )
    return version


def faults(version: ProgrammeVersion) -> list[str]:
    """What keeps the version from being published, in sentences; none when nothing does."""
    languages = dict(settings.LANGUAGES)
    found = lacks(
        [(text.kind, text.key, text.titles, text.texts) for text in version.texts.all()],
        tuple(languages),
    )
    return [_sentence(lack, languages) for lack in found]


def _sentence(lack: Lack, languages: Mapping[str, object]) -> str:
    if lack.language:
        return _("%(text)s: title or text is missing in %(language)s.") % {
            "text": f"{TextKind(lack.kind).label} “{lack.key}”",
            "language": languages[lack.language],
        }
    if lack.kind == TextKind.CONDITION and lack.key:
        return _("The condition “%(key)s” is missing: every version has it.") % {"key": lack.key}
    return _("There is no text of the kind “%(kind)s”.") % {"kind": TextKind(lack.kind).label}


@transaction.atomic
def publish(*, version: ProgrammeVersion, by: User) -> ProgrammeVersion:
    """From now on these words count. Drafts of applications have to be ticked anew (P1).

    Raises NotPublishable when a text, a condition or a language is missing.
    """
    version = ProgrammeVersion.objects.select_for_update().get(pk=version.pk)
    if version.published_at is not None:
        raise NotPublishable(_("Version %s is published already.") % version.number)
    if wrong := faults(version):
        raise NotPublishable(" ".join(wrong))
    version.published_at = timezone.now()
    version.published_by = by
    version.save(update_fields=["published_at", "published_by"])
    return version
