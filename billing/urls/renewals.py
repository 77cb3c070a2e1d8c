"""Renewing by hand: /o/<organisation>/products/<product>/renew/"""

from django.urls import path

from billing.views import renewals

urlpatterns = [
    path("<slug:product>/renew/", renewals.product_renew, name="product_renew"),
]
