"""Sample letters for the gallery, each made by the very function that writes the real one."""

from portal.mail_samples import (  # noqa: F401 - each registers its samples
    accounts,
    invoices,
    money,
    orders,
    partnerships,
    people,
    programme,
    tenders,
)
from portal.mail_samples.registry import AREAS, Case, Kind, kinds
from portal.mail_samples.world import ADDRESS, OWNER
from portal.mail_samples.writing import NothingWritten, draft, rehearsal, write

__all__ = [
    "ADDRESS",
    "AREAS",
    "OWNER",
    "Case",
    "Kind",
    "NothingWritten",
    "draft",
    "kinds",
    "rehearsal",
    "write",
]
