"""What a partner earns: /o/<organisation>/reseller/earnings/"""

from django.urls import path

from billing.views import earnings

urlpatterns = [
    path("", earnings.earnings, name="earnings"),
    path("earnings.csv", earnings.earnings_csv, name="earnings_csv"),
]
