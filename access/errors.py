"""What a service says when it refuses: a sentence for the reader, and the field it is about."""

from django.core.exceptions import PermissionDenied


class Refused(Exception):
    """An act that the rules do not allow now. Nothing was written.

    `str(error)` is a translated sentence that says what to do; `field` names the form field it
    belongs beside, or is None when it concerns the whole.
    """

    def __init__(self, message: object, *, field: str | None = None) -> None:
        super().__init__(message)
        self.message = message
        self.field = field

    def __str__(self) -> str:
        return str(self.message)


class ActForbidden(PermissionDenied):
    """403: the act and who can do it; the page names both."""

    def __init__(self, message: object, *, act: object, who: list[str]) -> None:
        super().__init__(message)
        self.message = message
        self.act = act
        self.who = who
