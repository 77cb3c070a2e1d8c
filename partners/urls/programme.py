"""Applying to the programme: /o/<organisation>/programme/…"""

from django.urls import URLPattern

urlpatterns: list[URLPattern] = []
