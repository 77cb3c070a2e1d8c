"""The letters of the programme (P1, P5): to those who answer for the organisation. What they say
is looked up when they are written; what is no longer true is not sent."""

from django.urls import reverse
from django.utils.translation import gettext as _

from access.letters import Facts, Letter, absolute, letter, safe_name, vendor_name
from partners.models import Partner
from partners.rules import PartnerState


def _partner(facts: Facts, state: PartnerState) -> Partner | None:
    """The partner, if it is still in the state of which the letter tells."""
    found = Partner.objects.select_related("organisation").filter(pk=facts["partner"])
    return found.filter(state=state).first()


def _names(partner: Partner) -> dict[str, str]:
    return {"organisation": safe_name(partner.organisation.name), "vendor": vendor_name()}


def _why(partner: Partner) -> str:
    return _(
        "You get this mail because you answer for the organisation %(organisation)s, or because "
        "its application names this address."
    ) % _names(partner)


def _page(partner: Partner, name: str = "programme_status") -> str:
    return absolute(reverse(name, args=[partner.organisation.slug]))


@letter("partners.application_received")
def application_received(facts: Facts) -> Letter | None:
    partner = _partner(facts, PartnerState.APPLIED)
    if partner is None:
        return None
    names = _names(partner)
    return Letter(
        subject=_("Your application to the partner programme has arrived"),
        paragraphs=[
            _("Thank you for applying to the partner programme of %(vendor)s for %(organisation)s.")
            % names,
            _(
                "We check the registration number and the web site, and read what you wrote. You "
                "get our answer by e-mail; until then there is nothing for you to do."
            ),
        ],
        action=(_("See where it stands"), _page(partner)),
        after=[_("On that page you can withdraw the application as long as we have not answered.")],
        why=_why(partner),
    )


@letter("partners.approved")
def approved(facts: Facts) -> Letter | None:
    partner = _partner(facts, PartnerState.APPROVED)
    if partner is None:
        return None
    names = _names(partner)
    return Letter(
        subject=_("Welcome to the partner programme"),
        paragraphs=[
            _("%(organisation)s is a partner of %(vendor)s from now on.") % names,
            _(
                "The reseller space is open: add your first client, see your prices and your "
                "benefits, and choose whether the directory shows you."
            ),
        ],
        quote=partner.reason,
        action=(_("See the benefits"), _page(partner, "benefits")),
        why=_why(partner),
    )


@letter("partners.refused")
def refused(facts: Facts) -> Letter | None:
    partner = _partner(facts, PartnerState.REFUSED)
    if partner is None:
        return None
    names = _names(partner)
    first = _(
        "We cannot take %(organisation)s into the partner programme of %(vendor)s for the moment."
    )
    return Letter(
        subject=_("Our answer to your application"),
        paragraphs=[first % names, *([_("The reason:")] if partner.reason else [])],
        quote=partner.reason,
        action=(_("Read it, or apply again"), _page(partner)),
        after=[_("You may apply again as soon as this has changed. What you filled in is kept.")],
        why=_why(partner),
    )


@letter("partners.suspended")
def suspended(facts: Facts) -> Letter | None:
    partner = _partner(facts, PartnerState.SUSPENDED)
    if partner is None:
        return None
    names = _names(partner)
    return Letter(
        subject=_("Your partnership with %(vendor)s is suspended") % names,
        paragraphs=[
            _("%(organisation)s is suspended from the partner programme of %(vendor)s.") % names,
            _(
                "You keep your clients and see your data. Until the partnership is resumed there "
                "are no new clients, no tenders, no discount and no cashback."
            ),
            *([_("The reason:")] if partner.reason else []),
        ],
        quote=partner.reason,
        action=(_("See what this means"), _page(partner)),
        after=[_("Our support answers your questions about it.")],
        why=_why(partner),
    )


@letter("partners.resumed")
def resumed(facts: Facts) -> Letter | None:
    partner = _partner(facts, PartnerState.APPROVED)
    if partner is None:
        return None
    names = _names(partner)
    return Letter(
        subject=_("Your partnership with %(vendor)s goes on") % names,
        paragraphs=[
            _("%(organisation)s is a partner of %(vendor)s again, with all benefits.") % names,
        ],
        quote=partner.reason,
        action=(_("See the benefits"), _page(partner, "benefits")),
        why=_why(partner),
    )
