"""The programme in public: /<language>/programme/…"""

from django.urls import URLPattern

urlpatterns: list[URLPattern] = []
