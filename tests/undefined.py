"""Undefined template variables fail the test, in our own templates."""

import sys
from pathlib import Path

from django.template.base import Node

TEMPLATES = Path(__file__).resolve().parent.parent / "templates"


class UndefinedVariableError(AssertionError):
    """A template of ours printed a variable that does not exist."""


class Undefined(str):
    """Django's `string_if_invalid`: it asks for its truth when a variable is not found.

    Templates of other packages get Django's default, the empty text. `{% if name %}` asks
    whether a variable is there, and is no fault.
    """

    __slots__ = ()

    def __bool__(self) -> bool:
        origin, line = _where()
        if origin is not None and origin.is_relative_to(TEMPLATES):
            raise UndefinedVariableError(f"Undefined variable in {origin}, line {line}")
        return False


def _where() -> tuple[Path | None, int]:
    """The template that is being rendered, and the line of its innermost tag."""
    frame = sys._getframe(2)
    while frame is not None:
        node = frame.f_locals.get("self")
        if frame.f_code.co_name == "render_annotated" and isinstance(node, Node):
            origin = getattr(node, "origin", None)
            return (Path(origin.name) if origin else None), node.token.lineno if node.token else 0
        frame = frame.f_back
    return None, 0
