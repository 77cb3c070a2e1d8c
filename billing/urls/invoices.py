"""The invoices of an organisation: /o/<organisation>/billing/invoices/…, and how they come."""

from django.urls import path

from billing.views import invoices, settings

urlpatterns = [
    path("invoices/", invoices.invoice_list, name="invoices"),
    path("invoices.csv", invoices.invoice_csv, name="invoices_csv"),
    path("invoices/<slug:invoice>/", invoices.invoice_page, name="invoice"),
    path("invoices/<slug:invoice>/pay/", invoices.invoice_pay, name="invoice_pay"),
    path("invoices/<slug:invoice>/pdf/", invoices.invoice_pdf, name="invoice_pdf"),
    path("invoices/<slug:invoice>/code.png", invoices.invoice_code, name="invoice_code"),
    path("settings/", settings.billing_settings, name="billing_settings"),
]
