"""The PDF of a partner's bill, and the letters about it: what the client gets (B12, M8)."""

import io
from collections.abc import Callable
from decimal import Decimal

import facturx
import pytest
from lxml import etree

from access import letters
from access.models import Organisation, OutgoingMail
from billing.models import Rebill
from billing.services import rebilling
from billing.views.rebilling import papers
from tests.billing.documents import opened, scanned, texts
from tests.billing.rebilled import (
    ALPINE,
    HOTEL,
    IBAN,
    QR_IBAN,
    RHONE,
    VIGNE,
    bill,
    day,
    draft,
    issue,
    lea,
    make_due,
    markup,
    ordered,
    sender,
)
from tests.billing.test_documents_factur_x import faults  # noqa: F401 - a fixture
from tests.world import World

pytestmark = pytest.mark.django_db


def xml_of(pdf: bytes) -> bytes:
    with opened(pdf) as document:
        return bytes(document.attachments["factur-x.xml"].get_file().read_bytes())


@pytest.mark.parametrize("account", [IBAN, QR_IBAN])
def test_the_qr_bill_scans_back(world: World, account: str) -> None:
    sender(world, iban=account)
    issued = bill(world)
    (code,) = scanned(papers.pdf_of(issued))
    parts = code.splitlines()
    assert parts[3] == account
    assert "Alpine Web Sàrl" in parts
    assert "Hôtel Bellevue" in parts
    assert f"{issued.total:.2f}" in parts
    assert issued.reference in parts


def test_it_is_in_the_partners_name_and_tells_no_cost(world: World) -> None:
    markup(world, "percent", "20")
    text = " ".join(texts(papers.pdf_of(bill(world))))
    assert "Alpine Web" in text
    assert "Example Cloud" not in text
    assert "7,1424" in text or "7.1424" in text
    assert "208" not in text


def test_the_electronic_bill_keeps_the_standard(
    world: World,
    faults: Callable[[bytes], list[str]],  # noqa: F811
) -> None:
    """Factur-X, EN 16931: the schema and the schematron."""
    issued = bill(world)
    xml = xml_of(papers.pdf_of(issued))
    facturx.xml_check_xsd(xml, flavor="factur-x", level="en16931")
    assert faults(xml) == []
    found = etree.parse(io.BytesIO(xml)).getroot()
    assert f"{issued.total:.2f}" in found.xpath("//*[local-name()='GrandTotalAmount']/text()")
    assert b"208.32" not in xml.replace(f"{issued.net:.2f}".encode(), b"")


def test_without_vat_it_says_so(
    world: World,
    faults: Callable[[bytes], list[str]],  # noqa: F811
) -> None:
    sender(world, vat_percent=Decimal(0), vat_number="")
    issued = bill(world)
    assert issued.vat == 0
    pdf = papers.pdf_of(issued)
    assert facturx.xml_check_xsd(xml_of(pdf), flavor="factur-x", level="en16931")
    assert faults(xml_of(pdf)) == []


@pytest.mark.parametrize(
    ("country", "number", "said"),
    [("DE", "DE136695976", b"AE"), ("CH", "CHE107787577", b"G"), ("DE", "", b"S")],
)
def test_clients_abroad(
    world: World,
    faults: Callable[[bytes], list[str]],  # noqa: F811
    country: str,
    number: str,
    said: bytes,
) -> None:
    """M8: reverse charge within the union, export out of it; the numbers with their letters."""
    remi = world.actor("remi", RHONE)
    account = "FR7630006000011234567890189"
    made = sender(world, by=remi, iban=account, prefix="RD", vat_percent=Decimal(20))
    assert made.vat_number.startswith("FR")
    ordered(world, slug=VIGNE)
    currency = "CHF" if country == "CH" else "EUR"
    data = {"country": country, "vat_number": number, "currency": currency}
    Organisation.objects.filter(slug=VIGNE).update(**data)
    issued = issue(world, draft(world, slug=VIGNE, by=remi), by=remi)
    xml = xml_of(papers.pdf_of(issued))
    assert issued.vat == (0 if said != b"S" else Decimal("24.15"))
    assert b"<ram:CategoryCode>" + said + b"<" in xml
    assert faults(xml) == []


def test_a_foreign_account_has_no_payment_part(world: World) -> None:
    remi = world.actor("remi", RHONE)
    account = "FR7630006000011234567890189"
    sender(world, by=remi, iban=account, prefix="RD", vat_percent=Decimal(20))
    ordered(world, slug=VIGNE)
    issued = issue(world, draft(world, slug=VIGNE, by=remi), by=remi)
    pdf = papers.pdf_of(issued)
    assert scanned(pdf) == []
    assert "FR76 3000 6000 0112 3456 7890 189" in " ".join(texts(pdf))


def test_a_credit_names_what_it_cancels(world: World) -> None:
    issued = bill(world)
    credit = rebilling.cancel(bill=issued, reason="The wrong month", by=lea(world))
    pdf = papers.pdf_of(credit)
    text = " ".join(texts(pdf))
    assert issued.number in text
    assert "The wrong month" in text
    assert scanned(pdf) == []


def test_hostile_names_are_printed_as_they_stand(world: World) -> None:
    """T33."""
    name = '<img src="file:///etc/passwd">'
    sender(world)
    ordered(world)
    made = draft(world)
    rebilling.change_line(
        line=made.lines.get(),
        text=name,
        detail="@import url(http://evil.example/)",
        quantity=1,
        unit_price=Decimal(5),
        by=lea(world),
    )
    text = "".join(texts(papers.pdf_of(issue(world, made)))).replace("\r\n", "")
    assert "/etc/passwd" in text


def test_the_paper_stays_when_the_sender_changes(world: World) -> None:
    papers.print_early(bill(world))
    first = papers.pdf_of(issued := Rebill.objects.get())
    sender(world, name="Other Sàrl")
    issued = Rebill.objects.get(pk=issued.pk)
    assert papers.pdf_of(issued) == first


def test_a_lost_paper_is_printed_again(world: World) -> None:
    papers.print_early(bill(world))
    first = papers.pdf_of(issued := Rebill.objects.get())
    issued.pdf.storage.delete(issued.pdf.name)
    issued = Rebill.objects.get()
    assert texts(papers.pdf_of(issued)) == texts(first)


# ---- Letters ---------------------------------------------------------------------------------


def mail(kind: str) -> OutgoingMail:
    return OutgoingMail.objects.filter(kind=f"billing.rebill_{kind}").latest("pk")


@pytest.mark.parametrize("language", ["en", "fr", "de", "it", "es"])
def test_the_letters(world: World, language: str) -> None:
    markup(world, "percent", "20")
    issued = bill(world)
    make_due(issued)
    rebilling.remind(bill=issued, by=lea(world))
    kinds = ["issued", "reminder"]
    found = [
        letters.write(f"billing.rebill_{kind}", mail(kind).context, language=language)
        for kind in kinds
    ]
    credit = rebilling.cancel(bill=issued, reason="Pay at evil.example", by=lea(world))
    context = mail("cancelled").context
    found.append(letters.write("billing.rebill_cancelled", context, language=language))
    for letter, about in zip(found, (issued, issued, credit), strict=True):
        assert letter is not None
        assert "Alpine Web" in letter.subject
        assert issued.number not in letter.subject  # T34: its prefix is the partner's text
        assert f"/o/{HOTEL}/bills/{about.public_id}/" in letter.text
        point = "," if language in {"fr", "es"} else "."
        assert f"{issued.total:.2f}".replace(".", point) in letter.text
        assert f"208{point}32" not in letter.text
        assert "evil.example" not in letter.text
        assert "evil.example" not in letter.html


def test_a_reminder_of_what_was_paid_is_not_sent(world: World) -> None:
    issued = bill(world)
    make_due(issued)
    rebilling.remind(bill=issued, by=lea(world))
    rebilling.mark_paid(bill=issued, paid_on=day(), by=lea(world))
    context = mail("reminder").context
    assert letters.write("billing.rebill_reminder", context, language="en") is None


def test_a_name_is_no_link(world: World) -> None:
    """T34."""
    Organisation.objects.filter(slug=ALPINE).update(name="Pay at https://evil.example/ now")
    bill(world)
    letter = letters.write("billing.rebill_issued", mail("issued").context, language="en")
    assert letter is not None
    assert "evil.example" not in letter.subject + letter.text
