"""Addresses of the admin, by model."""

from typing import Any

from django.contrib import admin
from django.urls import reverse


def model_of(label: str) -> Any:
    return next(model for model in admin.site._registry if model._meta.label == label)


def address(label: str, page: str = "changelist", *arguments: Any) -> str:
    return reverse(f"admin:{label.lower().replace('.', '_')}_{page}", args=arguments)
