"""Files: /o/<organisation>/billing/exports/… of its own, …/reseller/exports/… about clients."""

from django.urls import path

from billing.views import exports

urlpatterns = [
    path("billing/exports/", exports.billing_exports, name="billing_exports"),
    path("billing/exports/file.csv", exports.billing_exports_file, name="billing_exports_file"),
    path("reseller/exports/", exports.exports, name="exports"),
    path("reseller/exports/file.csv", exports.exports_file, name="exports_file"),
]
