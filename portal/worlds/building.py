"""Building a world that was read and checked: in a fixed order, through the services."""

from collections.abc import Callable, Iterable, Iterator
from contextlib import contextmanager
from functools import cached_property
from typing import Any

from allauth.account.models import EmailAddress
from django.contrib.auth.hashers import make_password
from django.core.exceptions import ValidationError
from django.db import Error as DatabaseError
from django.db import transaction
from django.http import Http404

from access import grants
from access.errors import ActForbidden, Refused
from access.limits import without_limits
from access.models import Membership, Organisation, OutgoingMail, User
from access.policy import Actor, actor_in
from access.services import add_member, create_organisation
from access.services.support import set_premium
from clients import services
from clients.models import Category, Partnership, Product, ProductType
from clients.rules import Access, Offer, PartnershipState, Side
from partners import services as programme
from partners.models import Partner
from partners.rules import PartnerState
from portal.worlds import (
    money_building,
    product_building,
    programme_building,
    rebilling_building,
    tender_building,
)
from portal.worlds.checking import company_form
from portal.worlds.format import (
    BackupEntry,
    GrantedEntry,
    MemberEntry,
    OrganisationEntry,
    PartnerEntry,
    PartnershipEntry,
    PersonEntry,
    ProductEntry,
    World,
)
from portal.worlds.money_format import (
    OrderEntry,
    OrderLimitEntry,
    RebillingEntry,
    RenewedEntry,
    TopUpEntry,
)
from portal.worlds.programme_format import ListingEntry
from portal.worlds.reading import Entry, Mistake, WorldError
from portal.worlds.tender_format import PreferenceEntry, TenderEntry

State = PartnershipState


@transaction.atomic
def build(world: World) -> None:
    """Builds the world in an empty database. Raises WorldError with what a service refused, and
    then nothing is built."""
    with without_limits():
        Builder(world).build()


class Builder:
    def __init__(self, world: World) -> None:
        self.world = world
        self.mistakes: list[Mistake] = []
        self.hashes: dict[str, str] = {}
        self.people: dict[str, User] = {}
        self.organisations: dict[str, Organisation] = {}

    def build(self) -> None:
        world = self.world
        self.each(world.catalogue.categories, product_building.make_category)
        self.each(world.catalogue.product_types, product_building.make_product_type)
        self.each(world.people, self.person)
        self.each(world.catalogue.product_types, self.prices)
        self.each([world.catalogue], self.vat_rates)
        self.each(world.organisations, self.organisation)
        self.each(world.partners, self.partner)
        self.each(world.partnerships, self.partnership)
        self.each(world.organisations, self.assignments)
        self.each(world.theme_bundles, programme_building.offer_themes)
        self.each(world.directory, self.listing)
        self.each(world.tender_preferences, self.preference)
        self.each(world.tenders, self.tender)
        self.money()
        self.each(world.backups, self.backup)
        self.each(world.partners, self.suspension)
        if not world.send_mails:
            OutgoingMail.objects.waiting().update(state=OutgoingMail.State.OBSOLETE, secrets={})

    def each[Kind: Entry](self, entries: Iterable[Kind], make: Callable[[Kind], Any]) -> None:
        """Makes each entry; what is refused is collected, and stops the next kind of entries."""
        for entry in entries:
            with self.reporting(entry):
                make(entry)
        if self.mistakes:
            raise WorldError(*self.mistakes)

    @contextmanager
    def reporting(self, entry: Entry) -> Iterator[None]:
        try:
            with transaction.atomic():
                yield
        except (Refused, ActForbidden) as refusal:
            self.mistakes.append(Mistake(entry.place, str(refusal)))
        except Http404:
            self.mistakes.append(Mistake(entry.place, "This person cannot do that there."))
        except ValidationError as refusal:
            self.mistakes.append(Mistake(entry.place, " ".join(refusal.messages)))
        except DatabaseError as refusal:
            sentence = str(refusal).partition("\n")[0]
            self.mistakes.append(Mistake(entry.place, f"The database refuses it: {sentence}"))

    # ---- catalogue and people ----------------------------------------------------------------

    def prices(self, entry: Any) -> None:
        if entry.prices is not None:
            product_type = self.product_types[entry.slug]
            money_building.set_prices(product_type, entry.prices, by=self.staff)

    def vat_rates(self, entry: Any) -> None:
        money_building.set_vat_rates(entry.vat_rates, by=self.staff)

    @cached_property
    def product_types(self) -> dict[str, ProductType]:
        return {each.slug: each for each in ProductType.objects.all()}

    def person(self, entry: PersonEntry) -> None:
        make = User.objects.create_superuser if entry.staff else User.objects.create_user
        user = make(entry.email, name=entry.name, language=entry.language)
        password = entry.password or self.world.password
        if password:
            user.password = self.hashed(password)
            user.save(update_fields=["password"])
        EmailAddress.objects.create(user=user, email=user.email, verified=True, primary=True)
        self.people[entry.email] = user

    def hashed(self, password: str) -> str:
        """Each password is hashed once: it is slow on purpose, and a file may name thousands of
        people with one password."""
        if password not in self.hashes:
            self.hashes[password] = make_password(password)
        return self.hashes[password]

    @cached_property
    def staff(self) -> User | None:
        """Who approves partners: the first of the vendor's staff in the file."""
        return next((self.people[each.email] for each in self.world.people if each.staff), None)

    # ---- organisations -----------------------------------------------------------------------

    def organisation(self, entry: OrganisationEntry) -> None:
        founder = self.people[entry.represented_by()[0]]
        form = company_form(entry)
        form.full_clean()  # numbers are kept in their compact form, as from a page
        organisation = create_organisation(
            by=founder,
            slug=entry.slug,
            affiliate=entry.affiliate,  # type: ignore[arg-type]
            **form.cleaned_data,
        )
        self.organisations[entry.slug] = organisation
        set_premium(organisation=organisation, premium=entry.premium_support, by=None)
        for member in entry.members:
            if self.people[member.person] != founder:
                with self.reporting(member):
                    self.member(member, organisation, by=founder)
        for product in entry.products:
            with self.reporting(product):
                self.product(product, organisation, by=founder)

    def member(self, entry: MemberEntry, organisation: Organisation, *, by: User) -> None:
        add_member(
            organisation=organisation,
            user=self.people[entry.person],
            role=entry.role,
            by=by,
            accounting=entry.accounting,
        )

    def product(self, entry: ProductEntry, organisation: Organisation, *, by: User) -> None:
        for name in entry.all_names:
            services.install_product(
                organisation=organisation,
                product_type=self.product_types[entry.type],
                name=name,
                by=by,
                state=entry.state,
                period=entry.period,
                started_on=entry.started_on,
                renews_on=entry.renews_on,
                auto_renewal=entry.auto_renewal,
            )

    def assignments(self, entry: OrganisationEntry) -> None:
        organisation = self.organisations[entry.slug]
        by = self.people[entry.represented_by()[0]]
        for member in entry.members:
            if not (member.products or member.clients):
                continue
            membership = Membership.objects.get(
                organisation=organisation, user=self.people[member.person]
            )
            with self.reporting(member):
                grants.assign_products(
                    membership, self.products(organisation, member.products), by=by
                )
                clients = [self.organisations[slug] for slug in member.clients]
                grants.assign_clients(membership, clients, by=by)

    # ---- money -------------------------------------------------------------------------------

    def money(self) -> None:
        """What happened with money, in the order of `docs/world.md`."""
        money = self.world.money
        self.each(money.top_ups, self.top_up)
        self.each(money.order_limits, self.order_limit)
        self.each(money.renewals, self.renewed)
        if money.renewals:
            money_building.renew_until_today()
        self.each(money.orders, self.order)
        for slug in money.paid_by_transfer:
            money_building.pay_open_invoices(self.organisations[slug], by=self.staff)
        self.each(money.rebilling, self.rebilling)

    def top_up(self, entry: TopUpEntry) -> None:
        money_building.top_up(entry, self.organisations[entry.organisation], by=self.staff)

    def order_limit(self, entry: OrderLimitEntry) -> None:
        money_building.limit_orders(entry, by=self.representative(entry.partner))

    def renewed(self, entry: RenewedEntry) -> None:
        money_building.put_back(self.organisations[entry.organisation], entry.terms)

    def order(self, entry: OrderEntry) -> None:
        by = actor_in(self.people[entry.by], entry.organisation)
        money_building.order(entry, self.product_types, by=by)

    def rebilling(self, entry: RebillingEntry) -> None:
        by = self.representative(entry.partner)
        rebilling_building.set_sender(entry, by=by)
        for markup in entry.markups:
            with self.reporting(markup):
                rebilling_building.set_markup(markup, self.organisations, self.product_types, by=by)
        for bill in entry.bills:
            with self.reporting(bill):
                rebilling_building.bill(bill, self.organisations[bill.client], by=by)

    def backup(self, entry: BackupEntry) -> None:
        """Comes after the orders, which make backups too."""
        product_building.place_backup(
            entry,
            self.organisations[entry.organisation],
            owner=self.organisations[entry.of] if entry.of else None,
        )

    # ---- partners ----------------------------------------------------------------------------

    def partner(self, entry: PartnerEntry) -> None:
        by = self.representative(entry.organisation)
        fields = entry.application.fields()
        partner = programme.apply(by=by, contact_email=entry.contact_email, **fields)
        if entry.state == PartnerState.REFUSED:
            programme.refuse(partner=partner, by=self.staff)
        elif entry.state != PartnerState.APPLIED:
            programme.approve(partner=partner, by=self.staff, listed=entry.listed)

    def suspension(self, entry: PartnerEntry) -> None:
        """Comes last: a suspended partner gets no new client (P5), and keeps those it had."""
        if entry.state == PartnerState.SUSPENDED:
            partner = Partner.objects.get(organisation__slug=entry.organisation)
            programme.suspend(partner=partner, by=self.staff)

    def listing(self, entry: ListingEntry) -> None:
        programme_building.write_page(entry, by=self.representative(entry.partner))

    # ---- tenders -----------------------------------------------------------------------------

    def preference(self, entry: PreferenceEntry) -> None:
        tender_building.want(entry, by=self.representative(entry.partner))

    def tender(self, entry: TenderEntry) -> None:
        tender_building.make_tender(
            entry,
            person=self.people[entry.person] if entry.person else None,
            organisation=self.organisations[entry.organisation] if entry.organisation else None,
            actor_in=self.representative,
            staff=self.staff,
        )

    # ---- partnerships ------------------------------------------------------------------------

    def partnership(self, entry: PartnershipEntry) -> None:
        opened = self.request(entry) if entry.how == "request" else self.invitation(entry)
        if entry.state in (State.ACTIVE, State.ENDED):
            opened = self.accept(entry, opened)
        if entry.state == State.ENDED:
            self.end(entry, opened)

    def request(self, entry: PartnershipEntry) -> Partnership:
        assert entry.asked is not None  # noqa: S101 - checked
        by = self.representative(entry.partner, entry.opened_by)
        partnership = services.request_access(
            email=self.address_asked(entry),
            access=entry.asked.access,
            by=by,
            categories=Category.objects.filter(slug__in=entry.asked.categories),
            payment_mode=entry.asked.payment_mode,
            message=entry.message,
            another_organisation=True,
        )
        if entry.state == State.REFUSED:
            services.refuse_request(partnership=partnership, by=self.person_asked(entry))
        elif entry.state == State.WITHDRAWN:
            services.withdraw(partnership=partnership, by=by)
        return partnership

    def invitation(self, entry: PartnershipEntry) -> Partnership:
        by = self.representative(entry.client, entry.opened_by)
        partnership = services.invite_partner(
            partner=Partner.objects.get(organisation__slug=entry.partner),
            offer=self.offer(entry.granted, by.organisation),
            by=by,
            message=entry.message,
        )
        if entry.state == State.REFUSED:
            partners_person = self.representative(entry.partner, entry.answered_by)
            services.refuse_invitation(partnership=partnership, by=partners_person)
        elif entry.state == State.WITHDRAWN:
            services.withdraw(partnership=partnership, by=by)
        return partnership

    def accept(self, entry: PartnershipEntry, partnership: Partnership) -> Partnership:
        if entry.how == "request":
            client = self.organisations[entry.client or ""]
            return services.grant_request(
                partnership=partnership,
                client=client,
                offer=self.offer(entry.granted, client),
                by=self.person_asked(entry),
            )
        return services.accept_invitation(
            partnership=partnership,
            version=partnership.version,
            by=self.representative(entry.partner, entry.answered_by),
        )

    def end(self, entry: PartnershipEntry, partnership: Partnership) -> None:
        partners = self.entry_of(entry.partner).represented_by()
        side = Side.PARTNER if entry.ended_by in partners else Side.CLIENT
        slug = entry.partner if side == Side.PARTNER else entry.client
        by = self.representative(slug, entry.ended_by)
        services.end_partnership(partnership=partnership, side=side, by=by)

    def address_asked(self, entry: PartnershipEntry) -> str:
        """The address in the file, else that of who answers."""
        assert entry.asked is not None  # noqa: S101 - checked
        default = entry.answered_by or self.entry_of(entry.client).represented_by()[0]
        return entry.asked.email or default

    def person_asked(self, entry: PartnershipEntry) -> User:
        if entry.answered_by:
            return self.people[entry.answered_by]
        person = self.people.get(self.address_asked(entry))
        if person is None:
            raise Refused(f"There is no person {self.address_asked(entry)} to answer.")
        return person

    def offer(self, granted: GrantedEntry | None, client: Organisation) -> Offer:
        assert granted is not None  # noqa: S101 - checked
        if granted.access == Access.FULL:
            return Offer.full(granted.payment_mode).until(granted.ends_on)
        products = self.products(client, granted.products)
        return Offer.limited([product.pk for product in products]).until(granted.ends_on)

    def products(self, owner: Organisation, names: Iterable[str]) -> list[Product]:
        return list(Product.objects.filter(organisation=owner, name__in=names))

    def representative(self, slug: str | None, person: str | None = None) -> Actor:
        """The person, else the first legal representative, as an actor in the organisation."""
        person = person or self.entry_of(slug).represented_by()[0]
        return actor_in(self.people[person], slug or "")

    def entry_of(self, slug: str | None) -> OrganisationEntry:
        return self.entries[slug or ""]

    @cached_property
    def entries(self) -> dict[str, OrganisationEntry]:
        return {each.slug: each for each in self.world.organisations}
