"""Words out of the elements of a bank's file."""

from xml.etree.ElementTree import Element

from billing import references

LONGEST_ID = 35
LONGEST_NAME = 140
LONGEST_TEXT = 1000
NOTHING = frozenset({"", "NOTPROVIDED", "NOT PROVIDED", "NONREF", "0"})
"""What banks write where they have nothing to say but a field to fill."""
SWISS_CODE = "?REJECT?"
"""Begins what Swiss banks say to each other beside a QR reference: no words of the payer."""


def text(element: Element, path: str) -> str:
    """The words at the path, or "": of the first one there."""
    return " ".join((element.findtext(path) or "").split())


def given(told: str) -> str:
    """An identification, or "" when it is only a filler."""
    return "" if told.upper() in NOTHING else told[:LONGEST_ID]


def joined(*said: str) -> str:
    """What was said, each once."""
    return " / ".join(dict.fromkeys(filter(None, said)))[:LONGEST_TEXT]


def other_side(part: Element, *, payer: bool) -> str:
    """The name of who paid, or of who was paid; version 04 has no level "Pty"."""
    roles = ("Dbtr", "UltmtDbtr") if payer else ("Cdtr", "UltmtCdtr")
    paths = (f"RltdPties/{role}/{level}Nm" for role in roles for level in ("", "Pty/"))
    return next(filter(None, (text(part, path) for path in paths)), "")[:LONGEST_NAME]


def remittance(part: Element) -> tuple[str, list[str]]:
    """The one right structured reference, or "", and all that was written besides.

    Wrong references, and several different ones, are left to a person: they go to the words.
    """
    said = [_words(each) for each in part.findall("RmtInf/Ustrd")]
    right: dict[str, None] = {}
    for each in part.findall("RmtInf/Strd"):
        told = text(each, "CdtrRefInf/Ref")
        clean = references.structured(told)
        if clean:
            right[clean] = None
        else:
            said.append(told)
        more = (*each.findall("AddtlRmtInf"), *each.findall("RfrdDocInf/Nb"))
        said += [words for element in more if not (words := _words(element)).startswith(SWISS_CODE)]
    if len(right) == 1:
        return next(iter(right)), said
    return "", [*right, *said]


def _words(element: Element) -> str:
    return " ".join((element.text or "").split())
