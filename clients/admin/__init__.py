"""The staff's pages of the catalogue, and their view on products and partnerships."""

from clients.admin import catalogue, tenants

__all__ = ["catalogue", "tenants"]
