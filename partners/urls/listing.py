"""The own page in the directory: /o/<organisation>/reseller/directory/…"""

from django.urls import path

from partners.views import listing

urlpatterns = [
    path("", listing.listing, name="listing"),
    path("preview/", listing.listing_preview, name="listing_preview"),
]
