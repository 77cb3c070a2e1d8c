"""The letters of the directory (D1)."""

from django.utils.translation import gettext as _

from access.letters import Facts, Letter, Verbatim, absolute, letter, safe_name
from partners.models import Partner
from partners.rules import SPOKEN


@letter("partners.contacted")
def contacted(facts: Facts) -> Letter | None:
    """A visitor of the directory writes to a partner: its words without links, its address as a
    fact (T23, T34). None when the partner has left the directory, or the words were erased."""
    partner = Partner.objects.open_to_clients().filter(pk=facts["partner"]).first()
    if partner is None or "text" not in facts:
        return None
    path = f"/{facts['language']}/directory/{partner.organisation.slug}/"
    return Letter(
        subject=_("A message from the partner directory"),
        paragraphs=[
            _("A visitor of the directory writes to %(partner)s. We have not checked who it is.")
            % {"partner": safe_name(str(partner))},
        ],
        facts=[
            (_("Name"), safe_name(facts["name"])),
            (_("E-mail"), Verbatim(facts["email"])),
            (_("Language"), str(SPOKEN.get(facts["language"], facts["language"]))),
        ],
        quote=facts["text"],
        action=(_("See your page in the directory"), absolute(path)),
        after=[
            _("To answer, write to the address above: an answer to this mail reaches nobody."),
        ],
        why=_("You get this mail because %(partner)s is listed in the partner directory.")
        % {"partner": safe_name(str(partner))},
    )
