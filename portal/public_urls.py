"""Addresses of public pages in each language (`/fr/directory/`); portal/urls.py includes them.

An address without language leads to the one in the visitor's language.
"""

from django.urls import include, path

urlpatterns = [
    path("programme/", include("partners.urls.public_programme")),
    path("directory/", include("partners.urls.directory")),
    path("tenders/", include("tenders.urls.public")),
]
