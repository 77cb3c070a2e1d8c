"""The orders of an organisation: /o/<organisation>/orders/…"""

from django.urls import path

from billing.views import ordering, orders

urlpatterns = [
    path("", orders.order_list, name="orders"),
    path("orders.csv", orders.order_csv, name="orders_csv"),
    path("new/", ordering.order_new, name="order_new"),
    path("<slug:order>/", orders.order_page, name="order"),
    path("<slug:order>/withdraw/", orders.order_withdraw, name="order_withdraw"),
]
