"""The pages inside organisations, each with its act, its object and the states it opens in."""

from dataclasses import dataclass

from tests.matrix.cast import STATES

LIVE = frozenset(state for state, facts in STATES.items() if facts.live)
INVITED = frozenset({"invited limited", "invited full"})
REQUESTED = frozenset({"requested"})
OVER = frozenset({"ended", "end date passed"})
EVER = LIVE | OVER  # there was access once, so there are orders of both
PARTNER_PAYS = frozenset({"active full, partner pays"})


@dataclass(frozen=True)
class Row:
    """A page inside an organisation: its act, its object, and the states in which it opens
    (elsewhere it leads to the page that tells what became of it)."""

    act: str
    thing: str = ""  # "product", "member", …, or the partnership as seen by one side
    opens: frozenset[str] | None = None
    methods: str = "GET"
    query: str = ""


ROWS: dict[str, Row] = {
    "home": Row("organisation.open"),
    "organisation": Row("organisation.see"),
    "organisation_edit": Row("organisation.change", methods="GET POST"),
    "people": Row("people.see"),
    "member": Row("people.see", "member"),
    "member_change": Row("people.change", "member", methods="GET POST"),
    "member_remove": Row("people.change", "member", methods="GET POST"),
    "member_products": Row("people.change", "member", methods="GET POST"),
    "member_clients": Row("clients.assign", "member", methods="GET POST"),
    "member_leave": Row("people.leave", methods="GET POST"),
    "member_invite": Row("people.change", methods="GET POST"),
    "member_invitations": Row("people.change"),
    "member_invitation_resend": Row("people.change", "member invitation", methods="POST"),
    "member_invitation_withdraw": Row("people.change", "member invitation", methods="GET POST"),
    "log": Row("log.see"),
    "log_csv": Row("log.see"),
    "reach": Row("access.explain"),
    "product_reach": Row("access.explain", "product"),
    "support": Row("support.open", methods="GET POST"),
    "support_prolong": Row("support.open", "access", methods="POST"),
    "support_close": Row("support.open", "access", methods="POST"),
    "premium": Row("premium.see"),
    "premium_renew": Row("support.open", methods="POST"),
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
    "partnership_end_date": Row("partners.change", "of the client", LIVE, "GET POST"),
    "partnership_prolong": Row("partners.change", "of the client", methods="POST"),
    "partnership_see": Row("partners.see", "of the client", LIVE | INVITED),
    "partnership_exit": Row("partners.see", "of the client", OVER),
    "partnership_exit_csv": Row("partners.see", "of the client"),
    "partnership_resend": Row("partners.authorise", "of the client", methods="POST"),
    "partnership_withdraw": Row("partners.authorise", "of the client", INVITED, "GET POST"),
    "clients": Row("clients.see"),
    "clients_csv": Row("clients.see"),
    "clients_ending": Row("clients.see"),
    "clients_ending_csv": Row("clients.see"),
    "clients_log": Row("clients.log"),
    "clients_log_csv": Row("clients.log"),
    "clients_waiting": Row("clients.see_waiting"),
    "clients_waiting_csv": Row("clients.see_waiting"),
    "clients_over": Row("clients.see_waiting"),
    "clients_over_csv": Row("clients.see_waiting"),
    "client_add": Row("clients.add", methods="GET POST"),
    "client": Row("clients.see", "of the partner"),
    "client_products": Row("clients.see"),
    "client_products_file": Row("clients.see"),
    "client_products_csv": Row("clients.see", "of the partner"),
    "client_exit": Row("clients.see_waiting", "of the partner", OVER),
    "client_exit_csv": Row("clients.see_waiting", "of the partner"),
    "client_accept": Row("clients.answer", "invitation", INVITED, "GET POST"),
    "client_decline": Row("clients.answer", "invitation", INVITED, "GET POST"),
    "client_resend": Row("clients.add", "request", methods="POST"),
    "client_withdraw": Row("clients.add", "request", REQUESTED, "GET POST"),
    "client_end": Row("clients.end", "of the partner", LIVE, "GET POST"),
}

MONEY: dict[str, Row] = {
    "orders": Row("orders.see"),
    "orders_csv": Row("orders.see"),
    "order_new": Row("product.order", methods="GET POST"),
    "order": Row("orders.see", "order"),
    "order_withdraw": Row("product.order", "order", methods="POST"),
    "product_renew": Row("product.renew", "product", methods="GET POST"),
    "product_cancel": Row("product.cancel", "product", methods="GET POST"),
    "costs": Row("costs.see"),
    "costs_csv": Row("costs.see"),
    "account": Row("accounting.see"),
    "account_csv": Row("accounting.see"),
    "account_entry": Row("accounting.see", "entry"),
    "account_statement": Row("accounting.see", query="?account=CHF&month={last_month}"),
    "account_top_up": Row("accounting.top_up", methods="GET POST"),
    "account_pay_out": Row("accounting.pay_out", methods="GET POST"),
    "account_requests": Row("accounting.see"),
    "account_request": Row("accounting.see", "asked"),
    "account_withdraw": Row("accounting.see", "asked", methods="POST"),
    "invoices": Row("accounting.see"),
    "invoices_csv": Row("accounting.see"),
    "invoice": Row("accounting.see", "invoice"),
    "invoice_pay": Row("accounting.top_up", "invoice", frozenset(), "GET POST"),
    "invoice_pdf": Row("accounting.see", "invoice"),
    "invoice_code": Row("accounting.see", "open invoice"),
    "billing_settings": Row("accounting.settings", methods="GET POST"),
    "billing_exports": Row("accounting.see"),
    "billing_exports_file": Row("accounting.see", query="?file=entries"),
    "exports": Row("clients.billing_data"),
    "exports_file": Row("clients.billing_data", query="?file=order-lines"),
    "client_orders": Row("clients.see"),
    "client_orders_csv": Row("clients.see"),
    "client_order": Row("clients.see", "client order"),
    "client_order_approve": Row("clients.approve_orders", "client order", methods="POST"),
    "client_order_refuse": Row("clients.approve_orders", "client order", methods="POST"),
    "client_limit": Row("clients.limit_orders", "of the partner", PARTNER_PAYS, "GET POST"),
    "client_payer": Row("clients.confirm_payer", "of the partner", PARTNER_PAYS, "GET POST"),
    "earnings": Row("clients.earnings"),
    "earnings_csv": Row("clients.earnings"),
    "prices": Row("clients.prices"),
    "prices_csv": Row("clients.prices"),
    "price_calculator": Row("clients.prices"),
    "rebills": Row("clients.rebill"),
    "rebills_csv": Row("clients.rebill"),
    "rebill_new": Row("clients.rebill", methods="GET POST"),
    "rebill_settings": Row("clients.rebill", methods="GET POST"),
    "rebill_logo": Row("clients.rebill"),
    "rebill_markups": Row("clients.rebill"),
    "rebill_markup_new": Row("clients.rebill", methods="GET POST"),
    "rebill_markup": Row("clients.rebill", "markup", methods="GET POST"),
    "rebill_markup_remove": Row("clients.rebill", "markup", methods="GET POST"),
    "rebill_margin": Row("clients.rebill"),
    "rebill_margin_csv": Row("clients.rebill"),
    "rebill_line": Row("clients.rebill", "bill line", methods="GET POST"),
    "rebill_line_remove": Row("clients.rebill", "bill line", methods="POST"),
    "rebill": Row("clients.rebill", "bill"),
    "rebill_pdf": Row("clients.rebill", "bill"),
    "rebill_details": Row("clients.rebill", "bill", methods="GET POST"),
    "rebill_line_new": Row("clients.rebill", "bill", methods="GET POST"),
    "rebill_reprice": Row("clients.rebill", "bill", methods="POST"),
    "rebill_issue": Row("clients.rebill", "bill", methods="GET POST"),
    "rebill_discard": Row("clients.rebill", "bill", methods="GET POST"),
    "rebill_paid": Row("clients.rebill", "bill", methods="POST"),
    "rebill_unpaid": Row("clients.rebill", "bill", methods="POST"),
    "rebill_cancel": Row("clients.rebill", "bill", methods="GET POST"),
    "rebill_remind": Row("clients.rebill", "bill", methods="POST"),
    "partner_bills": Row("accounting.see"),
    "partner_bills_csv": Row("accounting.see"),
    "partner_bill": Row("accounting.see", "received"),
    "partner_bill_pdf": Row("accounting.see", "received"),
}
ROWS |= MONEY

PROGRAMME: dict[str, Row] = {
    "programme_status": Row("programme.see"),
    "programme_apply": Row("programme.apply", methods="GET POST"),
    "programme_withdraw": Row("programme.apply", methods="GET POST"),
    "benefits": Row("reseller.benefits"),
    "backups": Row("reseller.backups"),
    "backups_csv": Row("reseller.backups"),
    "listing": Row("reseller.change_listing", methods="GET POST"),
    "listing_preview": Row("reseller.listing"),
    "tenders": Row("reseller.tenders"),
    "tender_preferences": Row("reseller.tender_settings", methods="GET POST"),
}
ROWS |= PROGRAMME
