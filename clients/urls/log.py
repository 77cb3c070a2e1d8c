"""The acts log of an organisation: /o/<organisation>/log/…"""

from django.urls import path

from clients.views import log

urlpatterns = [
    path("", log.log_page, name="log"),
    path("log.csv", log.log_csv, name="log_csv"),
]
