from clients.models.catalogue import Category, ProductType
from clients.models.partnerships import InvitationLink, OfferedProduct, Partnership
from clients.models.products import Product

__all__ = [
    "Category",
    "InvitationLink",
    "OfferedProduct",
    "Partnership",
    "Product",
    "ProductType",
]
