"""The own page in the directory: /o/<organisation>/reseller/directory/…"""

from django.urls import URLPattern

urlpatterns: list[URLPattern] = []
