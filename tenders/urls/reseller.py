"""Tenders for partners: /o/<organisation>/reseller/tenders/…"""

from django.urls import URLPattern

urlpatterns: list[URLPattern] = []
