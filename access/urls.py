"""Addresses of people and organisations."""

from django.urls import path

from access import views

urlpatterns = [
    path("organisations/new/", views.organisation_new, name="organisation_new"),
]
