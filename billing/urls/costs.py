"""The cost sheet of an organisation: /o/<organisation>/costs/…"""

from django.urls import path

from billing.views import costs

urlpatterns = [
    path("", costs.costs, name="costs"),
    path("costs.csv", costs.costs_csv, name="costs_csv"),
]
