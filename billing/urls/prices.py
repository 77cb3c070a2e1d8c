"""The prices of a partner: /o/<organisation>/reseller/prices/…"""

from django.urls import path

from billing.views import prices

urlpatterns = [
    path("", prices.prices, name="prices"),
    path("prices.csv", prices.prices_csv, name="prices_csv"),
    path("calculator/", prices.price_calculator, name="price_calculator"),
]
