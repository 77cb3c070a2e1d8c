"""Addresses of the portal's own pages; portal/urls.py includes them."""

from django.urls import path

from portal import views

urlpatterns = [
    path("", views.front, name="front"),
    path("start/", views.start, name="start"),
    path("switch/", views.switch, name="switch"),
    path("switch/panel/", views.switch_panel, name="switch_panel"),
    path("theme/", views.set_theme, name="set_theme"),
    path("language/", views.set_language, name="set_language"),
    path("vendor.css", views.vendor_stylesheet, name="vendor_stylesheet"),
]
