"""The letters of tenders (`domain.md` section 11); each half registers its own."""

from tenders import partner_emails, requester_emails  # noqa: F401
