"""The programme, for staff: applications to answer, partners, the texts, the themes' licences."""

from partners.admin import applications, bundles, partners, versions  # noqa: F401 - registers them
