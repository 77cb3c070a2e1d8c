"""Price lists, orders, renewals, invoices and the prepaid ledger."""
