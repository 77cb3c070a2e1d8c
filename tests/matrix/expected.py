"""What each page must answer to each person in each state, from the written table alone."""

from dataclasses import dataclass

from tests.matrix.cast import (
    CLIENT,
    FOREIGN,
    OWNED,
    PARTNER,
    PEOPLE,
    RIVAL,
    STATES,
    Situation,
    keys_of,
    texts_of_organisation,
    texts_of_product,
    word,
)
from tests.matrix.section6 import said

LIVE = frozenset(state for state, facts in STATES.items() if facts.live)
INVITED = frozenset({"invited limited", "invited full"})
REQUESTED = frozenset({"requested"})


@dataclass(frozen=True)
class Row:
    """A page inside an organisation: its act, its object, and the states in which it opens
    (elsewhere it leads to the page that tells what became of it)."""

    act: str
    thing: str = ""  # "product", or the partnership as seen by one side
    opens: frozenset[str] | None = None
    methods: str = "GET"


ROWS: dict[str, Row] = {
    "home": Row("organisation.open"),
    "products": Row("product.see"),
    "products_csv": Row("product.see"),
    "product": Row("product.see", "product"),
    "product_settings": Row("product.change_settings", "product", methods="GET POST"),
    "partners": Row("partners.see"),
    "partners_csv": Row("partners.see"),
    "partner_authorise": Row("partners.authorise", methods="GET POST"),
    "partnership": Row("partners.see", "of the client"),
    "partnership_change": Row("partners.change", "of the client", LIVE, "GET POST"),
    "partnership_end": Row("partners.end", "of the client", LIVE, "GET POST"),
    "partnership_resend": Row("partners.authorise", "of the client", methods="POST"),
    "partnership_withdraw": Row("partners.authorise", "of the client", INVITED, "GET POST"),
    "clients": Row("clients.see"),
    "clients_csv": Row("clients.see"),
    "clients_waiting": Row("clients.see_waiting"),
    "clients_waiting_csv": Row("clients.see_waiting"),
    "clients_over": Row("clients.see_waiting"),
    "clients_over_csv": Row("clients.see_waiting"),
    "client_add": Row("clients.add", methods="GET POST"),
    "client": Row("clients.see", "of the partner"),
    "client_products_csv": Row("clients.see", "of the partner"),
    "client_accept": Row("clients.answer", "invitation", INVITED, "GET POST"),
    "client_decline": Row("clients.answer", "invitation", INVITED, "GET POST"),
    "client_resend": Row("clients.add", "request", methods="POST"),
    "client_withdraw": Row("clients.add", "request", REQUESTED, "GET POST"),
    "client_end": Row("clients.end", "of the partner", LIVE, "GET POST"),
}


def capacity(persona: str, organisation: str, facts: Situation) -> str:
    """As whom the persona acts in the organisation; empty for a stranger."""
    place = PEOPLE.get(persona)
    if place is None:
        return ""
    if place[0] == organisation:
        return place[1]
    reaches = persona in ("partner boss", "partner admin", "partner collaborator")
    if organisation == CLIENT and reaches and facts.live:
        return f"partner_{facts.live}"
    return ""


def products_seen(persona: str, facts: Situation) -> set[str]:
    """Which of the client's two products the persona may see in the client's organisation."""
    answer = capacity(persona, CLIENT, facts)
    if answer in ("legal_representative", "administrator", "partner_full"):
        return {"one", "two"}
    if answer == "collaborator":
        return {"one"}
    return set(facts.granted) if answer == "partner_limited" else set()


def partnership_seen(persona: str, organisation: str, thing: str, facts: Situation) -> bool:
    """Whether the persona sees the partnership in `organisation`, as that side's."""
    role = capacity(persona, organisation, facts)
    represents = role in ("legal_representative", "administrator")
    if thing == "of the client":
        return organisation == CLIENT and represents and facts.client_known
    if organisation != PARTNER or not facts.opened_by:
        return False
    if {"invitation": "partner", "request": "client"}.get(thing) == facts.opened_by:
        return False
    assigned = persona == "partner collaborator" and bool(facts.live)
    return represents or assigned


def answer(
    persona: str, organisation: str, name: str, state: str, *, product: str = "", method: str
) -> int | str:
    """The status that the page must answer; "moves on" for a way to another page of ours."""
    row, facts = ROWS[name], STATES[state]
    if persona == "anonymous":
        return "login"
    if method not in row.methods.split():
        return 405
    role = capacity(persona, organisation, facts)
    if not role:
        return 404
    if row.thing == "product":
        if organisation != CLIENT or product not in products_seen(persona, facts):
            return 404
    elif row.thing and not partnership_seen(persona, organisation, row.thing, facts):
        return 404
    allowed = said(row.act, role, reseller=organisation in (PARTNER, RIVAL))
    if allowed in ("hidden", "no"):
        return 404 if allowed == "hidden" else 403
    return 200 if row.opens is None or state in row.opens else "moves on"


# ---- Which canaries a person may read --------------------------------------------------------


def people_of(slug: str, *roles: str) -> set[str]:
    """The names of an organisation's people, of all or of some roles."""
    return {
        word(who)
        for who, place in PEOPLE.items()
        if place and place[0] == slug and (not roles or place[1] in roles)
    }


def products_of(slug: str) -> set[str]:
    return {text for key in keys_of(slug) for text in texts_of_product(key)}


def canaries(persona: str, state: str) -> set[str]:
    """The canaries that the persona may read anywhere in the portal, in this state."""
    facts, place = STATES[state], PEOPLE.get(persona)
    known = {word(persona), word(persona, "mail")}
    if place is None:
        return known
    slug, role = place
    known |= texts_of_organisation(slug) | people_of(slug)
    if role in ("legal_representative", "administrator") and slug != CLIENT:
        known |= products_of(slug)
    if slug == CLIENT:
        known |= _known_at_client(persona, role, facts)
    elif slug == PARTNER:
        known |= _known_at_partner(persona, role, facts)
    elif slug == OWNED:
        known |= texts_of_organisation(PARTNER) | {word("partner boss")}
    elif slug == RIVAL:
        known |= texts_of_organisation(FOREIGN) | people_of(FOREIGN) | products_of(FOREIGN)
    elif slug == FOREIGN:
        known |= texts_of_organisation(RIVAL) | {word("rival boss")}
    return known


def _known_at_client(persona: str, role: str, facts: Situation) -> set[str]:
    known = set()
    for key in products_seen(persona, facts):
        known |= texts_of_product(key)
    if facts.live:  # who manages a product
        known.add(PARTNER.replace("slug", "name"))
    boss = persona == "client boss"
    represents = role in ("legal_representative", "administrator")
    if (represents and facts.client_known) or (boss and facts.opened_by):
        known |= texts_of_organisation(PARTNER) - {PARTNER}
        known |= {word("partner boss"), "zqmessage"}
    if represents and facts.client_known:
        known.add(word("client boss", "mail"))  # the address that was asked
    return known


def _known_at_partner(persona: str, role: str, facts: Situation) -> set[str]:
    represents = role in ("legal_representative", "administrator")
    known: set[str] = set()
    if represents:  # their other client, with full access
        known |= texts_of_organisation(OWNED) | people_of(OWNED) | products_of(OWNED)
        known |= {f"zqproduct{key}" for key in facts.offered}
    reached = capacity(persona, CLIENT, facts)
    if (represents and facts.client_known) or reached:
        known |= texts_of_organisation(CLIENT) | {"zqmessage"}
    if represents and facts.client_known:
        known.add(word("client boss"))  # who answered or invited, in the log of their own side
    if represents and facts.opened_by:
        known.add("zqmessage")
    if facts.opened_by == "partner" and (represents or reached):
        known.add(word("client boss", "mail"))  # the address they asked
    if reached == "partner_full":
        known |= people_of(CLIENT)
    for key in products_seen(persona, facts):
        known |= texts_of_product(key)
    return known
