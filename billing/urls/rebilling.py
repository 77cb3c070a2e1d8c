"""A partner's bills to its clients: /o/<organisation>/reseller/rebilling/… (B12)"""

from django.urls import path

from billing.views.rebilling import bills, drafts, margin, settings

urlpatterns = [
    path("", bills.rebills, name="rebills"),
    path("bills.csv", bills.rebills_csv, name="rebills_csv"),
    path("new/", drafts.rebill_new, name="rebill_new"),
    path("settings/", settings.rebill_settings, name="rebill_settings"),
    path("settings/logo/", settings.rebill_logo, name="rebill_logo"),
    path("markups/", settings.rebill_markups, name="rebill_markups"),
    path("markups/new/", settings.rebill_markup_new, name="rebill_markup_new"),
    path("markups/<slug:markup>/", settings.rebill_markup, name="rebill_markup"),
    path(
        "markups/<slug:markup>/remove/",
        settings.rebill_markup_remove,
        name="rebill_markup_remove",
    ),
    path("margins/", margin.rebill_margin, name="rebill_margin"),
    path("margins.csv", margin.rebill_margin_csv, name="rebill_margin_csv"),
    path("lines/<slug:line>/", drafts.rebill_line, name="rebill_line"),
    path("lines/<slug:line>/remove/", drafts.rebill_line_remove, name="rebill_line_remove"),
    path("bills/<slug:bill>/", bills.rebill, name="rebill"),
    path("bills/<slug:bill>/pdf/", bills.rebill_pdf, name="rebill_pdf"),
    path("bills/<slug:bill>/details/", drafts.rebill_details, name="rebill_details"),
    path("bills/<slug:bill>/lines/new/", drafts.rebill_line_new, name="rebill_line_new"),
    path("bills/<slug:bill>/reprice/", bills.rebill_reprice, name="rebill_reprice"),
    path("bills/<slug:bill>/issue/", drafts.rebill_issue, name="rebill_issue"),
    path("bills/<slug:bill>/discard/", drafts.rebill_discard, name="rebill_discard"),
    path("bills/<slug:bill>/paid/", bills.rebill_paid, name="rebill_paid"),
    path("bills/<slug:bill>/unpaid/", bills.rebill_unpaid, name="rebill_unpaid"),
    path("bills/<slug:bill>/cancel/", bills.rebill_cancel, name="rebill_cancel"),
    path("bills/<slug:bill>/remind/", bills.rebill_remind, name="rebill_remind"),
]
