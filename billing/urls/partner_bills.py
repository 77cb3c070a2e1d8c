"""What a client got from its partners: /o/<organisation>/bills/… (B12)"""

from django.urls import path

from billing.views.rebilling import received

urlpatterns = [
    path("", received.partner_bills, name="partner_bills"),
    path("bills.csv", received.partner_bills_csv, name="partner_bills_csv"),
    path("<slug:bill>/", received.partner_bill, name="partner_bill"),
    path("<slug:bill>/pdf/", received.partner_bill_pdf, name="partner_bill_pdf"),
]
