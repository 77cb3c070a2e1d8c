"""Section 6 of the rule book as data, written out here so that no code under test answers it.

Columns: legal representative, administrator, collaborator (an external user is one from outside,
O2), partner with full access, partner with limited access, the vendor's support that may look, and
that may change settings (S2, T30). What the section leaves to O3, O4, O5, A2, S1 and S2 stands
below the line.
"""

SECTION_6 = {
    "product.see": "all all assigned all granted all all",
    "product.change_settings": "all all assigned all granted no all",
    "product.order": "all all no all no no no",
    "product.renew": "all all no all no no no",
    "product.cancel": "all all no all no no no",
    "people.see": "all all names names hidden names names",
    "people.change": "all all no no hidden no no",
    "organisation.change": "all all no no no no no",
    "accounting.see": "all all accounting hidden hidden hidden hidden",
    # M4, issue 4: money of the organisation itself; who may order also reads the orders
    "accounting.top_up": "all all accounting hidden hidden hidden hidden",
    "accounting.pay_out": "all all no hidden hidden hidden hidden",
    "accounting.settings": "all all no hidden hidden hidden hidden",
    "orders.see": "all all accounting all hidden hidden hidden",
    "costs.see": "all all accounting all granted hidden hidden",
    # O3: only a legal representative appoints one; anybody may give up a role of their own
    "people.appoint": "all no no no hidden no no",
    "people.leave": "all all all hidden hidden hidden hidden",
    "organisation.see": "all all all hidden hidden all all",
    # A2, issue 3: who answers for the organisation reads its log, and who reaches what
    "log.see": "all all hidden hidden hidden hidden hidden",
    "access.explain": "all all hidden hidden hidden hidden hidden",
    # S1, S2: support never lets itself in
    "support.open": "all all no hidden hidden no no",
    "premium.see": "all all all hidden hidden hidden hidden",
    # O4, O5
    "organisation.open": "all all all all all all all",
    "partners.see": "all all hidden hidden hidden hidden hidden",
    "partners.authorise": "all no no hidden hidden hidden hidden",
    "partners.change": "all no hidden hidden hidden hidden hidden",
    "partners.end": "all no hidden hidden hidden hidden hidden",
    "clients.see": "all all assigned hidden hidden hidden hidden",
    "clients.see_waiting": "all all hidden hidden hidden hidden hidden",
    "clients.log": "all all hidden hidden hidden hidden hidden",
    "clients.assign": "all all no hidden hidden hidden hidden",
    "clients.add": "all no no hidden hidden hidden hidden",
    "clients.answer": "all no hidden hidden hidden hidden hidden",
    "clients.end": "all no no hidden hidden hidden hidden",
    # C2, M3, M6, M10, M11, B12: the partner's own money and its word
    "clients.prices": "all all all hidden hidden hidden hidden",
    "clients.earnings": "all all accounting hidden hidden hidden hidden",
    "clients.billing_data": "all all accounting hidden hidden hidden hidden",
    "clients.approve_orders": "all all no hidden hidden hidden hidden",
    "clients.limit_orders": "all all no hidden hidden hidden hidden",
    "clients.confirm_payer": "all all no hidden hidden hidden hidden",
    "clients.rebill": "all all accounting hidden hidden hidden hidden",
    # P1, P4, D1, T2-T4, C4: what answers for the partner as a whole is its representatives'
    "reseller.benefits": "all all all hidden hidden hidden hidden",
    "reseller.backups": "all all assigned hidden hidden hidden hidden",
    "reseller.listing": "all all no hidden hidden hidden hidden",
    "reseller.change_listing": "all all no hidden hidden hidden hidden",
    "reseller.tenders": "all all no hidden hidden hidden hidden",
    "reseller.open_tender": "all all no hidden hidden hidden hidden",
    "reseller.propose": "all all no hidden hidden hidden hidden",
    "reseller.tender_settings": "all all no hidden hidden hidden hidden",
    "programme.see": "all all no hidden hidden hidden hidden",
    "programme.apply": "all no no hidden hidden hidden hidden",
}
COLUMNS = (
    "legal_representative",
    "administrator",
    "collaborator",
    "partner_full",
    "partner_limited",
    "support_read",
    "support_write",
)


def said(
    act: str, capacity: str, *, reseller: bool, premium: bool = True, accounting: bool = False
) -> str:
    """The cell of an act and a capacity; reseller pages exist at a partner only, premium pages
    where there is premium support, and accounts for who holds the right to them."""
    if act.startswith(("clients.", "reseller.")) and not reseller:
        return "hidden"
    if act.startswith("premium.") and not premium:
        return "hidden"
    column = "collaborator" if capacity == "external_user" else capacity
    cell = SECTION_6[act].split()[COLUMNS.index(column)]
    if cell == "accounting":
        return "all" if accounting else "hidden"
    return cell
