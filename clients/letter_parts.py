"""What the letters of the journey share: who is who, what an access covers, who pays."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date
from typing import Any, Self

from django.urls import reverse
from django.utils import timezone
from django.utils.formats import date_format
from django.utils.translation import gettext as _
from django.utils.translation import ngettext

from access.letters import Facts, absolute, one_line, safe_name, vendor_name
from clients.models import Category, InvitationLink, Partnership
from clients.rules import Access, PaymentMode, Side

SHOWN = 8  # products named in a mail; the page names them all


@dataclass(frozen=True)
class Sides:
    """Who is who in a mail: names made safe, and the side that reads it."""

    client: str
    partner: str
    by: str
    by_client: bool
    to_client: bool
    slug: str
    partnership: str

    @classmethod
    def of(cls, facts: Facts) -> Self:
        return cls(
            client=safe_name(facts["client"]) if facts.get("client") else "",
            partner=safe_name(facts["partner"]),
            by=safe_name(facts["by"]) if facts.get("by") else "",
            by_client=facts.get("by_side") == Side.CLIENT,
            to_client=facts.get("reader") == Side.CLIENT,
            slug=facts.get("reader_slug") or "",
            partnership=facts["partnership"],
        )

    @property
    def names(self) -> dict[str, str]:
        return {
            "client": self.client,
            "partner": self.partner,
            "who": self.who,
            "vendor": vendor_name(),
        }

    @property
    def who(self) -> str:
        """The person who did it with their organisation, or the organisation alone."""
        organisation = self.client if self.by_client else self.partner
        return (
            f"{self.by} ({organisation})" if self.by and organisation else self.by or organisation
        )

    def facts(self) -> list[tuple[str, str]]:
        both = [(_("Client"), self.client), (_("Partner"), self.partner)]
        return [(label, name) for label, name in both if name]

    def page(self) -> tuple[str, str] | None:
        """The reader's own page of this partnership; an address without organisation has none."""
        if not self.slug:
            return None
        if self.to_client:
            path = reverse("partnership", args=[self.slug, self.partnership])
            return _("Open the partner's page"), absolute(path)
        return _("Open the client's page"), absolute(
            reverse("client", args=[self.slug, self.partnership])
        )

    def exit_sheet(self) -> tuple[str, str] | None:
        """The reader's own exit sheet (L6)."""
        if not self.slug:
            return None
        name = "partnership_exit" if self.to_client else "client_exit"
        return _("Open the exit sheet"), absolute(reverse(name, args=[self.slug, self.partnership]))

    def payer_page(self) -> tuple[str, str] | None:
        """The page on which the partner says whether it pays (M10)."""
        path = reverse("client_payer", args=[self.slug, self.partnership])
        return _("Confirm or decline"), absolute(path)

    def why(self) -> str:
        if not self.to_client:
            return _("You get this mail because you represent %(partner)s.") % self.names
        if self.client:
            return _("You get this mail because you represent %(client)s.") % self.names
        return _("You get this mail because %(partner)s had asked this address.") % self.names


def listed(names: Sequence[str]) -> str:
    """The first names, one a line, and how many more there are."""
    shown = [one_line(name)[:80] for name in names[:SHOWN]]
    more = len(names) - len(shown)
    if more:
        shown.append(ngettext("and %(n)d more", "and %(n)d more", more) % {"n": more})
    return "\n".join(shown)


def reach(offer: dict[str, Any]) -> str:
    """What an access covers, in words; below it the categories or products, one a line."""
    if offer.get("access") == Access.FULL:
        return _("Full access: the whole organisation, products to come included")
    if "categories" in offer:
        found = Category.objects.filter(slug__in=offer["categories"]).order_by("position", "name")
        names = [str(category) for category in found]
        first = _("Limited access, to products of:") if names else _("Limited access")
    else:
        names = offer.get("products") or []
        first = ngettext(
            "Limited access, to %(n)d product:", "Limited access, to %(n)d products:", len(names)
        ) % {"n": len(names)}
    return "\n".join([first, listed(names)]).strip()


def payer(offer: dict[str, Any], sides: Sides) -> str:
    """Who settles orders and renewals, always named."""
    if offer.get("payment_mode") == PaymentMode.PARTNER:
        return _("%(partner)s, the partner") % sides.names
    return _("%(client)s, the client") % sides.names if sides.client else _("The client")


def terms(offer: dict[str, Any], sides: Sides) -> list[tuple[str, str]]:
    terms = [(_("Access"), reach(offer))]
    if offer.get("payment_mode"):
        terms.append((_("Who pays"), payer(offer, sides)))
    if offer.get("ends_on"):
        terms.append((_("Until"), last_day(offer)))
    return terms


def last_day(offer: dict[str, Any]) -> str:
    """The last day on which an access counts, in words (L9)."""
    if not offer.get("ends_on"):
        return _("no end date")
    return date_format(date.fromisoformat(offer["ends_on"]), "DATE_FORMAT")


def awaits_word(sides: Sides) -> bool:
    """Whether the partner has still to say, now, that it pays (M10)."""
    return (
        bool(sides.slug)
        and Partnership.objects.active()
        .filter(
            public_id=sides.partnership,
            payment_mode=PaymentMode.PARTNER,
            payment_confirmed_at=None,
        )
        .exists()
    )


def without_word(sides: Sides) -> str:
    """What counts until the partner has said that it pays (M10)."""
    return (
        _(
            "Nothing is charged to %(partner)s without its word: until you have confirmed, "
            "%(client)s goes on paying the renewals, and what it orders waits for your approval. "
            "You may also decline; then %(client)s pays as before."
        )
        % sides.names
    )


def open_link(facts: Facts) -> InvitationLink | None:
    """The mailed link while it still can be answered: not replaced, waiting, not expired (T4)."""
    link = (
        InvitationLink.objects.select_related("partnership")
        .filter(pk=facts["link"], replaced_at__isnull=True)
        .first()
    )
    if link is None or not link.partnership.is_waiting:
        return None
    return link if link.partnership.expires_at > timezone.now() else None


def answerable(link: InvitationLink, label: str) -> dict[str, Any]:
    until = timezone.localtime(link.partnership.expires_at)
    return {
        "action": (label, absolute(reverse("invitation_link", args=[link.token]))),
        "after": [
            _("The link works for this address only, until %(date)s. Nothing starts before you "
              "have answered on the page.")
            % {"date": date_format(until, "DATE_FORMAT")}
        ],
    }  # fmt: skip
