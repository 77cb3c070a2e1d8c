"""Why a document could not be made: sentences for the log and for staff, not for tenants."""


class DocumentError(Exception):
    """A document that cannot be made."""


class WrongDocument(DocumentError, ValueError):
    """The figures or addresses contradict themselves: nothing was printed."""


class DocumentTooSlow(DocumentError):
    """Rendering took longer than PDF_SECONDS and was stopped."""


class DocumentTooLarge(DocumentError):
    """Rendering needed more memory than PDF_MEMORY_MB and was stopped."""


class DocumentFailed(DocumentError):
    """The rendering process ended, or refused what it was given."""
