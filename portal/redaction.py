"""The last net below what is written down: no secret and no address of a person leaves in a log.

Code is written so that nothing of the kind is logged in the first place: routes are named instead
of paths, and no body, query string, cookie or header is looked at. What slips through all the same
(an error of the database that quotes the row, a library that quotes an address) is masked here.
"""

from __future__ import annotations

import re
from itertools import pairwise

# PostgreSQL quotes rows and statements, values included: from such a line to the next that it
# begins itself, a line of a traceback, an empty one or the end.
_QUOTED = re.compile(
    r"^(DETAIL|LINE \d+|CONTEXT|QUERY):.*?"
    r"(?=\n(?:DETAIL|LINE \d+|CONTEXT|QUERY|HINT):|\n\s*\n|\nTraceback|\n  File |\Z)",
    re.DOTALL | re.MULTILINE,
)
# The same where an error is quoted as Python writes it down, on one line, as Celery does.
_QUOTED_ON_A_LINE = re.compile(r"\\n(DETAIL|LINE \d+|CONTEXT|QUERY):[^\n]*")
# Each is written so that no text, whoever wrote it, takes long: bounded, or never tried twice.
_PASSWORD_IN_URL = re.compile(r"(?<=://)[^\s/@:]{0,100}:[^\s@]{0,200}(?=@)")
_IN_MAIL = r"[\w.+%!#$&'*/=?^`{|}~-]"
_MAIL = re.compile(rf"(?<!{_IN_MAIL}){_IN_MAIL}++@[\w-]++(?:\.[\w-]++)++")
_QUERY_STRING = re.compile(r"(?<=[\w/-])\?[\w.%+-]+=[^\s'\"]*")
_LONG_WORD = re.compile(r"[A-Za-z0-9_-]{20,}")
HIDDEN = "[hidden]"
LONGEST = 20_000
"""Characters of a message or a traceback; of a longer one, its begin and its end are kept."""


def redacted(text: str) -> str:
    """`text` without what PostgreSQL quotes, passwords in URLs, mail addresses, query strings and
    words that look random (tokens, keys, cookies, digests); cut in the middle beyond LONGEST."""
    if len(text) > LONGEST:
        text = f"{text[: LONGEST // 2]} … {text[-LONGEST // 2 :]}"
    if ":" in text:
        text = _QUOTED.sub(rf"\1: {HIDDEN}", text)
        text = _QUOTED_ON_A_LINE.sub(rf"\\n\1: {HIDDEN}", text)
        text = _PASSWORD_IN_URL.sub(HIDDEN, text)
    if "@" in text:
        text = _MAIL.sub(HIDDEN, text)
    if "?" in text:
        text = _QUERY_STRING.sub(f"?{HIDDEN}", text)
    return _LONG_WORD.sub(_masked, text)


def _masked(found: re.Match[str]) -> str:
    return HIDDEN if looks_random(found.group()) else found.group()


def looks_random(word: str) -> bool:
    """Whether a long word is more likely a token than a name that a person gave.

    Letters of both cases and digits change places in a random word at most of its characters, in a
    name (`SMTPRecipientsRefused`, `0007_muted_topics`) at few.
    """
    kinds = [_kind(character) for character in word if character not in "_-"]
    changes = sum(one != other for one, other in pairwise(kinds))
    share = changes / max(1, len(kinds))
    mixed = "9" in kinds and ("a" in kinds or "A" in kinds)
    return share > (0.12 if mixed else 0.42)


def _kind(character: str) -> str:
    if character.isdigit():
        return "9"
    return "A" if character.isupper() else "a"
