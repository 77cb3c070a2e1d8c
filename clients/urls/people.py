"""What the organisation's people reach: `/o/<organisation>/people/…`."""

from django.urls import path

from clients.views import assigning

urlpatterns = [
    path("m/<slug:member>/products/", assigning.member_products, name="member_products"),
    path("m/<slug:member>/clients/", assigning.member_clients, name="member_clients"),
]
