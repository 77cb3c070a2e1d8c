"""The states of a partner and of an application to the programme (P1, P5). Pure."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass

from django.db import models
from django.utils.translation import gettext_lazy as _
from django.utils.translation import pgettext_lazy


class PartnerState(models.TextChoices):
    APPLIED = "applied", _("Application waiting")
    APPROVED = "approved", _("Approved")
    REFUSED = "refused", _("Refused")
    SUSPENDED = "suspended", _("Suspended")


MOVES: dict[str, dict[PartnerState, PartnerState]] = {
    "approve": {
        PartnerState.APPLIED: PartnerState.APPROVED,
        PartnerState.SUSPENDED: PartnerState.APPROVED,
    },
    "refuse": {PartnerState.APPLIED: PartnerState.REFUSED},
    "suspend": {PartnerState.APPROVED: PartnerState.SUSPENDED},
    "apply": {PartnerState.REFUSED: PartnerState.APPLIED},
}
"""verb -> state before -> state after; what is not here is refused."""


class ApplicationState(models.TextChoices):
    """From the applicant's draft to staff's answer (P1)."""

    DRAFT = "draft", pgettext_lazy("application", "Draft")
    SENT = "sent", pgettext_lazy("application", "Sent")
    APPROVED = "approved", pgettext_lazy("application", "Approved")
    REFUSED = "refused", pgettext_lazy("application", "Refused")
    WITHDRAWN = "withdrawn", pgettext_lazy("application", "Withdrawn")


class TextKind(models.TextChoices):
    """What a text of the programme is."""

    INTRODUCTION = "introduction", _("Introduction")
    BENEFIT = "benefit", _("Benefit")
    CONDITION = "condition", _("Condition")


CONDITIONS = ("company", "support", "invoices", "products", "terms")
"""The five conditions of P1: every version of the texts has each of them."""


SPOKEN = {
    "de": _("German"),
    "fr": _("French"),
    "it": _("Italian"),
    "en": _("English"),
    "es": _("Spanish"),
    "pt": _("Portuguese"),
    "nl": _("Dutch"),
    "pl": _("Polish"),
    "sq": _("Albanian"),
    "hr": _("Croatian"),
    "sr": _("Serbian"),
    "tr": _("Turkish"),
    "uk": _("Ukrainian"),
    "ar": _("Arabic"),
}
"""The languages that a partner can say it speaks (D1). Django's own catalogues name them."""


@dataclass(frozen=True, slots=True)
class Lack:
    """What a version of the texts lacks: a kind, a condition, or a text in a language."""

    kind: str
    key: str = ""
    language: str = ""


def lacks(
    texts: Sequence[tuple[str, str, Mapping[str, str], Mapping[str, str]]],
    languages: Sequence[str],
) -> list[Lack]:
    """What keeps a version from being published. A text is its kind, its key, and its titles and
    texts by language: there is one of each kind, each condition of P1, and all in `languages`."""
    keys = {(kind, key) for kind, key, _titles, _texts in texts}
    kinds = {kind for kind, _key in keys}
    found = [Lack(kind) for kind in TextKind.values if kind not in kinds]
    found += [
        Lack(TextKind.CONDITION, key) for key in CONDITIONS if (TextKind.CONDITION, key) not in keys
    ]
    found += [
        Lack(kind, key, language)
        for kind, key, titles, words in texts
        for language in languages
        if not titles.get(language, "").strip() or not words.get(language, "").strip()
    ]
    return found
