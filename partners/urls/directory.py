"""The directory: /<language>/directory/…"""

from django.urls import URLPattern

urlpatterns: list[URLPattern] = []
