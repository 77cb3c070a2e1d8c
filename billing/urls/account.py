"""The prepaid account of an organisation: /o/<organisation>/billing/account/…"""

from django.urls import path

from billing.views import account, account_requests

urlpatterns = [
    path("", account.account_page, name="account"),
    path("entries.csv", account.account_csv, name="account_csv"),
    path("entries/<slug:entry>/", account.account_entry, name="account_entry"),
    path("statement.pdf", account.account_statement, name="account_statement"),
    path("top-up/", account_requests.account_top_up, name="account_top_up"),
    path("pay-out/", account_requests.account_pay_out, name="account_pay_out"),
    path("requests/", account_requests.account_requests, name="account_requests"),
    path("requests/<slug:asked>/", account_requests.account_request, name="account_request"),
    path(
        "requests/<slug:asked>/withdraw/",
        account_requests.account_withdraw,
        name="account_withdraw",
    ),
]
