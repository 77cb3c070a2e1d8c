"""The tables of the partner programme: partners, texts, applications, the directory."""

from partners.models.listing import DirectoryPage, Logo, Place
from partners.models.partner import Partner
from partners.models.programme import (
    Acceptance,
    Application,
    ProgrammeText,
    ProgrammeVersion,
    ThemeBundle,
)

__all__ = [
    "Acceptance",
    "Application",
    "DirectoryPage",
    "Logo",
    "Partner",
    "Place",
    "ProgrammeText",
    "ProgrammeVersion",
    "ThemeBundle",
]
