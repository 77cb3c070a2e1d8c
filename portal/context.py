"""What every template knows: the vendor, the theme, and where the person may go."""

from typing import Any

from django.conf import settings
from django.http import HttpRequest
from django.utils.functional import SimpleLazyObject, cached_property
from django.utils.translation import get_language, pgettext_lazy

from access.models import Organisation, User
from access.policy import (
    Actor,
    client_names_of,
    clients_named,
    organisations_of,
    supported_by,
)
from portal.navigation import navigation

THEME_COOKIE = "theme"
THEMES = {
    "auto": pgettext_lazy("appearance", "Auto"),
    "light": pgettext_lazy("appearance", "Light"),
    "dark": pgettext_lazy("appearance", "Dark"),
}
THEME_ICONS = {"auto": "circle-half", "light": "sun", "dark": "moon-stars"}
LANGUAGE_NAMES = {
    "fr": "Français",
    "de": "Deutsch",
    "en": "English",
    "es": "Español",
    "it": "Italiano",
}
SHOWN = 6  # a partner may have 5,000 clients: the panel shows the first, /switch/ has them all


class Switcher:
    """The first of each of the switcher's lists (O1), read only where they are shown."""

    def __init__(self, person: User) -> None:
        self.person = person

    @property
    def organisations(self) -> list[Organisation]:
        return list(organisations_of(self.person)[:SHOWN])

    @property
    def clients(self) -> list[Organisation]:
        return clients_named(client_names_of(self.person)[:SHOWN])

    @cached_property
    def _supported(self) -> list[Organisation]:
        return list(supported_by(self.person)[: SHOWN + 1])

    @property
    def supported(self) -> list[Organisation]:
        return self._supported[:SHOWN]

    @property
    def has_more_supported(self) -> bool:
        return len(self._supported) > SHOWN


def theme_of(request: HttpRequest) -> str:
    chosen = request.COOKIES.get(THEME_COOKIE, "auto")
    return chosen if chosen in THEMES else "auto"


def vendor() -> dict[str, Any]:
    return {
        "name": settings.VENDOR_NAME,
        "country": settings.VENDOR_COUNTRY,
        "support_email": settings.VENDOR_SUPPORT_EMAIL,
        "stylesheet_version": settings.VENDOR_COLOUR.lstrip("#"),
    }


def _second_factor_off(actor: Actor, path: str) -> bool:
    """Whether a page says that a partner's people need no second factor here: where they would."""
    if settings.PARTNERS_NEED_SECOND_FACTOR:
        return False
    return actor.partner is not None or (actor.is_reseller and "/reseller/" in path)


def layout(request: HttpRequest) -> dict[str, Any]:
    """The variables of templates/base.html and templates/layouts/; none of them costs a query
    unless the page shows it."""
    actor: Actor | None = getattr(request, "actor", None)
    user = getattr(request, "user", None)
    theme = theme_of(request)
    return {
        "actor": actor,
        "vendor": vendor(),
        "demo": settings.DEMO,
        "theme": theme,
        "themes": [
            {"key": key, "label": label, "icon": THEME_ICONS[key], "chosen": key == theme}
            for key, label in THEMES.items()
        ],
        "languages": [
            {"code": code, "name": name, "chosen": code == get_language()}
            for code, name in LANGUAGE_NAMES.items()
        ],
        "navigation": navigation(actor, request.path) if actor else [],
        "second_factor_off": actor is not None and _second_factor_off(actor, request.path),
        "switcher": SimpleLazyObject(lambda: Switcher(user)),  # type: ignore[arg-type]
    }
