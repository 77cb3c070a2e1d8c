"""Letters: one function per mail, one maker for all of them.

A letter says what it says once, as a structure; the maker turns it into HTML and text in the
reader's language. What other people wrote (names, messages) can neither format, link nor reach a
header (T34), and every link starts with the portal's own address (T35).
"""

import re
import textwrap
import unicodedata
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any
from urllib.parse import urlsplit

from django.conf import settings
from django.template.loader import render_to_string
from django.urls import reverse
from django.utils import translation
from django.utils.translation import gettext as _

from access.models.topics import Topic
from access.stop_links import stop_path
from access.typography import with_colon

NAME_LENGTH = 80
LINE = 76

Facts = Mapping[str, Any]


class Verbatim(str):
    """A fact's value that is shown untouched: an address we checked, never a free text."""

    __slots__ = ()


@dataclass(frozen=True)
class Item:
    """One of several things that a letter lists: its name, which leads to its page, and a few
    short lines about it."""

    name: str
    address: str
    lines: Sequence[str] = ()


@dataclass(frozen=True)
class Letter:
    """What a mail says. `greeting` is made from the recipient's name when it is left empty; a
    fact's value may have several lines; `other_action` is what a reader may do instead, and shows
    as a plain link below the button."""

    subject: str
    paragraphs: Sequence[str]
    why: str
    greeting: str = ""
    facts: Sequence[tuple[str, str]] = ()
    items: Sequence[Item] = ()
    quote: str = ""
    action: tuple[str, str] | None = None
    other_action: tuple[str, str] | None = None
    after: Sequence[str] = ()


@dataclass(frozen=True)
class Rendered:
    subject: str
    text: str
    html: str
    headers: Mapping[str, str] = field(default_factory=dict)


LetterMaker = Callable[[Facts], Letter | None]
registry: dict[str, LetterMaker] = {}
topics: dict[str, Topic] = {}
"""Which kinds are not essential, and what they are about. A kind that is not here always arrives:
somebody would lose money, access, a deadline or a right without it."""


def letter(kind: str, *, topic: Topic | None = None) -> Callable[[LetterMaker], LetterMaker]:
    """Register the function that writes the letter of this kind.

    It gets the frozen facts of the mail and answers None when the mail is no longer true. With a
    `topic` the letter is one that its reader may do without, and stop.
    """

    def register(maker: LetterMaker) -> LetterMaker:
        if kind in registry:
            raise ValueError(f"two letters of the kind {kind}")
        registry[kind] = maker
        if topic is not None:
            topics[kind] = topic
        return maker

    return register


def write(
    kind: str, facts: Facts, *, language: str, name: str = "", address: str = ""
) -> Rendered | None:
    """The letter in the reader's language as HTML and text, or None when no longer true. One with
    a topic says how to stop such mails at `address`, in its foot and in its headers (RFC 8058)."""
    with translation.override(language):
        draft = registry[kind](facts)
        if draft is None:
            return None
        topic = topics.get(kind)
        stop = absolute(stop_path(address, topic, language)) if topic and address else ""
        return _render(draft, language=language, name=name, topic=topic, stop=stop)


def vendor_name() -> str:
    """The company that runs the portal, as letters call it."""
    return settings.VENDOR_NAME


def absolute(path: str) -> str:
    """The address of a page in a mail: from the configured base URL only (T35)."""
    if not path.startswith("/") or path.startswith("//"):
        raise ValueError(f"not a path of the portal: {path}")
    return settings.BASE_URL.rstrip("/") + path


# ---- T34: what others wrote ----------------------------------------------------------------

_LINK = re.compile(
    # "Data: 28 novembre" is Italian for a date, and no address.
    r"(?:\b[a-z][a-z0-9+.-]*://|\bwww\.)\S*|\b(?:mailto|tel|sms|javascript|data):\S+",
    re.I,
)
# A dot that a mail program could take for one of a host name, the ideographic ones included;
# not the dot of 208.32 or of S.A.
_DOT = re.compile(r"(?<=\w)[.\u3002\uff0e\uff61](?=[^\W\d_]{2})")
_UNSEEN = ("Cc", "Cf", "Co", "Cs", "Zl", "Zp")
_AMOUNT = re.compile(r"\b([A-Z]{3}) (?=-?\d)")  # a line never ends between currency and figure
_NO_LINK_HERE = "\u200c"  # zero-width non-joiner: the eye reads the same, no program finds a link


def safe_name(name: str) -> str:
    """A name fit for a mail: one line, at most 80 characters, no address in it (T34).

    "Booking.com AG" stays readable as "Booking·com AG", but nothing turns it into a link.
    """
    return _DOT.sub("·", _LINK.sub("", one_line(name))).strip()[:NAME_LENGTH].strip() or "—"


def one_line(text: str) -> str:
    """Visible characters only, on one line, without what reorders or hides text."""
    seen = (" " if unicodedata.category(c) in _UNSEEN[:1] else c for c in text)
    kept = (c for c in seen if unicodedata.category(c) not in _UNSEEN)
    return " ".join("".join(kept).split())


def without_links(text: str) -> str:
    """The text with every link taken out and every host name kept from becoming one (T34)."""
    if isinstance(text, Verbatim):
        return text
    bare = _LINK.sub(lambda _match: _("[link removed]"), text)
    return _DOT.sub(lambda dot: f"{_NO_LINK_HERE}{dot[0]}{_NO_LINK_HERE}", bare)


# ---- The one maker -------------------------------------------------------------------------


def _render(draft: Letter, *, language: str, name: str, topic: Topic | None, stop: str) -> Rendered:
    subject = without_links(str(draft.subject))
    if "\n" in subject or "\r" in subject:
        raise ValueError("a subject is one line")
    _keep_inside([item.address for item in draft.items])
    _keep_inside([action[1] for action in (draft.action, draft.other_action) if action])
    parts = {
        "subject": subject,
        "greeting": draft.greeting or _greeting(name),
        "paragraphs": [without_links(str(text)) for text in draft.paragraphs],
        "facts": [(str(label), _value(value)) for label, value in draft.facts],
        "items": [_item(item) for item in draft.items],
        "quote": [without_links(line) for line in _lines(draft.quote)],
        "action": draft.action,
        "other_action": draft.other_action,
        "after": [without_links(str(text)) for text in draft.after],
        "why": without_links(str(draft.why)),
        "stop": _stop(topic, stop) if topic and stop else None,
        "language": language,
        **_vendor(),
    }
    text = render_to_string("mail/letter.txt", parts | _wrapped(parts))
    return Rendered(
        subject=subject,
        text=re.sub(r"\n{3,}", "\n\n", text).strip() + "\n",
        html=_AMOUNT.sub(r"\1&nbsp;", render_to_string("mail/letter.html", parts).strip()) + "\n",
        headers=_stop_headers(stop) if stop else {},
    )


def _keep_inside(addresses: Sequence[str]) -> None:
    for address in addresses:
        if not address.startswith(settings.BASE_URL.rstrip("/") + "/"):
            raise ValueError("a mail links to the portal only")


def _stop(topic: Topic, stop: str) -> dict[str, tuple[str, str]]:
    """What the foot offers to who does not want such mails."""
    label = _("Stop these mails (%(topic)s)") % {"topic": topic.label}
    choose = _("Choose which mails you get"), absolute(reverse("mail_choices"))
    return {"stop": (label, stop), "choose": choose}


def _stop_headers(stop: str) -> dict[str, str]:
    """One click in the mail program stops the topic, without a visit of ours (RFC 8058)."""
    return {"List-Unsubscribe": f"<{stop}>", "List-Unsubscribe-Post": "List-Unsubscribe=One-Click"}


def _item(item: Item) -> dict[str, Any]:
    return {
        "name": without_links(one_line(item.name)),
        "address": item.address,
        "lines": [without_links(one_line(line)) for line in item.lines if line],
    }


def _greeting(name: str) -> str:
    return _("Hello %(name)s,") % {"name": safe_name(name)} if name.strip() else _("Hello,")


def _lines(text: str) -> list[str]:
    return [line for line in (one_line(part) for part in text.splitlines()) if line]


def _value(value: str) -> list[str]:
    return [
        without_links(line) for line in ([value] if isinstance(value, Verbatim) else _lines(value))
    ]


def _vendor() -> dict[str, str]:
    return {
        "vendor": settings.VENDOR_NAME,
        "vendor_address": settings.VENDOR_ADDRESS,
        "support": settings.VENDOR_SUPPORT_EMAIL,
        "colour": settings.VENDOR_COLOUR,
        "on_colour": readable_on(settings.VENDOR_COLOUR),
        "home": absolute("/"),
        "host": urlsplit(settings.BASE_URL).netloc,
    }


def _wrapped(parts: dict[str, Any]) -> dict[str, Any]:
    """The same parts with lines short enough for a terminal."""
    width = 1 + max((len(with_colon(label)) for label, _value in parts["facts"]), default=0)
    return {
        "paragraphs": [_fill(text) for text in parts["paragraphs"]],
        "facts": [_fact(label, lines, width) for label, lines in parts["facts"]],
        "items": [_filled(item) for item in parts["items"]],
        "quote": [_fill(line, first="> ", other="> ") for line in parts["quote"]],
        "after": [_fill(text) for text in parts["after"]],
        "why": _fill(parts["why"]),
    }


def _filled(item: dict[str, Any]) -> dict[str, Any]:
    lines = [_fill(line, first="  ", other="  ") for line in item["lines"]]
    return item | {"name": _fill(item["name"], first="* ", other="  "), "lines": lines}


def _fact(label: str, lines: list[str], width: int) -> str:
    """The label, and the value's lines in a column beside it."""
    margin = " " * width
    first, *others = lines or ["—"]
    return "\n".join(
        [
            _fill(first, first=f"{with_colon(label):<{width}}", other=margin),
            *(_fill(line, first=margin, other=margin) for line in others),
        ]
    )


def _fill(text: str, *, first: str = "", other: str = "") -> str:
    return textwrap.fill(
        text,
        LINE,
        initial_indent=first,
        subsequent_indent=other,
        break_long_words=False,
        break_on_hyphens=False,
    )


def readable_on(colour: str) -> str:
    """White or near-black, whichever reads better on the colour (WCAG relative luminance)."""
    digits = colour.lstrip("#")
    digits = "".join(c * 2 for c in digits) if len(digits) == 3 else digits
    channels = [int(digits[i : i + 2], 16) / 255 for i in (0, 2, 4)]
    linear = [c / 12.92 if c <= 0.04045 else ((c + 0.055) / 1.055) ** 2.4 for c in channels]
    luminance = 0.2126 * linear[0] + 0.7152 * linear[1] + 0.0722 * linear[2]
    return "#ffffff" if 1.05 / (luminance + 0.05) >= (luminance + 0.05) / 0.0557 else "#12161d"
