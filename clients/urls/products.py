"""The products of an organisation: /o/<organisation>/products/…"""

from django.urls import path

from clients.views import products, reach

urlpatterns = [
    path("", products.product_list, name="products"),
    path("products.csv", products.product_csv, name="products_csv"),
    path("<slug:product>/", products.product_page, name="product"),
    path("<slug:product>/settings/", products.product_settings, name="product_settings"),
    path("<slug:product>/cancel/", products.product_cancel, name="product_cancel"),
    path("<slug:product>/reach/", reach.product_reach, name="product_reach"),
]
