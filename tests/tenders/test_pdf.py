"""Whether a file is a PDF that only shows something (T33): looked at as what it is."""

import zlib

import pytest

from tenders import pdf


def make_pdf(extra: bytes = b"", *, head: bytes = b"%PDF-1.7\n") -> bytes:
    body = head + b"1 0 obj\n<</Type/Catalog/Pages 2 0 R>>\nendobj\n" + extra + b"\n"
    tail = b"xref\n0 1\n0000000000 65535 f \ntrailer\n<</Size 1/Root 1 0 R>>\n"
    return body + tail + b"startxref\n%d\n%%%%EOF\n" % len(body)


def compressed(objects: bytes, filters: bytes = b"/FlateDecode") -> bytes:
    stream = zlib.compress(objects)
    head = b"3 0 obj\n<</Type/ObjStm/N 1/First 4/Filter %s/Length %d>>\n" % (filters, len(stream))
    return make_pdf(head + b"stream\n" + stream + b"\nendstream\nendobj\n")


@pytest.mark.parametrize(
    "content",
    [
        b"",
        b"MZ\x90\x00 not a pdf",
        b"<svg onload=alert(1)>",
        b"%PDF-1.7\n1 0 obj\n<<>>\nendobj\n",
        b"\n" + make_pdf(),
        make_pdf(head=b"%PDF-9.9\n"),
        make_pdf() + b"<script>alert(1)</script>",
        make_pdf().replace(b" obj", b" xxx"),
    ],
)
def test_what_is_no_pdf(content: bytes) -> None:
    assert pdf.flaw(content) is pdf.Flaw.NO_PDF


@pytest.mark.parametrize(
    "name",
    [
        b"/JavaScript", b"/JS (x)", b"/J#61vaScript", b"/#4a#53", b"/Launch", b"/EmbeddedFile",
        b"/EmbeddedFiles", b"/RichMedia", b"/XFA", b"/SubmitForm", b"/ImportData", b"/GoToE",
        b"/Rendition", b"/Movie", b"/Sound",
    ],
)  # fmt: skip
def test_what_acts_is_refused(name: bytes) -> None:
    """T33's sister: nothing that runs, submits, plays or carries a file; plain and compressed."""
    assert pdf.flaw(make_pdf(b"2 0 obj\n<<%s 1>>\nendobj" % name)) is pdf.Flaw.ACTIVE
    assert pdf.flaw(compressed(b"4 0 <<%s 1>>" % name)) is pdf.Flaw.ACTIVE


def test_what_cannot_be_looked_into_is_refused() -> None:
    assert pdf.flaw(make_pdf(b"2 0 obj\n<</Encrypt 5 0 R>>\nendobj")) is pdf.Flaw.LOCKED
    assert pdf.flaw(compressed(b"4 0 <<>>", b"/LZWDecode")) is pdf.Flaw.LOCKED
    assert pdf.flaw(compressed(b"0" * (pdf.LARGEST_INSIDE + 1))) is pdf.Flaw.LOCKED


@pytest.mark.parametrize(
    "head",
    [
        b"/Type/ObjStm/N 1/First 4/Filter 9 0 R",
        b"/Type/ObjStm/N 1/First 4/Filter/Fl",
        b"/Type/ObjStm/N 1/First 4/Filter[/FlateDecode/FlateDecode]",
        b"/Type 9 0 R/N 1/First 4/Filter/FlateDecode",
        b"/N 1/First 4/Filter/FlateDecode",
    ],
)
def test_compressed_objects_do_not_hide_behind_their_dictionary(head: bytes) -> None:
    """T33's sister: readers open them all the same, so they are looked into, or refused."""
    inside = zlib.compress(b"4 0 <</JS 1>>")
    if head.count(b"FlateDecode") == 2:
        inside = zlib.compress(inside)
    stream = b"2 0 obj\n<<%s>>\nstream\n%s\nendstream\nendobj" % (head, inside)
    assert pdf.flaw(make_pdf(stream)) in (pdf.Flaw.ACTIVE, pdf.Flaw.LOCKED)


def test_plain_ones_pass() -> None:
    from weasyprint import HTML

    assert pdf.flaw(make_pdf()) is None
    assert pdf.flaw(compressed(b"4 0 <</Type/Font>>")) is None
    written = HTML(string="<h1>Offer</h1><a href='https://x.example'>us</a>").write_pdf()
    assert pdf.flaw(written) is None
