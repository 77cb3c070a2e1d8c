"""The named cast of `domain.md` section 13 in the test database, and builders for many rows.

The demo world is loaded once for each test session, through the services; every test that asks for
`world` works on it and is rolled back. A test with transactions of its own asks for `live_world`;
after it the rows of the start are copied back.
"""

from collections.abc import Iterator
from dataclasses import replace
from datetime import timedelta
from time import time
from typing import Any

import pytest
from django.conf import settings
from django.test import Client, TransactionTestCase
from django.utils import timezone

from access import grants
from access import services as access_services
from access.models import Membership, Organisation, OutgoingMail, User
from access.policy import Actor, actor_in
from access.rules import Role, currency_of
from access.web.middleware import SEEN
from clients.models import Category, Partnership, Product, ProductType
from clients.rules import Access, PartnershipState, PaymentMode, Side
from partners import services as programme
from partners.models import Partner
from portal import worlds
from portal.worlds.money_format import NO_MONEY
from tests.snapshot import Snapshot, restoring, superuser

PASSWORD = "demo-password"


class World:
    """The demo world, by name: people by what stands before the @, organisations by slug."""

    password = PASSWORD

    # ---- the cast ----------------------------------------------------------------------------

    def person(self, name: str) -> User:
        """`lea` is lea@alpineweb.example."""
        return User.objects.get(email__startswith=f"{name}@")

    def organisation(self, slug: str) -> Organisation:
        return Organisation.objects.get(slug=slug)

    def partner(self, slug: str) -> Partner:
        return Partner.objects.select_related("organisation").get(organisation__slug=slug)

    def membership(self, name: str, slug: str) -> Membership:
        return Membership.objects.get(user=self.person(name), organisation__slug=slug)

    def actor(self, name: str, slug: str) -> Actor:
        """The person as an actor in the organisation; raises Http404 where they are nobody."""
        return actor_in(self.person(name), slug)

    def product(self, slug: str, name: str) -> Product:
        return Product.objects.get(organisation__slug=slug, name=name)

    def products(self, slug: str) -> list[Product]:
        return list(Product.objects.filter(organisation__slug=slug).order_by("name", "pk"))

    def category(self, slug: str) -> Category:
        return Category.objects.get(slug=slug)

    def product_type(self, slug: str) -> ProductType:
        return ProductType.objects.get(slug=slug)

    def partnership(self, client: str, partner: str) -> Partnership:
        """The youngest partnership of the two. A request that waits knows no client yet, only
        the address of its legal representative."""
        of_partner = Partnership.objects.filter(partner__organisation__slug=partner)
        named = of_partner.filter(client__slug=client)
        represented = User.objects.filter(
            memberships__organisation__slug=client,
            memberships__role=Role.LEGAL_REPRESENTATIVE,
        )
        waiting = of_partner.filter(client=None, asked_email__in=represented.values("email"))
        return (named | waiting).order_by("-pk")[:1].get()

    def client(self, name: str | None = None, **options: Any) -> Client:
        """A browser: of this person, signed in, or of a stranger. Pages are in English, whatever
        the person's language."""
        browser = Client(**options)
        browser.cookies[settings.LANGUAGE_COOKIE_NAME] = "en"
        if name is not None:
            browser.force_login(self.person(name))
            session = browser.session
            session[SEEN] = int(time())  # the first page costs no more than the next ones
            session.save()
        return browser

    # ---- more of everything ------------------------------------------------------------------

    def add_person(self, email: str, *, name: str = "") -> User:
        """Somebody with a verified address and the password of all."""
        user = User.objects.create_user(email, PASSWORD, name=name or email.partition("@")[0])
        user.emailaddress_set.create(email=user.email, verified=True, primary=True)
        return user

    def add_member(
        self, slug: str, name: str, role: str = Role.COLLABORATOR, *, accounting: bool = False
    ) -> User:
        """A new person with this role in the organisation; `name` is also the address's start."""
        user = self.add_person(f"{name}@{slug}.example", name=name.title())
        access_services.add_member(
            organisation=self.organisation(slug),
            user=user,
            role=role,
            by=None,
            accounting=accounting,
        )
        return user

    def add_organisation(self, slug: str, *, name: str = "", country: str = "CH") -> Organisation:
        """An organisation with a legal representative `boss@<slug>.example`."""
        boss = self.add_person(f"boss@{slug}.example", name=f"Boss of {slug}")
        return access_services.create_organisation(
            name=name or slug.title(), slug=slug, country=country, by=boss
        )

    def add_products(
        self, owner: Organisation, count: int, *, type: str = "web-hosting", name: str = "Extra {n}"
    ) -> list[Product]:
        """This many active products more."""
        kind = self.product_type(type)
        today = timezone.localdate()
        return Product.objects.bulk_create(
            Product(
                organisation=owner,
                product_type=kind,
                name=name.replace("{n}", f"{number:03}"),
                state="active",
                period=kind.period,
                started_on=today - timedelta(days=30),
                renews_on=today + timedelta(days=30),
            )
            for number in range(1, count + 1)
        )

    def add_clients(
        self,
        partner: Partner | Organisation,
        count: int,
        *,
        access: str = Access.FULL,
        payment_mode: str = PaymentMode.CLIENT,
    ) -> list[Partnership]:
        """This many active partnerships more, each with a new client, its legal representative
        and two products, of which limited access holds the first."""
        partnerships = []
        for owner in self._add_owners(count):
            first, _second = self.add_products(owner, 2, name=f"{owner.name} product {{n}}")
            partnership = self._add_partnership(
                partner,
                client=owner,
                state=PartnershipState.ACTIVE,
                access=access,
                payment_mode=payment_mode,
                started_at=timezone.now(),
            )
            boss = owner.memberships.get().user
            if access == Access.FULL:
                grants.grant_organisation(partnership, by=boss)
            else:
                grants.grant_products(partnership, [first], by=boss)
            partnerships.append(partnership)
        return partnerships

    def add_requests(self, partner: Partner | Organisation, count: int) -> list[Partnership]:
        """This many requests more that wait for an answer, at unknown addresses."""
        start = Partnership.objects.count()
        return [
            self._add_partnership(
                partner,
                state=PartnershipState.REQUESTED,
                asked_email=f"asked-{start + number}@elsewhere.example",
                asked_access=Access.FULL,
                asked_payment_mode=PaymentMode.CLIENT,
            )
            for number in range(count)
        ]

    def add_partners(self, count: int, *, listed: bool = True) -> list[Partner]:
        """This many approved partners more."""
        return [
            programme.approve(
                partner=Partner.objects.create(organisation=owner, contact_email=""),
                by=None,
                listed=listed,
            )
            for owner in self._add_owners(count, kind="reseller")
        ]

    def _add_owners(self, count: int, *, kind: str = "client") -> list[Organisation]:
        start = Organisation.objects.count()
        numbers = range(start + 1, start + count + 1)
        people = User.objects.bulk_create(
            User(email=f"boss@{kind}-{number}.example", name=f"Boss {number}", password="!")
            for number in numbers
        )
        owners = Organisation.objects.bulk_create(
            Organisation(
                name=f"{kind.title()} {number:04}",
                slug=f"{kind}-{number}",
                country="CH",
                currency=currency_of("CH"),
            )
            for number in numbers
        )
        Membership.objects.bulk_create(
            Membership(user=person, organisation=owner, role=Role.LEGAL_REPRESENTATIVE)
            for person, owner in zip(people, owners, strict=True)
        )
        return owners

    def _add_partnership(self, partner: Partner | Organisation, **fields: Any) -> Partnership:
        now = timezone.now()
        partnership = Partnership.objects.create(
            partner_id=partner.pk,
            opened_by=Side.PARTNER,
            sent_at=now,
            expires_at=now + timedelta(days=30),
            **fields,
        )
        return Partnership.objects.select_related("client", "partner__organisation").get(
            pk=partnership.pk
        )


def load_demo_world() -> None:
    """Loads the demo world. Its own mails go, so that a test finds only those it caused."""
    # Without what happened with money, tenders and pages of the directory, so that each test knows
    # every order, tender and page there is.
    nothing: Any = {
        "money": NO_MONEY,
        "theme_bundles": [],
        "directory": [],
        "tender_preferences": [],
        "tenders": [],
        "backups": [],
    }
    worlds.load(replace(worlds.read_file(worlds.DEMO), **nothing))
    OutgoingMail.objects.all().delete()


@pytest.fixture(scope="session")
def django_db_setup(django_db_setup: None, django_db_blocker: Any) -> Iterator[None]:
    """The test database holds the demo world from the start, and again after each test with
    transactions of its own."""
    with django_db_blocker.unblock():
        if worlds.is_empty():
            load_demo_world()
        snapshot = Snapshot() if superuser() else None
    with pytest.MonkeyPatch.context() as patch:
        if snapshot is not None:
            patch.setattr(TransactionTestCase, "_fixture_teardown", restoring(snapshot))
        yield


@pytest.fixture
def world(db: None) -> World:
    """The demo world; what the test changes is rolled back."""
    if not Organisation.objects.exists():  # a test with transactions of its own emptied it
        load_demo_world()
    return World()


@pytest.fixture
def live_world(transactional_db: None) -> World:
    """The demo world in a database that really commits: for races and for browsers."""
    if not Organisation.objects.exists():
        load_demo_world()
    return World()
