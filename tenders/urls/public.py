"""Tenders in public: /<language>/tenders/…"""

from django.urls import URLPattern

urlpatterns: list[URLPattern] = []
