"""What each page must answer to each person in each state, from the written table alone."""

from tests.matrix.cast import (
    CLIENT,
    FOREIGN,
    OWNED,
    PARTNER,
    PEOPLE,
    RIVAL,
    SECOND,
    STATES,
    SUPPORT,
    VIP_CANARY,
    Situation,
    data_of,
    inside,
    keys_of,
    texts_of_organisation,
    texts_of_product,
    word,
)
from tests.matrix.money import ACCOUNTING
from tests.matrix.money_expected import money_known, money_seen, people_billed
from tests.matrix.rows import ROWS
from tests.matrix.section6 import said

PARTNERS = (PARTNER, SECOND, RIVAL)
OF_MONEY = {"order", "client order", "entry", "asked", "invoice", "open invoice", "received"}
OF_MONEY |= {"bill", "bill line", "markup"}
CHANGES_OF_A_DRAFT = {"rebill_details", "rebill_line", "rebill_line_new", "rebill_issue"}
CHANGES_OF_A_DRAFT |= {"rebill_discard"}


def capacity(persona: str, organisation: str, facts: Situation) -> str:
    """As whom the persona acts in the organisation; empty for a stranger."""
    if persona in SUPPORT and organisation in (CLIENT, PARTNER):
        return SUPPORT[persona]
    place = PEOPLE.get(persona)
    if place is None:
        return ""
    if persona == "second boss" and organisation == CLIENT:
        return "partner_limited"
    if place[0] == organisation:
        return place[1]
    reaches = persona in ("partner boss", "partner admin", "partner collaborator")
    if organisation == CLIENT and reaches and facts.live:
        return f"partner_{facts.live}"
    return ""


def products_seen(persona: str, facts: Situation) -> set[str]:
    """Which of the client's products the persona may see in the client's organisation."""
    if persona == "second boss":
        return {"three"}
    answer = capacity(persona, CLIENT, facts)
    if answer in ("legal_representative", "administrator", "partner_full", *SUPPORT.values()):
        return set(keys_of(CLIENT))
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
    persona: str,
    organisation: str,
    name: str,
    state: str,
    *,
    key: str = "",
    method: str,
    accounting: frozenset[str] = ACCOUNTING,
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
    if row.thing in OF_MONEY:
        seen = money_seen(
            persona, organisation, row.thing, key, state, role=role, accounting=accounting
        )
    else:
        seen = _thing_seen(persona, organisation, row.thing, key, facts)
    if not seen:
        return 404
    suspended = role == "partner_full" and state == "partner suspended"  # P5
    refused = _refusal(persona, organisation, name, key, role=role, accounting=accounting)
    if refused or (suspended and name == "order_new"):
        return refused or 403
    elsewhere = leads_elsewhere(persona, name, key) or (suspended and name == "product_renew")
    return 200 if not elsewhere and (row.opens is None or state in row.opens) else "moves on"


def _refusal(
    persona: str,
    organisation: str,
    name: str,
    key: str,
    *,
    role: str,
    accounting: frozenset[str],
) -> int:
    """404 or 403, as the table says to the acts of the page; 0 where it allows them."""
    for act in (ROWS[name].act, *_more_acts(name, organisation, key)):
        allowed = said(
            act,
            role,
            reseller=organisation in PARTNERS,
            premium=organisation == CLIENT,
            accounting=persona in accounting,
        )
        if allowed in ("hidden", "no"):
            return 404 if allowed == "hidden" else 403
    return 0


def _thing_seen(persona: str, organisation: str, thing: str, key: str, facts: Situation) -> bool:
    """Whether the object in the address is there for the persona."""
    role = capacity(persona, organisation, facts)
    represents = role in ("legal_representative", "administrator")
    if not thing:
        return True
    if thing == "product":
        return organisation == CLIENT and key in products_seen(persona, facts)
    if thing == "member":
        return said("people.see", role, reseller=False) != "hidden"
    if thing in ("member invitation", "access"):
        return represents
    return partnership_seen(persona, organisation, thing, facts)


def _more_acts(name: str, organisation: str, key: str) -> list[str]:
    """What a case of a page needs besides: only a legal representative touches one (O3)."""
    if name in ("member_change", "member_remove") and key == "boss":
        return ["people.appoint"]
    if name == "account_withdraw":
        return ["accounting.pay_out" if key == "pay out" else "accounting.top_up"]
    return ["premium.see"] if name == "premium_renew" else []


def leads_elsewhere(persona: str, name: str, key: str) -> bool:
    """Nothing can be assigned to who reaches all; who would remove themselves is led to the page
    for leaving; and a bill that was issued does not change."""
    if name in CHANGES_OF_A_DRAFT:
        return key == "issued"
    if name == "product_renew" and key == "three":  # its manager is another partner (L7)
        return PEOPLE[persona] is not None and PEOPLE[persona][0] == PARTNER
    if name in ("member_products", "member_clients"):
        return key == "boss"
    return name == "member_remove" and key == "boss" and persona.endswith("boss")


# ---- Which canaries a person may read --------------------------------------------------------


def people_of(slug: str, *roles: str) -> set[str]:
    """The names of an organisation's people, of all or of some roles."""
    return {
        word(who)
        for who, place in PEOPLE.items()
        if place and place[0] == slug and (not roles or place[1] in roles)
    }


def mails_of(slug: str) -> set[str]:
    return {word(who, "mail") for who, place in PEOPLE.items() if place and place[0] == slug}


def products_of(slug: str) -> set[str]:
    return {text for key in keys_of(slug) for text in texts_of_product(key)}


def canaries(persona: str, state: str, accounting: frozenset[str] = ACCOUNTING) -> set[str]:
    """The canaries that the persona may read anywhere in the portal, in this state."""
    known = _known(persona, state) | money_known(persona, state, accounting)
    return known | people_billed(persona, state, accounting)


def _known(persona: str, state: str) -> set[str]:
    facts, place = STATES[state], PEOPLE.get(persona)
    known = {word(persona), word(persona, "mail")}
    if persona in SUPPORT:
        return _known_to_support(facts)
    if persona == "invited":  # who asks them in, and where
        return known | texts_of_organisation(CLIENT) | {word("client boss")}
    if place is None:
        return known
    slug, role = place
    known |= texts_of_organisation(slug) | people_of(slug) | data_of(slug)
    if role in ("legal_representative", "administrator"):
        known |= mails_of(slug)
        known |= {inside(slug, "reason"), inside(slug, "asked")}
        if slug != CLIENT:
            known |= products_of(slug)
    if slug == CLIENT:
        known |= _known_at_client(persona, role, facts)
    elif slug == PARTNER:
        known |= _known_at_partner(persona, role, facts)
    elif slug == OWNED:
        known |= texts_of_organisation(PARTNER) | {word("partner boss")}
    elif slug == SECOND:  # limited access: no people, and no other product
        known |= texts_of_organisation(CLIENT) | texts_of_product("three")
        known |= {"zqsmessage", word("client boss")}
    elif slug == RIVAL:
        known |= texts_of_organisation(FOREIGN) | people_of(FOREIGN) | products_of(FOREIGN)
    elif slug == FOREIGN:
        known |= texts_of_organisation(RIVAL) | {word("rival boss")}
    return known


def _known_to_support(facts: Situation) -> set[str]:
    """S2: the services of the organisations that let it in; never who was written to, or why."""
    known = data_of(CLIENT) | data_of(PARTNER)
    for slug in (CLIENT, PARTNER):
        known |= texts_of_organisation(slug) | people_of(slug) | products_of(slug)
    return known | {SECOND.replace("slug", "name")}  # who manages a product


def _known_at_client(persona: str, role: str, facts: Situation) -> set[str]:
    known = {VIP_CANARY}
    for key in products_seen(persona, facts):
        known |= texts_of_product(key)
    if facts.live:  # who manages a product
        known.add(PARTNER.replace("slug", "name"))
    boss = persona == "client boss"
    represents = role in ("legal_representative", "administrator")
    if (represents and facts.client_known) or (boss and facts.opened_by):
        known |= texts_of_organisation(PARTNER) - ({PARTNER} if not facts.client_known else set())
        known |= {word("partner boss"), "zqmessage"}
    if represents:  # the other partner, and who was asked to join
        known |= texts_of_organisation(SECOND) | {word("second boss"), "zqsmessage"}
        known |= {word("invited"), word("invited", "mail")}
    if represents and facts.live:  # who reaches what
        known |= {word(who) for who in ("partner boss", "partner admin", "partner collaborator")}
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
    if represents and facts.left_behind:  # L6: the exit sheet names what it held, no more
        known |= {f"zqproduct{key}" for key in facts.left_behind}
    if represents and facts.opened_by:
        known.add("zqmessage")
    if facts.opened_by == "partner" and (represents or reached):
        known.add(word("client boss", "mail"))  # the address they asked
    if reached == "partner_full":
        known |= people_of(CLIENT)
    for key in products_seen(persona, facts):
        known |= texts_of_product(key)
    return known
