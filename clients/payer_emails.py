"""The letters about the partner's word that it pays (M10)."""

from django.utils.translation import gettext as _

from access.letters import Facts, Letter, letter
from clients.letter_parts import Sides


@letter("clients.payment_confirmed")
def payment_confirmed(facts: Facts) -> Letter:
    """The partner said that it pays (M10)."""
    sides = Sides.of(facts)
    return Letter(
        subject=_("%(partner)s pays your orders and renewals") % sides.names,
        paragraphs=[
            _("%(who)s confirmed that %(partner)s pays from now on.") % sides.names,
            _("Your own orders may wait for its approval: it decides up to which amount they do "
              "not."),
        ],
        facts=sides.facts(),
        action=sides.page(),
        after=[_("You can change who pays at any time on that page.")],
        why=sides.why(),
    )  # fmt: skip


@letter("clients.payment_declined")
def payment_declined(facts: Facts) -> Letter:
    """The partner does not want to pay: the client does, as before (M10)."""
    sides = Sides.of(facts)
    return Letter(
        subject=_("%(partner)s does not take over the payment") % sides.names,
        paragraphs=[
            _("%(who)s declined to pay the orders and renewals of %(client)s.") % sides.names,
            _("%(client)s pays them, as it does without that change. The access of %(partner)s "
              "stays as it is.")
            % sides.names,
        ],
        facts=sides.facts(),
        action=sides.page(),
        after=[_("On that page you can change the access, or end the partnership.")],
        why=sides.why(),
    )  # fmt: skip
