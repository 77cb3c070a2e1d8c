"""What a world file must also satisfy: what one entry says must fit what the others say.

Every check lives with values that could not be read (None): those are reported already.
"""

from collections import Counter
from collections.abc import Iterable

from access.forms import OrganisationForm
from access.rules import Role
from clients.rules import Access, PartnershipState
from partners.rules import PartnerState
from portal.worlds import tender_checking
from portal.worlds.format import (
    AskedEntry,
    GrantedEntry,
    MemberEntry,
    OrganisationEntry,
    PartnerEntry,
    PartnershipEntry,
    ProductEntry,
    World,
)
from portal.worlds.reading import Entry, Report, suggestion

State = PartnershipState
STATES_OF = {
    "request": {State.REQUESTED, State.ACTIVE, State.REFUSED, State.WITHDRAWN, State.ENDED},
    "invitation": {State.INVITED, State.ACTIVE, State.REFUSED, State.WITHDRAWN, State.ENDED},
}
GIVEN = {State.ACTIVE, State.ENDED}
ANSWERED = {State.ACTIVE, State.REFUSED, State.ENDED}
ASSIGNABLE = {Role.COLLABORATOR, Role.EXTERNAL_USER}
IN_THE_PROGRAMME = {PartnerState.APPROVED, PartnerState.SUSPENDED}


def company_form(organisation: OrganisationEntry) -> OrganisationForm:
    """The form that a person fills in for the same: its checks of numbers hold here too (O7)."""
    return OrganisationForm(
        {name: getattr(organisation, name) for name in OrganisationForm.Meta.fields}
    )


def check(world: World, report: Report) -> None:
    """Reports whatever in the world does not fit together."""
    Checker(world, report).check()
    tender_checking.check(world, report)


class Checker:
    def __init__(self, world: World, report: Report) -> None:
        self.world = world
        self.report = report
        self.organisations = {each.slug: each for each in world.organisations or ()}
        self.partners = {each.organisation: each for each in world.partners or ()}

    def check(self) -> None:
        world = self.world
        if world.catalogue:
            self.once(world.catalogue.categories, "slug")
            self.once(world.catalogue.product_types, "slug")
        self.once(world.people, "email")
        self.once(world.organisations, "slug")
        self.once(world.partners, "organisation")
        self.once(world.directory, "partner")
        self.once(world.tender_preferences, "partner")
        for organisation in world.organisations or ():
            self.check_organisation(organisation)
        for partner in world.partners or ():
            self.check_partner(partner)
        for partnership in world.partnerships or ():
            self.check_partnership(partnership)

    def once(self, entries: Iterable[Entry] | None, name: str) -> None:
        """Each value of this key stands in one entry only."""
        counted: Counter[str] = Counter()
        for each in entries or ():
            value = getattr(each, name)
            counted[value] += 1
            if value is not None and counted[value] == 2:
                self.report.add(each.at(name), f"“{value}” stands here a second time.")

    # ---- organisations -----------------------------------------------------------------------

    def check_organisation(self, organisation: OrganisationEntry) -> None:
        self.once(organisation.members, "person")
        for field, errors in company_form(organisation).errors.items():
            if getattr(organisation, field) is not None:
                self.report.add(organisation.at(field), " ".join(map(str, errors)))
        roles = [member.role for member in organisation.members or ()]
        if organisation.members is not None and Role.LEGAL_REPRESENTATIVE not in roles:
            self.report.add(
                organisation.at("members"), "one must have the role “legal_representative” (O3)."
            )
        for product in organisation.products or ():
            self.check_product(product)
        for name, count in Counter(organisation.product_names()).items():
            if count > 1:
                self.report.add(
                    organisation.at("products"), f"“{name}” is the name of {count} products."
                )
        for member in organisation.members or ():
            self.check_member(member, organisation)

    def check_product(self, product: ProductEntry) -> None:
        name, count = product.name or "", product.count or 1
        if count > 1 and "{n}" not in name:
            self.report.add(
                product.at("name"), f"must hold {{n}}, as there are {count}: “{name} {{n}}”."
            )
        if any(len(each) > 80 for each in product.all_names[-1:]):
            self.report.add(product.at("name"), "is too long with its number: 80 characters.")
        if product.started_on and product.renews_on and product.renews_on < product.started_on:
            self.report.add(product.at("renews_on"), "lies before “started_on”.")

    def check_member(self, member: MemberEntry, organisation: OrganisationEntry) -> None:
        for name in ("accounting", "products", "clients"):
            if getattr(member, name) and member.role is not None and member.role not in ASSIGNABLE:
                self.report.add(
                    member.at(name),
                    "is for collaborators and external users only: this person has it all.",
                )
        self.check_products(member, member.products, organisation)
        for index, client in enumerate(member.clients or ()):
            linked = any(
                each.partner == organisation.slug and each.client == client
                for each in self.world.partnerships or ()
                if each.state == State.ACTIVE
            )
            if not linked:
                self.report.add(
                    f"{member.at('clients')}[{index}]",
                    f"“{client}” is no client of “{organisation.slug}”: "
                    "there is no active partnership.",
                )

    def check_products(
        self, at: Entry, names: Iterable[str] | None, owner: OrganisationEntry | None
    ) -> None:
        """The owner has a product of each name."""
        if owner is None or owner.products is None:
            return
        owned = owner.product_names()
        for index, name in enumerate(names or ()):
            if name not in owned:
                self.report.add(
                    f"{at.at('products')}[{index}]",
                    f"“{owner.slug}” has no product “{name}”{suggestion(name, owned)}",
                )

    def check_partner(self, partner: PartnerEntry) -> None:
        organisation = self.organisations.get(partner.organisation)
        if organisation and organisation.affiliate:
            self.report.add(
                partner.at("organisation"), "an affiliate cannot be a partner, nor apply (P3)."
            )
        if partner.listed and partner.state is not None and partner.state not in IN_THE_PROGRAMME:
            self.report.add(partner.at("listed"), "is for approved and suspended partners only.")

    # ---- partnerships ------------------------------------------------------------------------

    def check_partnership(self, partnership: PartnershipEntry) -> None:
        self.check_sides(partnership)
        if partnership.how is None or partnership.state is None:
            return
        if partnership.state not in STATES_OF[partnership.how]:
            hint = suggestion("", STATES_OF[partnership.how], always=True)
            article = "a request" if partnership.how == "request" else "an invitation"
            self.report.add(
                partnership.at("state"), f"{article} cannot be “{partnership.state}”{hint}"
            )
            return
        self.check_parts(partnership)
        if partnership.asked:
            self.check_asked(partnership.asked)
        if partnership.granted:
            self.check_granted(
                partnership.granted, self.organisations.get(partnership.client or "")
            )
        self.check_people(partnership)

    def check_sides(self, partnership: PartnershipEntry) -> None:
        partner = self.partners.get(partnership.partner)
        if partnership.partner and (partner is None or partner.state not in IN_THE_PROGRAMME):
            self.report.add(
                partnership.at("partner"),
                f"“{partnership.partner}” is no approved or suspended partner in “partners”.",
            )
        if partnership.client and partnership.client == partnership.partner:
            self.report.add(partnership.at("client"), "is the partner itself.")

    def check_parts(self, partnership: PartnershipEntry) -> None:
        """The keys that this way and this state need are there, and no others."""
        request = partnership.how == "request"
        given = partnership.state in GIVEN
        asked = partnership.asked
        needs = {
            "asked": request,
            "granted": given or not request,
            "client": given or not request or bool(asked and asked.email is None),
        }
        for name, needed in needs.items():
            value = getattr(partnership, name)
            if needed and value is None and not self.reported(partnership.at(name)):
                self.report.add(partnership.at(name), self.why_needed(name, partnership))
        allowed = {
            "asked": request,
            "granted": needs["granted"],
            "answered_by": partnership.state in ANSWERED,
            "ended_by": partnership.state == State.ENDED,
        }
        for name, is_allowed in allowed.items():
            if not is_allowed and getattr(partnership, name) is not None:
                self.report.add(
                    partnership.at(name),
                    f"does not belong here: how “{partnership.how}”, state “{partnership.state}”.",
                )

    def why_needed(self, name: str, partnership: PartnershipEntry) -> str:
        if name == "client" and partnership.how == "request" and partnership.state not in GIVEN:
            return "is missing: name the client here, or the address in “asked.email”."
        return f"is missing: how “{partnership.how}”, state “{partnership.state}” needs it."

    def reported(self, place: str) -> bool:
        return any(mistake.place.startswith(place) for mistake in self.report.mistakes)

    def check_asked(self, asked: AskedEntry) -> None:
        self.check_payment(asked)
        if asked.access == Access.LIMITED and asked.categories in ((), []):
            self.report.add(asked.at("categories"), "is missing: limited access names some.")
        if asked.access == Access.FULL and asked.categories:
            self.report.add(asked.at("categories"), "is for limited access only.")

    def check_granted(self, granted: GrantedEntry, client: OrganisationEntry | None) -> None:
        self.check_payment(granted)
        if granted.access == Access.LIMITED and granted.products in ((), []):
            self.report.add(granted.at("products"), "is missing: limited access names some.")
        if granted.access == Access.FULL and granted.products:
            self.report.add(granted.at("products"), "is for limited access only.")
        self.check_products(granted, granted.products, client)

    def check_payment(self, offer: AskedEntry | GrantedEntry) -> None:
        if offer.access == Access.FULL and offer.payment_mode == "":
            self.report.add(offer.at("payment_mode"), "is missing: full access names who pays.")
        if offer.access == Access.LIMITED and offer.payment_mode == "partner":
            self.report.add(offer.at("payment_mode"), "must be “client” for limited access (M3).")

    def check_people(self, partnership: PartnershipEntry) -> None:
        """Who opens, answers and ends is a legal representative of the side that does (O4)."""
        client, partner = partnership.client, partnership.partner
        opener, other = (partner, client) if partnership.how == "request" else (client, partner)
        for name, sides in (
            ("opened_by", [opener]),
            ("answered_by", [other]),
            ("ended_by", [client, partner]),
        ):
            organisations = [self.organisations[slug] for slug in sides if slug]
            person = getattr(partnership, name)
            unread = any(each.members is None for each in organisations) or not organisations
            if (
                person
                and not unread
                and not any(person in each.represented_by() for each in organisations)
            ):
                names = " or ".join(f"“{each.slug}”" for each in organisations)
                self.report.add(
                    partnership.at(name), f"{person} is no legal representative of {names} (O4)."
                )
