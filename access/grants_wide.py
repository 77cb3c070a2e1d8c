"""What a partner's person reaches at all clients at once: conditions in SQL (A1, O5).

The second half of `access.grants`, for the one list that is too wide for a query of Django's: it
needs LATERAL, to read no more of a client's products than a page shows. `link` is the partnership
and `product` the product in the query that these conditions stand in; they hold for live
partnerships only (L9), and for what the partnership's grants cover.
"""

from access.policy import Actor
from access.rules import Answer

LIVE = "link.state = 'active' AND (link.ends_at IS NULL OR link.ends_at > now())"

REACHED = """
    CASE link.access
    WHEN 'full' THEN EXISTS (
        SELECT FROM access_organisationgrouppermission held
        WHERE held.partnership_id = link.id AND held.content_object_id = product.organisation_id)
    WHEN 'limited' THEN EXISTS (
        SELECT FROM access_productgrouppermission held
        WHERE held.partnership_id = link.id AND held.content_object_id = product.id)
    ELSE false END
"""

ASSIGNED = """
    EXISTS (SELECT FROM access_organisationuserpermission assigned
            WHERE assigned.content_object_id = link.client_id AND assigned.membership_id = %s)
"""


def links_of(actor: Actor) -> tuple[str, list[int]]:
    """The condition on `link` for the clients that the actor reaches in the reseller space, with
    its parameters: all of the partner's, or those assigned to a collaborator (O5)."""
    said = actor.answer("clients.see")
    mine, values = f"link.partner_id = %s AND {LIVE}", [actor.organisation.pk]
    if said is Answer.ALL:
        return mine, values
    if said is Answer.ASSIGNED and actor.membership is not None:
        return f"{mine} AND {ASSIGNED}", [*values, actor.membership.pk]
    return "false", []
