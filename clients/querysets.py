"""Named questions about products and partnerships; the only way from a page to a tenant's rows."""

from collections.abc import Collection
from datetime import datetime, time, timedelta
from typing import TYPE_CHECKING

from django.apps import apps
from django.conf import settings
from django.db.models import BooleanField, Case, Count, OuterRef, Q, QuerySet, Subquery, Value, When
from django.db.models.functions import Coalesce, Now
from django.utils import timezone

from access import grants
from access.models import User
from access.policy import Actor
from access.rules import Answer
from access.searching import holds
from clients.rules import (
    ALIVE,
    CLOSED,
    ENDING_SOON_DAYS,
    NOTICES,
    WAITING,
    Access,
    BackupPlace,
    PartnershipState,
    PaymentMode,
    Side,
)
from partners.rules import PartnerState

if TYPE_CHECKING:
    from clients.models import InvitationLink, Partnership


def day_begins(days: int) -> datetime:
    """Midnight in the portal's time zone, this many days from today."""
    day = timezone.localdate() + timedelta(days=days)
    return timezone.make_aware(datetime.combine(day, time.min))


class ProductQuerySet(QuerySet["Product"]):
    def visible_to(self, actor: Actor) -> "ProductQuerySet":
        """The products of the actor's organisation that section 6 shows them, ready for a list."""
        return self.filter(grants.products_within(actor)).select_related("product_type__category")

    def one_visible_to(self, actor: Actor) -> "ProductQuerySet":
        """The same as `visible_to`, for finding a single one by its key."""
        seen = grants.products_within(actor, one=True)
        return self.filter(seen).select_related("product_type__category")

    def walked(self, actor: Actor) -> "ProductQuerySet":
        """The same as `visible_to`, for a page of a list when there are many: PostgreSQL follows
        the index that the list is ordered by, and tests one row after the other. It takes a
        partner's grants at one client for few, and would sort them all."""
        within = grants.products_within(actor, in_turn=True)
        seen = Case(When(within, then=True), output_field=BooleanField())
        rows = self.filter(organisation=actor.organisation).filter(seen)
        return rows.select_related("product_type__category")

    def of_client(self, actor: Actor) -> "ProductQuerySet":
        """All products of the organisation, for those who decide who reaches them (O4)."""
        if actor.partner is not None or not actor.may("partners.see"):
            return self.none()
        return self.filter(organisation=actor.organisation).select_related("product_type__category")

    def assignable_by(self, actor: Actor) -> "ProductQuerySet":
        """All products of the organisation, for those who assign them to its people (O2)."""
        if not actor.is_member or not actor.may("people.change"):
            return self.none()
        return self.filter(organisation=actor.organisation).select_related("product_type__category")

    def by_category(self) -> "ProductQuerySet":
        """Category by category in the catalogue's order, then by name."""
        category = "product_type__category"
        return self.order_by(f"{category}__position", f"{category}__name", category, "name", "pk")

    def reached_by(self, partnership: "Partnership") -> "ProductQuerySet":
        """What a partnership reaches now, for a partner's person who may see the partnership."""
        return self.filter(grants.products_reached_by(partnership)).select_related(
            "product_type__category"
        )

    def at_clients_reached_by(self, actor: Actor) -> "ProductQuerySet":
        """What the actor's organisation, a partner, reaches now at all its clients, for those who
        reach all of them (O5)."""
        if actor.answer("clients.see") is not Answer.ALL:
            return self.none()
        return self.filter(grants.products_at_clients_of(actor.organisation))

    def backups_visible_to(self, actor: Actor) -> "ProductQuerySet":
        """The backups that the actor's organisation, a partner, reaches at the actor's clients (O5)
        and its own, each with its `place` as the partner sees it (C4)."""
        if not actor.may("reseller.backups"):
            return self.none()
        ours = Q(console_unit__account__organisation=actor.organisation)
        place = Case(
            When(console_unit=None, then=Value(BackupPlace.WAITING)),
            When(ours, then=Value(BackupPlace.OURS)),
            default=Value(BackupPlace.ELSEWHERE),
        )
        return (
            self.filter(grants.products_within(actor) | grants.products_at_clients_within(actor))
            .filter(Q(product_type__is_backup=True) | Q(console_unit__isnull=False))
            .annotate(place=place)
            .select_related("organisation", "product_type", "console_unit")
        )

    def search_backups(self, text: str) -> "ProductQuerySet":
        """Of `backups_visible_to`, those whose name, client or unit in the partner's own account
        holds `text`; a number in somebody else's account finds nothing (T10)."""
        unit = Q(place=BackupPlace.OURS) & holds(text, "console_unit__number")
        found = holds(text, "name", "organisation__name") | unit
        return self.filter(found) if text.strip() else self

    def promised_to(self, partnership: "Partnership") -> "ProductQuerySet":
        """What a client's waiting invitation would let the partner reach, for a person of the
        client who may see the partnership."""
        inside = self.filter(organisation=partnership.client_id)
        if partnership.access != Access.FULL:
            inside = inside.filter(pk__in=partnership.offered_products.values("pk"))
        return inside.select_related("product_type__category")

    def search(self, text: str) -> "ProductQuerySet":
        return self.filter(holds(text, "name", "notes"))


class ConsoleUnitQuerySet(QuerySet["ConsoleUnit"]):
    def visible_to(self, actor: Actor) -> "ConsoleUnitQuerySet":
        """The units in the console account of the actor's organisation: all for those who reach
        all clients, else those with a backup that the actor reaches (C4, O5)."""
        if not actor.may("reseller.backups"):
            return self.none()
        units = self.filter(account__organisation=actor.organisation)
        if actor.answer("reseller.backups") is Answer.ALL:
            return units
        seen = apps.get_model("clients", "Product").objects.backups_visible_to(actor).order_by()
        return units.filter(pk__in=seen.values("console_unit"))

    def of_former_clients(self, actor: Actor) -> "ConsoleUnitQuerySet":
        """Of `visible_to`, the units of clients that are no longer the partner's: they stay in its
        account, and it sees nothing in them (C4, T22)."""
        partnerships = apps.get_model("clients", "Partnership").objects.active()
        now = partnerships.filter(partner=actor.organisation.pk).values("client")
        return self.visible_to(actor).exclude(client=actor.organisation).exclude(client__in=now)


class PartnershipQuerySet(QuerySet["Partnership"]):
    def waiting(self) -> "PartnershipQuerySet":
        """Those that can still be answered: asked or invited, and not past their time (L8)."""
        return self.filter(state__in=WAITING, expires_at__gt=Now())

    def overdue(self) -> "PartnershipQuerySet":
        """Those that nobody answered in time (L8)."""
        return self.filter(state__in=WAITING, expires_at__lte=Now())

    def lapsed(self) -> "PartnershipQuerySet":
        """Those whose end date has passed, though their state does not say so yet (L9)."""
        return self.filter(state=PartnershipState.ACTIVE, ends_at__lte=Now())

    def to_remind(self) -> "PartnershipQuerySet":
        """Those that wait for longer than the reminder takes, have not been reminded since they
        were sent, and could be accepted (L8, P5)."""
        sent = timezone.now() - timedelta(days=settings.INVITATION_REMINDER_DAYS)
        approved = PartnerState.APPROVED
        return self.waiting().filter(sent_at__lte=sent, reminded_at=None, partner__state=approved)

    def ending_soon(self) -> "PartnershipQuerySet":
        """The active ones whose end date is near (L9)."""
        return self.active().filter(ends_at__lt=day_begins(ENDING_SOON_DAYS + 1))

    def to_announce(self) -> "PartnershipQuerySet":
        """The active ones of whose end both sides have to be told now (L9)."""
        due = Q(pk__in=[])
        for days in NOTICES:
            untold = Q(ending_notice=None) | Q(ending_notice__gt=days)
            due |= Q(ends_at__lt=day_begins(days + 1)) & untold
        return self.active().filter(due)

    def active(self) -> "PartnershipQuerySet":
        return self.filter(grants.live())

    def alive(self) -> "PartnershipQuerySet":
        return self.filter(state__in=ALIVE)

    def closed(self) -> "PartnershipQuerySet":
        return self.filter(state__in=CLOSED)

    def over(self) -> "PartnershipQuerySet":
        """Those that are past: closed, or past their time though their state does not say so yet
        (L8, L9). None of them is waiting or active."""
        return self.filter(
            Q(state__in=CLOSED)
            | Q(state__in=WAITING, expires_at__lte=Now())
            | Q(state=PartnershipState.ACTIVE, ends_at__lte=Now())
        )

    def with_numbers(self, *, offers: bool = True) -> "PartnershipQuerySet":
        """Each with `reached`, the number of products it reaches now, and with `offers` also
        `offered`, the number in a client's limited offer; only what the partner may know is
        counted (T11)."""
        counted = self.annotate(reached=grants.number_of_products())
        if not offers:
            return counted
        offered = self.model.offered_products.through.objects.filter(partnership=OuterRef("pk"))
        number = offered.values("partnership").annotate(number=Count("pk")).values("number")
        return counted.annotate(offered=Coalesce(Subquery(number), 0))

    def search(self, text: str) -> "PartnershipQuerySet":
        """Those whose client's name, or the address asked, holds `text`: a partner's search. It
        is looked for in an index that holds both; of the rows only those found are read."""
        if not text.strip():
            return self
        found = self.order_by().filter(holds(text, "client_name", "asked_email"))
        return self.filter(pk__in=found.values("pk"))

    def search_partners(self, text: str) -> "PartnershipQuerySet":
        """Those whose partner's name holds `text`: a client's search."""
        return self.filter(holds(text, "partner_name"))

    def visible_to_client(self, actor: Actor) -> "PartnershipQuerySet":
        """The partnerships of the actor's organisation, seen as the client."""
        if not actor.may("partners.see"):
            return self.none()
        return self.filter(client=actor.organisation).select_related("partner__organisation")

    def visible_to_partner(self, actor: Actor) -> "PartnershipQuerySet":
        """The partnerships of the actor's organisation, seen as the partner: a collaborator sees
        the active ones of the clients assigned to them (O5)."""
        found = self.filter(grants.clients_within(actor)).select_related(
            "client", "partner__organisation"
        )
        if actor.answer("clients.see") is Answer.ASSIGNED:
            found = found.active()
        return found

    def assignable_by(self, actor: Actor) -> "PartnershipQuerySet":
        """The live partnerships of the actor's organisation, for those who assign its clients to
        its people (O5)."""
        if not actor.may("clients.assign"):
            return self.none()
        return self.visible_to_partner(actor).active()

    def waiting_for_partner(self, actor: Actor) -> "PartnershipQuerySet":
        """Requests and invitations of the partner that somebody has still to answer."""
        if not actor.may("clients.see_waiting"):
            return self.none()
        return self.visible_to_partner(actor).waiting()

    def awaiting_word(self) -> "PartnershipQuerySet":
        """The live ones whose client chose that the partner pays, which it has not confirmed
        (M10)."""
        return self.active().filter(
            access=Access.FULL, payment_mode=PaymentMode.PARTNER, payment_confirmed_at=None
        )

    def requests_of_partner(self, actor: Actor) -> "PartnershipQuerySet":
        """What the partner asked for itself, and may send again or withdraw while it waits."""
        return self.visible_to_partner(actor).filter(opened_by=Side.PARTNER)

    def invitations_to_partner(self, actor: Actor) -> "PartnershipQuerySet":
        """What clients offered the partner, to be accepted or declined while it waits."""
        return self.visible_to_partner(actor).filter(opened_by=Side.CLIENT)

    def asked_of(self, person: User) -> "PartnershipQuerySet":
        """The open requests sent to one of the person's verified addresses (L1, threat T2)."""
        return self.waiting().filter(state=PartnershipState.REQUESTED).sent_to(person)

    def sent_to(self, person: User) -> "PartnershipQuerySet":
        """All requests sent to one of the person's verified addresses, answered ones too: whoever
        comes late reads the outcome (T2, T4)."""
        verified = person.emailaddress_set.filter(verified=True).values_list("email", flat=True)
        return self.filter(
            opened_by=Side.PARTNER, asked_email__in=[email.lower() for email in verified]
        ).select_related("client", "partner__organisation")


class ExitLineQuerySet(QuerySet["ExitLine"]):
    def of_partnership(self, partnership: "Partnership") -> "ExitLineQuerySet":
        """The exit sheet of a partnership that the reader may see (L6)."""
        return self.filter(partnership=partnership).select_related(
            "product_type", "next_manager", "next_payer"
        )

    def search(self, text: str) -> "ExitLineQuerySet":
        return self.filter(holds(text, "product_name"))


class InvitationLinkQuerySet(QuerySet["InvitationLink"]):
    def by_token(self, token: str) -> "InvitationLink | None":
        """The link that `token` opens, replaced ones too: a replay shows the outcome (T4)."""
        return (
            self.filter(token_hash=self.model.hash_of(token))
            .select_related("partnership__partner__organisation", "partnership__client")
            .first()
        )

    def readable(self, *, person: User | None, shown: Collection[str]) -> "InvitationLinkQuerySet":
        """The links whose token this browser has `shown` (their public ids), and those sent to a
        verified address of `person` (T2)."""
        found = Q(public_id__in=shown)
        if person is not None:
            verified = person.emailaddress_set.filter(verified=True)
            found |= Q(
                email__in=[address.lower() for address in verified.values_list("email", flat=True)]
            )
        return self.filter(found).select_related(
            "partnership__partner__organisation", "partnership__client", "partnership__created_by"
        )
