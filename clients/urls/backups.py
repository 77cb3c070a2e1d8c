"""Backups of clients: /o/<organisation>/reseller/backups/…"""

from django.urls import URLPattern

urlpatterns: list[URLPattern] = []
