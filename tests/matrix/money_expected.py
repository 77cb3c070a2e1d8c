"""Who sees which order, invoice, entry and bill, and which figures (M3, M4, M6, B12, section 6)."""

from tests.matrix.cast import (
    CLIENT,
    OWNED,
    PARTNER,
    PEOPLE,
    SECOND,
    STATES,
    data_of,
    texts_of_organisation,
    word,
)
from tests.matrix.money import (
    ASKED,
    BILL,
    DRAFT,
    DRAFT_PRICE,
    INVOICES,
    MARGIN,
    ORDERS,
    PAY_OUT,
    PREFIX,
    TOP_UPS,
    line_word,
)
from tests.matrix.rows import EVER

REPRESENTS = ("legal_representative", "administrator")
OF_BOTH = ("client", "partner", "waiting")
"""The client's orders in which the partner has a part."""


def reads_books(persona: str, accounting: frozenset[str]) -> bool:
    """Whether the persona reads the account and the invoices of its own organisation."""
    place = PEOPLE.get(persona)
    return place is not None and (place[1] in REPRESENTS or persona in accounting)


def reaches_client(persona: str, state: str) -> bool:
    """Whether the partner's person has the client among its own: past ones too for who answers
    for the partner, for a collaborator what was assigned and is live (O5)."""
    place = PEOPLE.get(persona)
    if place is None or place[0] != PARTNER or state not in EVER:
        return False
    assigned = persona == "partner collaborator" and bool(STATES[state].live)
    return place[1] in REPRESENTS or assigned


def money_seen(
    persona: str,
    organisation: str,
    thing: str,
    key: str,
    state: str,
    *,
    role: str,
    accounting: frozenset[str],
) -> bool:
    """Whether the object in the address is there for the persona, who acts as `role`."""
    own = role in REPRESENTS or (
        role in ("collaborator", "external_user") and persona in accounting
    )
    mine = "client" if organisation == CLIENT else "partner"
    if thing == "order":
        return _order_seen(organisation, key, state, role=role, own=own)
    if thing == "client order":
        return organisation == PARTNER and _client_order_seen(persona, key, state)
    if thing in ("entry", "asked"):
        return own and (key == mine or (key == "pay out" and mine == "partner"))
    if thing == "open invoice":
        return own and key == {"client": "second", "partner": "own"}[mine]
    if thing == "invoice":
        there = {"client": ("client", "second"), "partner": ("own", "partner")}[mine]
        return own and key in there and (key != "partner" or state in EVER)
    if thing == "received":
        return own and organisation == CLIENT and key == "issued" and state in EVER
    bills = own and organisation == PARTNER
    return bills and (key == "general" or reaches_client(persona, state))


def _order_seen(organisation: str, key: str, state: str, *, role: str, own: bool) -> bool:
    if key in ("partner", "waiting") and state not in EVER:
        return False
    if organisation == PARTNER:
        return own and key == "own"
    if role == "partner_full":
        return key in OF_BOTH
    return own and key != "own"


def _client_order_seen(persona: str, key: str, state: str) -> bool:
    if key == "owned":
        return PEOPLE.get(persona) in ((PARTNER, role) for role in REPRESENTS)
    return key in OF_BOTH and reaches_client(persona, state)


# ---- Which figures a person may read ---------------------------------------------------------


def money_known(persona: str, state: str, accounting: frozenset[str]) -> set[str]:
    """The words, amounts and numbers that the persona may read, and whose names come with them."""
    place = PEOPLE.get(persona)
    if place is None:
        return set()
    books, both = reads_books(persona, accounting), state in EVER
    if place[0] == CLIENT:
        return _known_to_client(both) if books else set()
    if place[0] == PARTNER:
        known = _known_to_accountant(both) if books else set()
        if reaches_client(persona, state):
            known |= {part for key in OF_BOTH for part in _figures(key)}
            known |= texts_of_organisation(CLIENT)
        if books and reaches_client(persona, state):
            known |= {*BILL, MARGIN, DRAFT, DRAFT_PRICE, PREFIX.lower(), *data_of(CLIENT)}
        if place[1] in REPRESENTS:
            known |= _figures("owned")
        return known
    if place[0] == SECOND:
        return _figures("second")
    if place[0] == OWNED:
        return {line_word("owned"), ORDERS["owned"]["public"], *INVOICES["owned"]}
    return set()


def _figures(key: str) -> set[str]:
    """All that the partner reads of an order in which it has a part: no invoice (M4)."""
    return {line_word(key), *ORDERS[key].values()} - {""}


def _known_to_client(both: bool) -> set[str]:
    """Its own invoices and account; of what its partner pays the words, and no figure (M4)."""
    known = {TOP_UPS[CLIENT], ASKED[CLIENT], *texts_of_organisation(SECOND)}
    for key in ("client", "second"):
        known |= {line_word(key), ORDERS[key]["public"], *INVOICES[key]}
    if both:
        known |= {line_word("partner"), line_word("waiting"), *BILL, PREFIX.lower()}
        known |= texts_of_organisation(PARTNER) | data_of(PARTNER)
    return known


def _known_to_accountant(both: bool) -> set[str]:
    """The partner's own invoices and account, with the cashback that was booked and why. They name
    the clients that it comes from, to an accountant whom no client was assigned to as well."""
    known = {TOP_UPS[PARTNER], ASKED[PARTNER], PAY_OUT, PREFIX.lower()}
    known |= {line_word("own"), ORDERS["own"]["public"], *INVOICES["own"]}
    known |= {*ORDERS["owned"].values(), OWNED.replace("slug", "name")}
    if both:
        known |= {*ORDERS["client"].values(), CLIENT.replace("slug", "name")}
        known |= {line_word("partner"), *ORDERS["partner"].values(), *INVOICES["partner"]}
    return known


def people_billed(persona: str, state: str, accounting: frozenset[str]) -> set[str]:
    """Who at the client gets a bill: named to the partner before it is sent (B12)."""
    if not (reads_books(persona, accounting) and reaches_client(persona, state)):
        return set()
    readers = [who for who, place in PEOPLE.items() if place and place[0] == CLIENT]
    return {word(who) for who in readers if reads_books(who, accounting)}
