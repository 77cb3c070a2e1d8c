"""What search engines, and those who share a link, read of a public page.

Templates show it with `components/findable.html` in the block `meta`.
"""

import json
from dataclasses import dataclass, field
from typing import Any

from django.conf import settings
from django.http import HttpRequest
from django.templatetags.static import static
from django.utils.safestring import SafeString, mark_safe
from django.utils.translation import get_language

from access.letters import absolute

PICTURE = ("portal/social.png", 1200, 630)
ESCAPED = {ord(sign): f"\\u{ord(sign):04X}" for sign in "<>&\u2028\u2029"}


@dataclass(frozen=True, slots=True)
class Picture:
    """What is shown with a shared link, `width` × `height` pixels large."""

    address: str
    width: int
    height: int

    @property
    def large(self) -> bool:
        """Wide enough to stand above the link; a logo stands beside it."""
        return self.width >= 2 * self.height - 60


@dataclass(frozen=True)
class Findable:
    """A public page under its language, with the links to itself in all of them.

    Every link begins with the portal's own address (T35). `path` is the page's without query,
    `query` what of it makes another page (`?page=2`); `data` is for schema.org; `hidden` keeps it
    out of search results.
    """

    path: str
    title: str
    description: str
    kind: str = "website"
    query: str = ""
    data: list[dict[str, Any]] = field(default_factory=list)
    picture: Picture | None = None
    hidden: bool = False

    @classmethod
    def of(cls, request: HttpRequest, **values: Any) -> "Findable":
        """The page at the address of the request."""
        return cls(path=request.path, **values)

    @property
    def canonical(self) -> str:
        return absolute(self.path) + self.query

    @property
    def without_language(self) -> str:
        """Leads each visitor to their own language."""
        return absolute(self._rest) + self.query

    @property
    def alternates(self) -> list[tuple[str, str]]:
        """Each language with the page's address in it."""
        return [
            (language, absolute(f"/{language}{self._rest}") + self.query)
            for language, _name in settings.LANGUAGES
        ]

    @property
    def shown(self) -> Picture:
        return self.picture or Picture(_static(PICTURE[0]), *PICTURE[1:])

    @property
    def json(self) -> list[SafeString]:
        """The structured data, in letters that end no script element."""
        return [mark_safe(_written(item)) for item in self.data]  # noqa: S308 - escaped

    @property
    def _rest(self) -> str:
        return self.path.removeprefix(f"/{get_language()}")


def _written(item: dict[str, Any]) -> str:
    return json.dumps(item, ensure_ascii=False).translate(ESCAPED)


def _static(name: str) -> str:
    return absolute(static(name))
