"""The areas of the sidebar, as a table. What a person may not do is not offered."""

from dataclasses import dataclass
from typing import Any

from django.urls import reverse
from django.utils.functional import Promise
from django.utils.translation import gettext_lazy as _

from access.policy import Actor


@dataclass(frozen=True, slots=True)
class Area:
    """One line of the sidebar: shown to those whom the table of acts allows `act`."""

    label: str | Promise
    icon: str
    url_name: str
    act: str


GROUPS: tuple[tuple[str | Promise, tuple[Area, ...]], ...] = (
    (
        "",
        (
            Area(_("Home"), "house", "home", "organisation.open"),
            Area(_("Products"), "box-seam", "products", "product.see"),
            Area(_("Partners"), "briefcase", "partners", "partners.see"),
        ),
    ),
    (
        _("Reseller space"),
        (Area(_("Clients"), "people", "clients", "clients.see"),),
    ),
)


def navigation(actor: Actor, path: str) -> list[dict[str, Any]]:
    """The groups that the actor sees, each with its links; the one that holds `path` is current.

    The longest address that `path` begins with is the current one; home only when it is `path`.
    """
    slug = actor.organisation.slug
    home = reverse("home", args=[slug])
    groups = []
    for title, areas in GROUPS:
        links = [
            {"label": area.label, "icon": area.icon, "url": reverse(area.url_name, args=[slug])}
            for area in areas
            if actor.may(area.act)
        ]
        if links:
            groups.append({"title": title, "links": links})
    every = [link for group in groups for link in group["links"]]
    inside = [link for link in every if path.startswith(link["url"]) and link["url"] != home]
    inside = inside or [link for link in every if link["url"] == path]
    for link in every:
        link["current"] = link is max(inside, key=lambda one: len(one["url"]), default=None)
    return groups
