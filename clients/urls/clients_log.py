"""What a partner's people did at its clients: /o/<organisation>/reseller/log/…"""

from django.urls import path

from clients.views import log

urlpatterns = [
    path("", log.clients_log_page, name="clients_log"),
    path("log.csv", log.clients_log_csv, name="clients_log_csv"),
]
