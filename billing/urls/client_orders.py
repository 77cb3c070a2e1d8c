"""The orders of a partner's clients: /o/<organisation>/reseller/orders/…"""

from django.urls import path

from billing.views import approvals

urlpatterns = [
    path("", approvals.client_orders, name="client_orders"),
    path("orders.csv", approvals.client_orders_csv, name="client_orders_csv"),
    path("limits/<slug:partnership>/", approvals.client_limit, name="client_limit"),
    path("<slug:order>/", approvals.client_order, name="client_order"),
    path("<slug:order>/approve/", approvals.client_order_approve, name="client_order_approve"),
    path("<slug:order>/refuse/", approvals.client_order_refuse, name="client_order_refuse"),
]
