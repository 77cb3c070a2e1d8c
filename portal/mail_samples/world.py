"""A tiny world for sample letters: rows that are never committed.

Each row gets a negative key of its own, so that no sequence moves, and random public ids, so that
nothing waits for it. There is no service in here: a service would lock what others need.
"""

from datetime import date, datetime, timedelta
from functools import cached_property
from secrets import randbelow, token_hex
from typing import Any

from django.db.models import Model
from django.utils import timezone
from django.utils.translation import get_language

from access.models import Organisation, User
from clients.models import Category, InvitationLink, Partnership, ProductType
from clients.rules import Access, PartnershipState, PaymentMode, Side
from partners.models import Partner
from partners.rules import PartnerState
from portal.mail_samples import words

ADDRESS = "joerg@sample.invalid"  # the reader of every sample: nobody's
OWNER = "Jörg-Günther Schönenberger"
AGENT = "Anne-Françoise Châtelain-Dubuis"
COLLEAGUE = "María José Núñez Ibáñez"
CLIENT = "Müller-Großbäckerei & Söhne GmbH & Co. KG"  # a long one, with what German has
PARTNER = "Agence numérique Étoile du Léman Sàrl"
HOTEL = "Hôtel Près-de-l’Église Neuchâtel SA"
DOMAINS = ["baeckerei-mueller.example", "grossbaeckerei.example", "hotel-pres-eglise.example"]


class World:
    """Makes the rows that a letter reads. Only within `writing.rehearsal()`."""

    def __init__(self) -> None:
        self.tag = token_hex(4)
        self._key = -1 - randbelow(2**52) * 1024
        self.now: datetime = timezone.now()
        self.today: date = timezone.localdate()

    def add[M: Model](self, model: type[M], **values: Any) -> M:
        """One row of `model`. No signal is sent, and its sequence stays where it is."""
        self._key -= 1
        row = model(
            **({} if "pk" in values or _has_own_key(model) else {"pk": self._key}), **values
        )
        model._default_manager.bulk_create([row])
        return row

    def join(self, row: Model, field: str, *others: Model) -> None:
        """Puts `others` into the many-to-many `field` of a row."""
        relation: Any = type(row)._meta.get_field(field)
        ours, theirs = relation.m2m_field_name(), relation.m2m_reverse_field_name()
        for other in others:
            keys = {f"{ours}_id": row.pk, f"{theirs}_id": other.pk}
            self.add(relation.remote_field.through, **keys)

    def word(self, key: str) -> str:
        """What a person of the sample wrote, in the letter's language."""
        return words.TEXTS[key][(get_language() or "en")[:2]]

    def days(self, number: int) -> date:
        return self.today + timedelta(days=number)

    def address(self) -> str:
        """An address that nobody has, new each time."""
        return f"{token_hex(6)}@sample.invalid"

    # ---- people and organisations ------------------------------------------------------------

    def person(self, name: str) -> User:
        return self.add(User, email=self.address(), name=name, password="!", language="de")  # noqa: S106

    def organisation(self, name: str, slug: str, country: str) -> Organisation:
        currency = "CHF" if country == "CH" else "EUR"
        return self.add(
            Organisation,
            name=name,
            slug=f"{slug}-{token_hex(3)}",
            country=country,
            currency=currency,
        )

    @cached_property
    def owner(self) -> User:
        return self.person(OWNER)

    @cached_property
    def agent(self) -> User:
        return self.person(AGENT)

    def client(self) -> Organisation:
        """A client abroad, which pays in euros."""
        return self.organisation(CLIENT, "mueller-grossbaeckerei", "DE")

    def hotel(self) -> Organisation:
        """A client that pays in francs."""
        return self.organisation(HOTEL, "hotel-pres-de-l-eglise", "CH")

    def partner_in(self, state: str = PartnerState.APPROVED, reason: str = "") -> Partner:
        organisation = self.organisation(PARTNER, "etoile-du-leman", "CH")
        return self.add(
            Partner,
            pk=organisation.pk,
            organisation=organisation,
            state=state,
            listed=state == PartnerState.APPROVED,
            reason=reason,
            approved_at=None if state in ("applied", "refused") else self.now,
        )

    @cached_property
    def partner(self) -> Partner:
        return self.partner_in()

    # ---- the catalogue -----------------------------------------------------------------------

    @cached_property
    def categories(self) -> list[Category]:
        return [
            self.add(
                Category,
                slug=f"sample-{self.tag}-{number}",
                name=names["en"],
                names=names,
                position=number,
            )
            for number, names in enumerate(words.CATEGORIES)
        ]

    @cached_property
    def product_types(self) -> list[ProductType]:
        return [
            self.add(
                ProductType,
                slug=f"sample-{self.tag}-{number}",
                name=names["en"],
                names=names,
                category=self.categories[0],
            )
            for number, names in enumerate(words.PRODUCT_TYPES)
        ]

    # ---- partnerships ------------------------------------------------------------------------

    def partnership(self, state: str, opened_by: str = Side.PARTNER, **values: Any) -> Partnership:
        waiting = state in (PartnershipState.REQUESTED, PartnershipState.INVITED)
        known: dict[str, Any] = {
            "client": self.client(),
            "partner": self.partner,
            "state": state,
            "opened_by": opened_by,
            "access": "" if state == PartnershipState.REQUESTED else Access.LIMITED,
            "payment_mode": "" if state == PartnershipState.REQUESTED else PaymentMode.CLIENT,
            "created_by": self.agent if opened_by == Side.PARTNER else self.owner,
            "sent_at": self.now - timedelta(days=3),
            "expires_at": self.now + timedelta(days=27),
            "started_at": None if waiting else self.now - timedelta(days=200),
        }
        return self.add(Partnership, **(known | values))

    def link(self, partnership: Partnership) -> InvitationLink:
        """A link that nobody was sent and that no table keeps: it opens nothing."""
        link = InvitationLink(partnership=partnership, email="sample@sample.invalid")
        return self.add(
            InvitationLink,
            partnership=partnership,
            email=link.email,
            public_id=link.public_id,
            token_hash=InvitationLink.hash_of(link.token),
        )


def _has_own_key(model: type[Model]) -> bool:
    """Whether the key is another row's, and comes with the values."""
    return bool(model._meta.pk.is_relation) if model._meta.pk else False
