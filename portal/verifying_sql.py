"""The statements of `manage.py verify`: each answers the rows that are wrong."""

STATEMENTS = {
    "a balance is the sum of its entries": """
        SELECT a.id, a.balance, coalesce(e.sum, 0), a.last_number, coalesce(e.last, 0)
        FROM billing_account a LEFT JOIN (
            SELECT account_id, sum(amount) AS sum, max(number) AS last, count(*) AS number
            FROM billing_entry GROUP BY 1
        ) e ON e.account_id = a.id
        WHERE a.balance <> coalesce(e.sum, 0) OR a.last_number <> coalesce(e.last, 0)
           OR a.last_number <> coalesce(e.number, 0) OR a.balance < 0
    """,
    "entries follow each other": """
        SELECT account_id, number FROM (
            SELECT account_id, number, amount, balance_after,
                   lag(number, 1, 0) OVER w AS before, lag(balance_after, 1, 0) OVER w AS balance
            FROM billing_entry WINDOW w AS (PARTITION BY account_id ORDER BY number)
        ) e WHERE number <> before + 1 OR balance_after <> balance + amount
    """,
    "numbers of invoices have no gaps": """
        SELECT year, count(*), max(sequence), c.last
        FROM billing_invoice FULL JOIN billing_invoicecounter c USING (year)
        GROUP BY year, c.last
        HAVING count(sequence) <> coalesce(max(sequence), 0)
            OR coalesce(max(sequence), 0) <> coalesce(c.last, -1)
    """,
    "numbers of partners' bills have no gaps": """
        SELECT partner_id, year, count(sequence), max(sequence), c.last
        FROM (SELECT * FROM billing_rebill WHERE sequence IS NOT NULL) r
        FULL JOIN billing_rebillcounter c USING (partner_id, year)
        GROUP BY partner_id, year, c.last
        HAVING count(sequence) <> coalesce(max(sequence), 0)
            OR coalesce(max(sequence), 0) <> coalesce(c.last, -1)
    """,
    "an invoice is the sum of its lines and their VAT": """
        SELECT i.number, i.net, s.net, i.vat, s.vat FROM billing_invoice i LEFT JOIN (
            SELECT invoice_id, sum(net) AS net, sum(round(net * vat_percent / 100, 2)) AS vat
            FROM (
                SELECT invoice_id, vat_percent, sum(net) AS net
                FROM billing_invoiceline GROUP BY 1, 2
            ) r GROUP BY 1
        ) s ON s.invoice_id = i.id
        WHERE i.kind = 'invoice' AND (i.net, i.vat) IS DISTINCT FROM (s.net, s.vat)
    """,
    "what is credited is what the credit notes say": """
        SELECT i.number, i.credited, coalesce(n.sum, 0) FROM billing_invoice i LEFT JOIN (
            SELECT corrects_id, sum(total) AS sum FROM billing_invoice
            WHERE corrects_id IS NOT NULL GROUP BY 1
        ) n ON n.corrects_id = i.id
        WHERE i.kind = 'invoice'
          AND (i.credited <> coalesce(n.sum, 0) OR i.credited > i.total)
    """,
    "paid is what came less what went back": """
        SELECT i.number, i.paid, coalesce(p.sum, 0), coalesce(b.sum, 0)
        FROM billing_invoice i LEFT JOIN (
            SELECT invoice_id, sum(amount) AS sum FROM billing_payment GROUP BY 1
        ) p ON p.invoice_id = i.id LEFT JOIN (
            SELECT n.corrects_id, sum(e.amount) AS sum
            FROM billing_entry e JOIN billing_invoice n ON n.id = e.invoice_id
            WHERE e.kind = 'refund' GROUP BY 1
        ) b ON b.corrects_id = i.id
        WHERE i.kind = 'invoice' AND i.paid <> coalesce(p.sum, 0) - coalesce(b.sum, 0)
    """,
    "an invoice is paid when nothing is open": """
        SELECT number, state, total, paid, credited FROM billing_invoice
        WHERE kind = 'invoice' AND state <> CASE
            WHEN credited = total AND credited > 0 THEN 'credited'
            WHEN total - paid - credited > 0 THEN 'open' ELSE 'paid' END
    """,
    "a prepaid payment is an entry of the payer": """
        SELECT i.number, p.amount, e.amount FROM billing_payment p
        JOIN billing_invoice i ON i.id = p.invoice_id
        JOIN billing_entry e ON e.id = p.entry_id
        JOIN billing_account a ON a.id = e.account_id
        WHERE a.organisation_id <> i.payer_id OR a.currency <> i.currency
           OR e.amount <> -p.amount
        UNION ALL
        SELECT 'entry without payment', e.amount, NULL FROM billing_entry e
        WHERE e.kind = 'payment' AND e.reverses_id IS NULL
          AND NOT EXISTS (SELECT 1 FROM billing_payment p WHERE p.entry_id = e.id)
    """,
    "cashback is the line's, and its partner's": """
        SELECT l.public_id, e.amount, l.cashback FROM billing_entry e
        JOIN billing_account a ON a.id = e.account_id
        JOIN billing_orderline l ON l.id = e.line_id
        JOIN billing_order o ON o.id = l.order_id
        WHERE e.kind = 'cashback' AND e.reverses_id IS NULL
          AND (e.amount <> l.cashback OR a.organisation_id IS DISTINCT FROM o.partner_id
               OR a.currency <> o.currency)
    """,
    "an order is the sum of its lines": """
        SELECT o.public_id, o.net, l.net FROM billing_order o LEFT JOIN (
            SELECT order_id, sum(net) AS net, sum(cashback) AS cashback,
                   sum(discount) AS discount
            FROM billing_orderline GROUP BY 1
        ) l ON l.order_id = o.id
        WHERE (o.net, o.cashback, o.discount)
            IS DISTINCT FROM (l.net, l.cashback, l.discount)
    """,
    "a placed line is charged once or waits for it": """
        SELECT l.public_id, c.number, l.to_invoice FROM billing_orderline l
        JOIN billing_order o ON o.id = l.order_id
        LEFT JOIN (
            SELECT order_line_id, count(*) AS number FROM billing_invoiceline
            WHERE NOT credits GROUP BY 1
        ) c ON c.order_line_id = l.id
        WHERE coalesce(c.number, 0) + l.to_invoice::int
            <> CASE WHEN o.state = 'placed' THEN 1 ELSE 0 END
    """,
    "an invoice goes to the payer of its lines": """
        SELECT i.number, o.public_id FROM billing_invoiceline n
        JOIN billing_invoice i ON i.id = n.invoice_id
        JOIN billing_orderline l ON l.id = n.order_line_id
        JOIN billing_order o ON o.id = l.order_id
        WHERE i.payer_id <> o.payer_id OR l.payer_id <> o.payer_id OR i.currency <> o.currency
    """,
    "products are those of the client who has the order": """
        SELECT o.public_id, p.public_id FROM billing_lineproduct x
        JOIN clients_product p ON p.id = x.product_id
        JOIN billing_orderline l ON l.id = x.line_id
        JOIN billing_order o ON o.id = l.order_id
        WHERE p.organisation_id <> o.organisation_id
    """,
    "names on partnerships are those of the organisations": """
        SELECT p.public_id, p.client_name, c.name, p.partner_name, r.name
        FROM clients_partnership p
        JOIN access_organisation r ON r.id = p.partner_id
        LEFT JOIN access_organisation c ON c.id = p.client_id
        WHERE p.client_name <> coalesce(c.name, '') OR p.partner_name <> r.name
    """,
    "a mail is sent when it says so, and keeps no secret then": """
        SELECT id, state FROM access_outgoingmail
        WHERE (state = 'sent') <> (sent_at IS NOT NULL)
           OR (state <> 'queued' AND secrets <> '{}') OR message_id !~ '^<[^<>@ ]+@[^<>@ ]+>$'
    """,
    "every constraint and trigger is in force": """
        SELECT conrelid::regclass, conname FROM pg_constraint
        WHERE NOT convalidated AND connamespace = current_schema()::regnamespace
        UNION ALL
        SELECT t.tgrelid::regclass, t.tgname FROM pg_trigger t
        JOIN pg_class c ON c.oid = t.tgrelid
        WHERE t.tgenabled = 'D' AND c.relnamespace = current_schema()::regnamespace
        UNION ALL
        SELECT i.indrelid::regclass, i.indexrelid::regclass::name FROM pg_index i
        JOIN pg_class c ON c.oid = i.indrelid
        WHERE NOT i.indisvalid AND c.relnamespace = current_schema()::regnamespace
    """,
}

SEQUENCES = """
    SELECT c.relname, a.attname, pg_get_serial_sequence(quote_ident(c.relname), a.attname)
    FROM pg_class c JOIN pg_attribute a ON a.attrelid = c.oid AND a.attidentity <> ''
    WHERE c.relkind = 'r' AND c.relnamespace = current_schema()::regnamespace
"""

WAITING_KINDS = "SELECT kind, count(*) FROM access_outgoingmail WHERE state = 'queued' GROUP BY 1"
