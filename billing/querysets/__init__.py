"""Named questions about money; the only way from a page to a tenant's rows."""
