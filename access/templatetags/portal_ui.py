"""The look's template tags: `{% load portal_ui %}`. Described in docs/components.md."""

import html
import re
from collections.abc import Iterable, Mapping
from datetime import datetime
from functools import cache
from typing import Any

from django import template
from django.core.paginator import Paginator
from django.templatetags.static import static
from django.urls import reverse
from django.utils import timezone
from django.utils.formats import date_format
from django.utils.html import format_html
from django.utils.safestring import SafeString, mark_safe
from django.utils.translation import get_language, pgettext_lazy
from django.utils.translation import gettext_lazy as _

from access.copying.styles import CHOICES
from access.typography import with_colon
from access.web import languages

register = template.Library()

LOCAL = CHOICES[0][0]

BADGES: dict[tuple[str, str], tuple[str, Any]] = {
    # partnerships
    ("state", "requested"): ("warning", _("Requested")),
    ("state", "invited"): ("warning", _("Invited")),
    ("state", "active"): ("success", _("Active")),
    ("state", "refused"): ("danger hollow", _("Refused")),
    ("state", "withdrawn"): ("hollow", _("Withdrawn")),
    ("state", "expired"): ("hollow", _("Expired")),
    ("state", "ended"): ("hollow", _("Ended")),
    # products
    ("state", "ordered"): ("accent", _("Ordered")),
    ("state", "suspended"): ("danger", _("Suspended")),
    ("state", "cancelled"): ("hollow", _("Cancelled")),
    # backups (C4)
    ("place", "ours"): ("success plain", _("In your account")),
    ("place", "elsewhere"): ("warning hollow", _("In another account")),
    ("place", "waiting"): ("hollow", _("No place yet")),
    # partners
    ("state", "applied"): ("warning", _("Waiting for approval")),
    ("state", "approved"): ("success", _("Approved")),
    # applications to the partner programme
    ("application", "draft"): ("warning", pgettext_lazy("application", "Draft")),
    ("application", "sent"): ("accent", _("Waiting for approval")),
    ("application", "approved"): ("success", pgettext_lazy("application", "Approved")),
    ("application", "refused"): ("danger hollow", pgettext_lazy("application", "Refused")),
    ("application", "withdrawn"): ("hollow", pgettext_lazy("application", "Withdrawn")),
    # of partnerships
    ("access", "limited"): ("plain", _("Limited access")),
    ("access", "full"): ("accent plain", _("Full access")),
    ("payment", "client"): ("plain", _("Client pays")),
    ("payment", "client_pays"): ("plain", _("Client pays")),
    ("payment", "partner"): ("accent plain", _("Partner pays")),
    ("payment", "partner_pays"): ("accent plain", _("Partner pays")),
    # orders
    ("order", "waiting"): ("warning", _("Waits for approval")),
    ("order", "placed"): ("success", _("Placed")),
    ("order", "refused"): ("danger hollow", _("Refused")),
    ("order", "withdrawn"): ("hollow", _("Withdrawn")),
    ("order", "expired"): ("hollow", _("Expired")),
    ("order", "cancelled"): ("hollow", _("Cancelled and refunded")),
    # invoices
    ("invoice", "open"): ("accent", _("Open")),
    ("invoice", "overdue"): ("danger", _("Overdue")),
    ("invoice", "paid"): ("success", _("Paid")),
    ("invoice", "credited"): ("hollow", _("Credited")),
    ("invoice", "note"): ("plain", _("Credit note")),
    # requests about the prepaid account
    ("request", "waiting"): ("warning", _("Waiting")),
    ("request", "settled"): ("success", _("Settled")),
    ("request", "refused"): ("danger hollow", _("Refused")),
    ("request", "withdrawn"): ("hollow", _("Withdrawn")),
    # of people
    ("role", "legal_representative"): ("accent plain", _("Legal representative")),
    ("role", "administrator"): ("plain", _("Administrator")),
    ("role", "collaborator"): ("plain", _("Collaborator")),
    ("role", "external_user"): ("plain", _("External user")),
    # of a partner's bills to its clients
    ("rebill", "draft"): ("warning", _("Draft")),
    ("rebill", "open"): ("accent", _("Open")),
    ("rebill", "overdue"): ("danger", _("Overdue")),
    ("rebill", "paid"): ("success", _("Paid")),
    ("rebill", "cancelled"): ("hollow", pgettext_lazy("a bill", "Cancelled")),
    ("rebill", "credit"): ("plain", _("Credit")),
    # tenders, for who published one and for partners
    ("tender", "unconfirmed"): ("warning", pgettext_lazy("tender", "Address not confirmed")),
    ("tender", "open"): ("success", pgettext_lazy("tender", "Open")),
    ("tender", "chosen"): ("accent", pgettext_lazy("tender", "Decided")),
    ("tender", "cancelled"): ("hollow", pgettext_lazy("tender", "Cancelled")),
    ("tender", "expired"): ("hollow", pgettext_lazy("tender", "Expired")),
    ("tender", "hidden"): ("danger hollow", pgettext_lazy("tender", "Hidden")),
    # a partner's own proposals
    ("proposal", "draft"): ("warning", pgettext_lazy("proposal", "Draft")),
    ("proposal", "sent"): ("accent", pgettext_lazy("proposal", "Sent")),
    ("proposal", "withdrawn"): ("hollow", pgettext_lazy("proposal", "Withdrawn")),
    ("proposal", "chosen"): ("success", pgettext_lazy("proposal", "Won")),
    ("proposal", "lost"): ("hollow", pgettext_lazy("proposal", "Not chosen")),
    # yes or no
    ("renewal", "True"): ("success", pgettext_lazy("auto-renewal", "On")),
    ("renewal", "False"): ("hollow", pgettext_lazy("auto-renewal", "Off")),
}


@cache
def _sprite() -> str:
    return static("vendor/bootstrap-icons/sprite.svg")


@register.simple_tag
@cache
def icon(name: str, css: str = "") -> SafeString:
    """An icon of the sprite, silent to screen readers: the text beside it says the same."""
    return format_html(
        '<svg class="icon{}" aria-hidden="true"><use href="{}#{}"></use></svg>',
        f" {css}" if css else "",
        _sprite(),
        name,
    )


@register.simple_tag
def badge(value: Any, of: str = "state") -> SafeString:
    """A state in a word and a colour, from the table BADGES. An unknown state fails loudly."""
    return _badge(of, str(value), get_language())


@cache
def _badge(of: str, value: str, language: str | None) -> SafeString:
    """Made once for each language: lists show hundreds, of a handful of kinds."""
    tones, label = BADGES[of, value]
    return tag_badge(label, tones)


@register.simple_tag
def tag_badge(label: Any, tones: str = "plain") -> SafeString:
    """A badge with any label; tones: success, warning, danger, accent, hollow, plain."""
    classes = "".join(f" badge-{tone}" for tone in tones.split())
    return format_html('<span class="badge-state{}">{}</span>', classes, label)


@register.simple_tag
def csv_formats(address: str) -> list[tuple[Any, str]]:
    """What a file of amounts may look like, in words, each with its address: that of the file,
    with the choice added."""
    begins = mark_safe("&amp;" if "?" in address else "?")  # noqa: S308 - written here
    return [
        (words, format_html("{}{}format={}", address, begins, key) if key != LOCAL else address)
        for key, words in CHOICES
    ]


@cache
def _around_slug() -> tuple[str, str]:
    before, _slug, after = reverse("home", args=["slug"]).rpartition("slug")
    return before, after


@register.filter
def in_this_language(address: str) -> str:
    """A stranger's way in (`/accounts/login/`), in the language of the page that leads there."""
    return languages.with_language(address)


@register.filter
def home_url(slug: str) -> str:
    """The address of an organisation's space. For lists: looking up a hundred addresses one by
    one takes longer than the query that found the rows."""
    return slug.join(_around_slug())


@register.filter
def colon(text: object) -> str:
    """The text with a colon, as the language sets it."""
    return with_colon(text)


@register.filter
def initials(name: str) -> str:
    """Two letters for an avatar: "Garage Nord" is GN."""
    words = [word for word in str(name).split() if word[0].isalnum()]
    return "".join(word[0] for word in words[:2]).upper() or "·"


@register.filter
def may(actor: Any, act: str) -> bool:
    """Whether the table of acts allows the actor `act`: what it does not is not offered."""
    return bool(actor.may(act))


@register.filter
def moment(at: datetime) -> str:
    """A moment in a sentence: the time alone when it is today."""
    at = timezone.localtime(at)
    today = at.date() == timezone.localdate()
    return date_format(at, "TIME_FORMAT" if today else "SHORT_DATETIME_FORMAT")


@register.simple_block_tag(takes_context=True)
def capture(context: template.Context, content: str, name: str) -> str:
    """Renders what it encloses into the variable `name`, for a text that a page shows twice."""
    context.dicts[0][name] = mark_safe(content.strip())  # noqa: S308 - rendered, escaped already
    return ""


@register.simple_block_tag
def each(content: str, rows: Iterable[Mapping[str, object]]) -> SafeString:
    """Writes what it encloses once for each of `rows`, with what the row has under `name` in the
    place of `{name}`, escaped unless it is safe. A name that a row lacks fails loudly.

    What it encloses is rendered once: for long lists, where rendering is most of a page's time.
    Words and addresses that all rows share stand in it as usual; what differs comes from `rows`.
    """
    first, *gaps = _GAP.split(content)
    names = gaps[::2]
    pattern = "%s".join(text.replace("%", "%%") for text in (first, *gaps[1::2]))
    filled = []
    for row in rows:
        cells = {name: _escaped(row[name]) for name in set(names)}
        filled.append(pattern % tuple(cells[name] for name in names))
    return mark_safe("".join(filled))  # noqa: S308 - rendered, and escaped


def _escaped(value: Any) -> str:
    """What Django's `conditional_escape` says, without its way round lazy texts."""
    return value.__html__() if hasattr(value, "__html__") else html.escape(str(value))


_GAP = re.compile(r"\{(\w+)\}")


@register.simple_tag(takes_context=True)
def sort_header(
    context: template.Context, label: str, key: str, numeric: bool = False
) -> SafeString:
    """A sortable column's `<th>`; the list reads `?sort=key` and `?sort=-key`. Over figures it is
    `numeric`: as right as they are.

    Needs the page's `listing` (`access.web.lists.Listing`), which says what is in force.
    """
    now = context["listing"].sort
    wanted = f"-{key}" if now == key else key
    query = context["request"].GET.copy()
    query.pop("page", None)
    query["sort"] = wanted
    state = {key: "ascending", f"-{key}": "descending"}.get(now, "")
    arrow = {"ascending": icon("arrow-up"), "descending": icon("arrow-down")}.get(state, "")
    aria = format_html(' aria-sort="{}"', state) if state else ""
    look = mark_safe(' class="num"') if numeric else ""
    return format_html(
        '<th scope="col"{}{}><a class="sort-link" href="?{}">{}{}</a></th>',
        look,
        aria,
        query.urlencode(),
        label,
        arrow,
    )


@register.filter
def page_numbers(paginator: "Paginator[Any]", number: int) -> list[int | None]:
    """The pages around `number`, the first and the last; None stands for those left out."""
    shown = paginator.get_elided_page_range(number, on_each_side=1, on_ends=1)
    return [page if isinstance(page, int) else None for page in shown]
