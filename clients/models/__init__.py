from clients.models.backups import ConsoleAccount, ConsoleUnit
from clients.models.catalogue import Category, ProductType
from clients.models.exits import ExitLine
from clients.models.partnerships import InvitationLink, OfferedProduct, Partnership
from clients.models.products import Product

__all__ = [
    "Category",
    "ConsoleAccount",
    "ConsoleUnit",
    "ExitLine",
    "InvitationLink",
    "OfferedProduct",
    "Partnership",
    "Product",
    "ProductType",
]
