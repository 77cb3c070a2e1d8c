"""Section 6 of the rule book as data, written out here so that no code under test answers it.

Columns: legal representative, administrator, collaborator (an external user is one from outside,
O2), partner with full access, partner with limited access. What the section leaves to O4 and O5
stands below the line.
"""

SECTION_6 = {
    "product.see": "all all assigned all granted",
    "product.change_settings": "all all assigned all granted",
    "product.order": "all all no all no",
    "product.renew": "all all no all no",
    "product.cancel": "all all no all no",
    "people.see": "all all names names hidden",
    "people.change": "all all no no hidden",
    "organisation.change": "all all no no no",
    "accounting.see": "all all accounting hidden hidden",
    # O4, O5
    "organisation.open": "all all all all all",
    "log.see": "all all hidden hidden hidden",
    "partners.see": "all all hidden hidden hidden",
    "partners.authorise": "all no no hidden hidden",
    "partners.change": "all no hidden hidden hidden",
    "partners.end": "all no hidden hidden hidden",
    "clients.see": "all all assigned hidden hidden",
    "clients.see_waiting": "all all hidden hidden hidden",
    "clients.add": "all no no hidden hidden",
    "clients.answer": "all no hidden hidden hidden",
    "clients.end": "all no no hidden hidden",
    "programme.apply": "all no no hidden hidden",
}
COLUMNS = (
    "legal_representative",
    "administrator",
    "collaborator",
    "partner_full",
    "partner_limited",
)


def said(act: str, capacity: str, *, reseller: bool) -> str:
    """The cell of an act and a capacity; reseller pages exist at a partner only."""
    if act.startswith("clients.") and not reseller:
        return "hidden"
    column = "collaborator" if capacity == "external_user" else capacity
    return SECTION_6[act].split()[COLUMNS.index(column)]
