"""The partners of an organisation: /o/<organisation>/partners/…"""

from django.urls import path

from clients.views import (
    authorise,
    changing,
    ending,
    exit_sheets,
    lasting,
    partners,
    seeing,
)

urlpatterns = [
    path("", partners.partner_list, name="partners"),
    path("partners.csv", partners.partner_csv, name="partners_csv"),
    path("authorise/", authorise.partner_authorise, name="partner_authorise"),
    path("<slug:partnership>/", partners.partnership_page, name="partnership"),
    path("<slug:partnership>/change/", changing.partnership_change, name="partnership_change"),
    path("<slug:partnership>/end/", ending.partnership_end, name="partnership_end"),
    path("<slug:partnership>/end-date/", lasting.partnership_end_date, name="partnership_end_date"),
    path("<slug:partnership>/prolong/", lasting.partnership_prolong, name="partnership_prolong"),
    path("<slug:partnership>/see/", seeing.partnership_see, name="partnership_see"),
    path("<slug:partnership>/exit/", exit_sheets.partnership_exit, name="partnership_exit"),
    path(
        "<slug:partnership>/exit.csv",
        exit_sheets.partnership_exit_csv,
        name="partnership_exit_csv",
    ),
    path("<slug:partnership>/resend/", partners.partnership_resend, name="partnership_resend"),
    path(
        "<slug:partnership>/withdraw/", partners.partnership_withdraw, name="partnership_withdraw"
    ),
]
