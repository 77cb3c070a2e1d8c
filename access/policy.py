"""From a person and an address to what they may do there: the actor.

The actor is the person *in this organisation*, as its member or as a person of its partner.
Nothing of it is kept in the session: each request asks the database again, so a revocation acts
at the next click.
"""

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from django.db.models import Exists, OuterRef, Q, QuerySet, Subquery
from django.http import Http404
from django.utils.translation import gettext as _

from access import grants
from access.errors import ActForbidden
from access.factors import factors_of
from access.models import Membership, Organisation, SupportAccess, User
from access.prepared import Prepared
from access.rules import ACTS, Answer, Capacity, Role, answer, who_may
from access.searching import holds

REPRESENTING = (Role.LEGAL_REPRESENTATIVE, Role.ADMINISTRATOR)
NAMED = 20
"""How many people a refusal names at most."""


@dataclass(frozen=True)
class Actor:
    """A person inside one organisation, with the capacity in which they act there.

    `membership` is the one in the organisation, or, for a partner's person, the one in `partner`;
    the vendor's support has none, but the `support` access that the organisation opened. A
    member's `support_until` tells, if support may come in now, until when (A3, T30).
    `has_factor` tells whether the person has a second factor; None: nobody has looked.
    `partnership` (a `clients.Partnership`) is set for a partner's person only.
    """

    person: User
    organisation: Organisation
    capacity: Capacity
    membership: Membership | None
    partner: Organisation | None = None
    partnership: Any = None
    support: SupportAccess | None = None
    support_until: datetime | None = None
    has_factor: bool | None = None

    @property
    def acts_for(self) -> Organisation | None:
        """The organisation on whose behalf the person acts (A2); None is the vendor's support."""
        if self.support is not None:
            return None
        return self.partner or self.organisation

    @property
    def is_member(self) -> bool:
        """Acting by a role of their own in this organisation."""
        return self.partner is None and self.support is None

    @property
    def is_reseller(self) -> bool:
        """Acting as a member of an organisation that is a partner: it has a reseller space."""
        return self.is_member and self.organisation.reseller_group_id is not None

    def answer(self, act: str) -> Answer:
        return answer(
            act,
            self.capacity,
            accounting=self.is_member
            and self.membership is not None
            and self.membership.accounting,
            reseller=self.is_reseller,
            premium=self.organisation.premium_support,
        )

    def may(self, act: str) -> bool:
        """Whether the act is allowed on at least something; templates offer nothing else."""
        return self.answer(act) not in (Answer.NO, Answer.HIDDEN)

    def require(self, act: str) -> None:
        """Raises Http404 where the table hides the act, ActForbidden (403) where it refuses it."""
        said = self.answer(act)
        if said is Answer.HIDDEN:
            raise Http404
        if said is Answer.NO:
            raise forbidden(self, act)


def forbidden(actor: Actor, act: str) -> ActForbidden:
    """The refusal of an act in words: which act, and who can do it, by name where names show and
    by role where they do not (section 6)."""
    owner = actor.organisation
    allowed = who_may(act)
    who = [str(capacity.label) for capacity in allowed]
    if actor.may("people.see"):
        people = owner.memberships.filter(role__in=allowed, user__is_active=True)
        people = people.select_related("user").order_by("pk")[:NAMED]
        who = [_named(member) for member in people]
    message = _("Not yours to do in the organisation %(organisation)s: %(act)s.") % {
        "act": ACTS[act].label,
        "organisation": owner.name,
    }
    return ActForbidden(message, act=ACTS[act].label, who=who, actor=actor)


def _named(member: Membership) -> str:
    """The person by name and role; never by address, which not everybody here may read."""
    role = str(member.get_role_display())
    return f"{member.user.name} ({role})" if member.user.name else role


def actor_in(person: User, slug: str) -> Actor:
    """The person as an actor in the organisation at `slug`. Raises Http404 when they are nobody
    there, with the same answer as for an organisation that does not exist."""
    actor = somebody_in(person, slug)
    if actor is None:
        raise Http404
    return actor


def somebody_in(person: User, slug: str) -> Actor | None:
    """The person as an actor in the organisation at `slug`, or None when they are nobody there.

    One query for a member, two for a partner's person and for the vendor's support.
    """
    memberships = MEMBERSHIPS(person=person.pk, slug=slug)
    for membership in memberships:
        membership.user = person
        if membership.organisation.slug == slug:
            return _member(person, membership)
    at_partners = {membership.organisation_id: membership for membership in memberships}
    return _partners_person(person, slug, at_partners) or _support(person, slug)


def _memberships(person: int, slug: str) -> QuerySet[Any]:
    """The memberships of a person (their key) in the organisation at `slug` and in partners."""
    let_in = SupportAccess.objects.live().filter(organisation=OuterRef("organisation"))
    here_or_at_partners = Q(organisation__slug=slug) | Q(organisation__reseller_group__isnull=False)
    return (
        Membership.objects.filter(here_or_at_partners, user=person)
        .select_related("organisation__partner")
        .annotate(support_until=Subquery(let_in.values("until")[:1]))
        .annotate(has_factor=Exists(factors_of(person)))
    )


def _partnership(person: int, slug: str) -> QuerySet[Any]:
    """The partnership through which a person (their key) reaches the client at `slug`, if any;
    its partner is one of `_memberships`."""
    found = grants.live_partnerships_of(person).filter(client__slug=slug)
    return found.select_related(None).select_related("client")[:1]


MEMBERSHIPS = Prepared(_memberships, person=int, slug=str)
PARTNERSHIP = Prepared(_partnership, person=int, slug=str)


def _member(person: User, membership: Any) -> Actor:
    return Actor(
        person,
        membership.organisation,
        membership.capacity,
        membership,
        support_until=membership.support_until,
        has_factor=membership.has_factor,
    )


def _partners_person(person: User, slug: str, at_partners: dict[int, Any]) -> Actor | None:
    """The person as one of a partner's people in its client's organisation, by a live partnership.

    With several partners of theirs at one client, full access comes before limited, the older
    partnership before the younger. `at_partners` are their memberships, by the partner's key.
    """
    if not at_partners:
        return None
    found = PARTNERSHIP(person=person.pk, slug=slug)
    if not found:
        return None
    partnership = found[0]
    membership = at_partners.get(partnership.partner_id)
    if membership is None:  # it began between the two questions: from the next click on
        return None
    partnership.partner = membership.organisation.partner
    full = partnership.access == "full"
    return Actor(
        person,
        partnership.client,
        Capacity.PARTNER_FULL if full else Capacity.PARTNER_LIMITED,
        membership,
        partner=partnership.partner.organisation,
        partnership=partnership,
        has_factor=membership.has_factor,
    )


def _support(person: User, slug: str) -> Actor | None:
    """One of the vendor's staff, where the organisation has let support in and the time it gave
    has not passed (S2); being staff alone opens nothing."""
    if not person.is_staff:
        return None
    access = (
        SupportAccess.objects.live()
        .select_related("organisation")
        .filter(organisation__slug=slug)
        .first()
    )
    if access is None:
        return None
    capacity = Capacity.SUPPORT_WRITE if access.may_write else Capacity.SUPPORT_READ
    return Actor(person, access.organisation, capacity, None, support=access)


def as_member(person: User, organisation: Organisation) -> Actor:
    """The person as a member of `organisation`. Raises Membership.DoesNotExist for others."""
    membership = Membership.objects.get(user=person, organisation=organisation)
    return Actor(person, organisation, membership.capacity, membership)


def organisations_of(person: User) -> QuerySet[Organisation]:
    """The organisations the person belongs to, by name (the switcher's first tab)."""
    return Organisation.objects.filter(memberships__user=person).order_by("name", "pk")


def client_names_of(person: User, text: str = "") -> QuerySet[Any, dict[str, Any]]:
    """The names, with `text` in them, and the keys of the clients the person reaches for their
    partners, by name (the switcher's second tab): read from the partnerships' index alone, however
    many clients there are."""
    names = [
        rows.filter(holds(text, "client_name")).values("client_name", "client_id")
        for rows in grants.partnerships_of(person)
    ]
    return names[0].union(*names[1:]).order_by("client_name", "client_id")


def clients_named(names: Iterable[dict[str, Any]]) -> list[Organisation]:
    """The clients of some of `client_names_of`, in their order."""
    keys = [row["client_id"] for row in names]
    found = Organisation.objects.in_bulk(keys)
    return [found[key] for key in keys]


def supported_by(person: User) -> QuerySet[Organisation]:
    """The organisations that have let support in, by name, for the vendor's staff (S2)."""
    if not person.is_staff:
        return Organisation.objects.none()
    let_in = SupportAccess.objects.live().values("organisation_id")
    return Organisation.objects.filter(pk__in=let_in).order_by("name", "pk")
