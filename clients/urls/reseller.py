"""The clients of a partner: /o/<organisation>/reseller/clients/…"""

from django.urls import path

from clients.models import Partnership
from clients.rules import Side
from clients.views import accepting, add_client, ending, exit_sheets, payer, reseller
from clients.views.waiting import resend_page, withdraw_page

requests = Partnership.objects.requests_of_partner
client_resend = resend_page("clients.add", requests, side=Side.PARTNER)
client_withdraw = withdraw_page("clients.add", requests, side=Side.PARTNER)

urlpatterns = [
    path("", reseller.client_list, name="clients"),
    path("clients.csv", reseller.client_csv, name="clients_csv"),
    path("waiting/", reseller.waiting_list, name="clients_waiting"),
    path("waiting.csv", reseller.waiting_csv, name="clients_waiting_csv"),
    path("ending/", reseller.ending_list, name="clients_ending"),
    path("ending.csv", reseller.ending_csv, name="clients_ending_csv"),
    path("former/", reseller.over_list, name="clients_over"),
    path("former.csv", reseller.over_csv, name="clients_over_csv"),
    path("add/", add_client.client_add, name="client_add"),
    path("<slug:partnership>/", reseller.client_page, name="client"),
    path(
        "<slug:partnership>/products.csv", reseller.client_products_csv, name="client_products_csv"
    ),
    path("<slug:partnership>/accept/", accepting.client_accept, name="client_accept"),
    path("<slug:partnership>/decline/", accepting.client_decline, name="client_decline"),
    path("<slug:partnership>/payer/", payer.client_payer, name="client_payer"),
    path("<slug:partnership>/resend/", client_resend, name="client_resend"),
    path("<slug:partnership>/withdraw/", client_withdraw, name="client_withdraw"),
    path("<slug:partnership>/end/", ending.client_end, name="client_end"),
    path("<slug:partnership>/exit/", exit_sheets.client_exit, name="client_exit"),
    path("<slug:partnership>/exit.csv", exit_sheets.client_exit_csv, name="client_exit_csv"),
]
