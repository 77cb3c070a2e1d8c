"""Invoices, credit notes and statements on paper: values in, the bytes of a PDF out.

`model` says what a document is, `render` prints it. Nothing here reads the database.
"""
