"""The areas of the sidebar, as a table. What a person may not do is not offered."""

from dataclasses import dataclass

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
            Area(_("Orders"), "bag", "orders", "orders.see"),
            Area(_("Costs"), "cash-coin", "costs", "costs.see"),
        ),
    ),
    (
        _("Reseller space"),
        (
            Area(_("Clients"), "people", "clients", "clients.see"),
            Area(_("Products of clients"), "grid", "client_products", "clients.see"),
            Area(_("Benefits"), "bookmark-check", "benefits", "reseller.benefits"),
            Area(_("Orders of clients"), "bag", "client_orders", "clients.see"),
            Area(_("Earnings"), "piggy-bank", "earnings", "clients.earnings"),
            Area(_("Prices"), "tags", "prices", "clients.prices"),
            Area(_("Backups"), "archive", "backups", "reseller.backups"),
            Area(_("Bills to clients"), "file-earmark-text", "rebills", "clients.rebill"),
            Area(_("Exports"), "download", "exports", "clients.billing_data"),
            Area(_("Tenders"), "megaphone", "tenders", "reseller.tenders"),
            Area(_("Directory page"), "shop", "listing", "reseller.listing"),
            Area(_("Acts at clients"), "clock-history", "clients_log", "clients.log"),
        ),
    ),
    (
        _("Money"),
        (
            Area(_("Invoices"), "receipt", "invoices", "accounting.see"),
            Area(_("Prepaid account"), "wallet2", "account", "accounting.see"),
            Area(
                _("Bills from your partner"), "file-earmark-text", "partner_bills", "accounting.see"
            ),
            Area(_("Exports"), "download", "billing_exports", "accounting.see"),
        ),
    ),
    (
        _("Organisation"),
        (
            Area(_("Partners"), "briefcase", "partners", "partners.see"),
            Area(_("Partner programme"), "clipboard-check", "programme_status", "programme.see"),
            Area(_("People"), "person-vcard", "people", "people.see"),
            Area(_("Log"), "journal-text", "log", "log.see"),
            Area(_("Support"), "life-preserver", "support", "support.open"),
            Area(_("Premium support"), "star", "premium", "premium.see"),
            Area(_("Details"), "building", "organisation", "organisation.see"),
        ),
    ),
)


@dataclass(frozen=True, slots=True)
class Link:
    label: str | Promise
    icon: str
    url: str
    current: bool


@dataclass(frozen=True, slots=True)
class Group:
    title: str | Promise
    links: list[Link]


def navigation(actor: Actor, path: str) -> list[Group]:
    """The groups that the actor sees, each with its links; the one that holds `path` is current."""
    slug = actor.organisation.slug
    allowed = [
        (title, [(area, reverse(area.url_name, args=[slug])) for area in areas])
        for title, areas in ((title, _allowed(actor, areas)) for title, areas in GROUPS)
        if areas
    ]
    every = [url for _title, areas in allowed for _area, url in areas]
    here = _current(every, path, home=reverse("home", args=[slug]))
    return [
        Group(title, [Link(area.label, area.icon, url, url == here) for area, url in areas])
        for title, areas in allowed
    ]


def _allowed(actor: Actor, areas: tuple[Area, ...]) -> list[Area]:
    return [area for area in areas if actor.may(area.act)]


def _current(urls: list[str], path: str, *, home: str) -> str:
    """The longest address that `path` begins with; home, where all begin, only when it is it."""
    holding = [url for url in urls if url == path or (url != home and path.startswith(url))]
    return max(holding, key=len, default="")
