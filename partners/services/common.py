"""What the verbs of the programme share: locks, moves from state to state, what the log keeps."""

from django.utils.translation import gettext as _

from access.errors import Refused
from access.models import Organisation
from partners.models import Partner
from partners.rules import MOVES, PartnerState


class NotPossible(Refused):
    """The partner's state does not allow this verb."""


def lock_organisation(pk: int) -> Organisation:
    """The organisation, locked: the first lock of each verb of the programme."""
    return Organisation.objects.select_for_update(no_key=True).get(pk=pk)


def lock_partner(organisation: Organisation) -> Partner | None:
    """The organisation's place in the programme, locked; None where it has none (any more)."""
    partner = Partner.objects.select_for_update(of=("self",)).filter(pk=organisation.pk).first()
    if partner is not None:
        partner.organisation = organisation
    return partner


def refuse_affiliate(organisation: Organisation) -> None:
    """P3, said before the database has to."""
    if organisation.affiliate:
        raise NotPossible(_("An affiliate cannot be a partner. End the affiliation first."))


def move(partner: Partner, verb: str) -> None:
    """Puts the partner into the state to which the verb leads. Raises NotPossible where it leads
    nowhere."""
    after = MOVES[verb].get(PartnerState(partner.state))
    if after is None:
        raise NotPossible(
            _("%(partner)s is in the state “%(state)s”, which does not allow this.")
            % {"partner": partner.organisation.name, "state": partner.get_state_display()}
        )
    partner.state = after


def state_of(partner: Partner) -> dict[str, str | bool]:
    """What the log keeps of a partner."""
    kept: dict[str, str | bool] = {"state": str(partner.state), "listed": partner.listed}
    return kept | ({"decision": partner.reason} if partner.reason else {})
