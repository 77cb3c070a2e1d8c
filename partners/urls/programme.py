"""Applying to the programme: /o/<organisation>/programme/…"""

from django.urls import path

from partners.views import programme as views

urlpatterns = [
    path("", views.programme_status, name="programme_status"),
    path("apply/", views.programme_apply, name="programme_apply"),
    path("withdraw/", views.programme_withdraw, name="programme_withdraw"),
]
