"""All products of a partner's clients: /o/<organisation>/reseller/products/…"""

from django.urls import path

from clients.views import client_products

urlpatterns = [
    path("", client_products.client_products, name="client_products"),
    path("products.csv", client_products.client_products_file, name="client_products_file"),
]
