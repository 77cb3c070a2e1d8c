"""XML of a stranger, read without entities, network or surprise: the ground of this package.

A document type is refused where it begins, so that no entity is ever declared: neither one that
grows nor one that points to a file or an address. Size, depth and number of elements are limited.
"""

from dataclasses import dataclass
from xml.etree.ElementTree import Element, TreeBuilder
from xml.parsers import expat

from django.utils.translation import gettext as _

from .errors import FileTooLarge, NotXml, UnsafeXml

MOST_BYTES = 20 * 1024 * 1024
MOST_ELEMENTS = 1_000_000
DEEPEST = 64


@dataclass(frozen=True, slots=True)
class Tree:
    """`root` and below carry plain names; `space` is the namespace of the element "Document"."""

    root: Element
    space: str


class Reader:
    """One file, once."""

    def __init__(self) -> None:
        self.builder = TreeBuilder()
        self.space = ""
        self.depth = self.elements = 0

    def read(self, data: bytes) -> Tree:
        parser = expat.ParserCreate(namespace_separator=" ")
        parser.StartDoctypeDeclHandler = self.doctype
        parser.StartElementHandler = self.start
        parser.EndElementHandler = self.end
        parser.CharacterDataHandler = self.builder.data
        parser.buffer_text = True
        try:
            parser.Parse(data, True)
        except (expat.ExpatError, LookupError, ValueError) as error:
            raise not_xml(parser.ErrorLineNumber) from error
        return Tree(self.builder.close(), self.space)

    def doctype(self, *declared: object) -> None:
        raise UnsafeXml(
            _(
                "This file declares a document type, which no bank does. It was not read. "
                "Download it again from the bank itself."
            )
        )

    def start(self, name: str, attributes: dict[str, str]) -> None:
        self.depth += 1
        self.elements += 1
        if self.elements > MOST_ELEMENTS or self.depth > DEEPEST:
            raise too_large()
        space, _separator, local = name.rpartition(" ")
        if local == "Document" and not self.space:
            self.space = space
        self.builder.start(local, attributes)

    def end(self, name: str) -> None:
        self.depth -= 1
        self.builder.end(name.rpartition(" ")[2])


def read_xml(data: bytes) -> Tree:
    """The tree of at most 20 MB of XML; `FileTooLarge`, `NotXml` or `UnsafeXml` otherwise."""
    if len(data) > MOST_BYTES:
        raise too_large()
    if data.startswith(b"PK\x03\x04"):
        raise NotXml(_("This is a ZIP archive. Unpack it and import the XML files in it."))
    if data.startswith(b"%PDF"):
        raise NotXml(
            _("This is a PDF. Download the statement as camt.053 or camt.054 (XML) instead.")
        )
    if not data.strip():
        raise NotXml(_("The file is empty. Download it again from the bank."))
    return Reader().read(data)


def too_large() -> FileTooLarge:
    return FileTooLarge(
        _(
            "The file is larger than 20 MB. Export shorter periods from the bank and import the "
            "files one after the other."
        )
    )


def not_xml(line: int) -> NotXml:
    return NotXml(
        _(
            "This is not XML, or it breaks off (line %(line)s). Download the file again from the "
            "bank, as camt.053 or camt.054."
        )
        % {"line": line}
    )
