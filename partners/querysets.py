"""Named questions about partners."""

from typing import TYPE_CHECKING

from django.apps import apps
from django.db.models import Exists, F, Func, OuterRef, Prefetch, Q, QuerySet

from access.models import Membership, User
from access.policy import REPRESENTING, Actor
from access.rules import Role
from access.searching import holds
from partners.rules import ApplicationState, PartnerState

if TYPE_CHECKING:
    from partners.models import (
        Application,  # noqa: F401 - named in a string
        DirectoryPage,
        Logo,  # noqa: F401
        Partner,  # noqa: F401
        ProgrammeVersion,  # noqa: F401
    )

MOST_WORDS = 5


class PartnerQuerySet(QuerySet["Partner"]):
    def approved(self) -> "PartnerQuerySet":
        """Those who get new clients, tenders, discounts and cashback (P5)."""
        return self.filter(state=PartnerState.APPROVED)

    def open_to_clients(self) -> "PartnerQuerySet":
        """Those whom a client may find and authorise: approved and listed (L3, threat T27)."""
        return self.approved().filter(listed=True).select_related("organisation")

    def visible_to(self, actor: Actor) -> "PartnerQuerySet":
        """The actor's own organisation as a partner; nothing for whoever is no member of it."""
        own = self.filter(organisation=actor.organisation).select_related("organisation")
        return own if actor.is_member else own.none()

    def search(self, text: str) -> "PartnerQuerySet":
        """Those whose name holds `text`, or with exactly this e-mail address: the contact's, or a
        legal representative's (threat T27: never a part of an address)."""
        text = text.strip()
        if "@" not in text:
            return self.filter(holds(text, "organisation__name"))
        represents = Membership.objects.filter(
            organisation_id=OuterRef("pk"),
            role=Role.LEGAL_REPRESENTATIVE,
            user__email=text.lower(),
        )
        return self.filter(Q(contact_email__iexact=text) | Exists(represents))

    # ---- the directory (D1): each of these narrows `open_to_clients` -------------------------

    def with_pages(self) -> "PartnerQuerySet":
        """Each with all that its page shows, in four queries however many they are."""
        return (
            self.select_related("organisation", "page__logo")
            .defer("page__logo__content")
            .prefetch_related("page__categories", "page__places")
        )

    def find(self, text: str) -> "PartnerQuerySet":
        """Those of whom a name, a place, a category or the texts hold each word of `text`. Never an
        address (T27)."""
        rows = self
        for word in text.split()[:MOST_WORDS]:
            rows = rows.filter(_holds(word))
        return rows

    def in_category(self, slug: str) -> "PartnerQuerySet":
        """Those that chose the category."""
        return self.filter(Exists(_pages().filter(categories__slug=slug)))

    def speaking(self, language: str) -> "PartnerQuerySet":
        """Those that speak the language."""
        return self.filter(page__languages__contains=[language])

    def in_country(self, country: str) -> "PartnerQuerySet":
        """Those that work in the country, or are at home there (ISO 3166 alpha-2)."""
        works = _pages().filter(places__country=country)
        return self.filter(Q(organisation__country=country) | Exists(works))

    def in_place(self, name: str) -> "PartnerQuerySet":
        """Those that work in a place whose name holds `name`, or are at home there."""
        return self.filter(holds(name, "organisation__city") | Exists(_in_places(name)))

    def categories(self) -> QuerySet:  # type: ignore[type-arg]
        """The categories that at least one of them chose, in the catalogue's order."""
        kind = self.model._meta.get_field("page").related_model._meta.get_field("categories")
        chosen = _pages(None).filter(partner__in=self.order_by()).values("categories")
        return kind.related_model.objects.filter(pk__in=chosen)  # type: ignore[union-attr]

    def languages(self) -> list[str]:
        """The languages that at least one of them speaks."""
        each = self.order_by().annotate(spoken=Func(F("page__languages"), function="unnest"))
        return sorted(set(each.values_list("spoken", flat=True)))

    def countries(self) -> list[str]:
        """The countries in which at least one of them works or is at home."""
        rows = self.order_by().values_list("organisation__country", "page__places__country")
        return sorted({country for pair in rows.distinct() for country in pair if country})


def _pages(of: str | None = "pk") -> "QuerySet[DirectoryPage]":
    pages: QuerySet[DirectoryPage] = apps.get_model("partners", "DirectoryPage").objects.all()
    return pages.filter(partner=OuterRef(of)) if of else pages


def _in_places(name: str) -> "QuerySet[DirectoryPage]":
    return _pages().filter(holds(name, "places__name"))


def _holds(word: str) -> Q:
    """Whether a partner's row holds the word. Texts are kept as JSON, whose keys have two letters:
    a word as short is looked for in names and places alone."""
    named = holds(word, "organisation__name", "organisation__city") | Exists(_in_places(word))
    if len(word) < 3:
        return named
    sorts = Exists(_pages().filter(holds(word, "categories__name")))
    return named | sorts | holds(word, "page__headlines", "page__descriptions")


class VersionQuerySet(QuerySet["ProgrammeVersion"]):
    def published(self) -> "VersionQuerySet":
        """Those that counted or count, the newest first."""
        return self.filter(published_at__isnull=False).order_by("-published_at", "-number")


class ApplicationQuerySet(QuerySet["Application"]):
    def waiting(self) -> "ApplicationQuerySet":
        """What staff have to answer, the oldest first (P1)."""
        return self.filter(state=ApplicationState.SENT).order_by("sent_at", "pk")

    def visible_to(self, actor: Actor) -> "ApplicationQuerySet":
        """The applications of the actor's own organisation."""
        actor.require("programme.see")
        return self.filter(organisation=actor.organisation)

    def with_conditions(self) -> "ApplicationQuerySet":
        """Each with its `conditions`: what was ticked, in the words that were read."""
        acceptances = apps.get_model("partners", "Acceptance").objects.select_related("accepted_by")
        return self.prefetch_related(Prefetch("acceptances", acceptances, to_attr="conditions"))


class LogoQuerySet(QuerySet["Logo"]):
    def readable(self, person: User | None) -> "LogoQuerySet":
        """Those on pages that show in public (D1, T27), and those of the partners for which the
        person answers: they see their page before anybody else does."""
        shown = Q(partner__state=PartnerState.APPROVED, partner__listed=True)
        if person is not None:
            own = Membership.objects.filter(
                organisation_id=OuterRef("partner"), user=person, role__in=REPRESENTING
            )
            shown |= Q(Exists(own))
        return self.filter(shown)
