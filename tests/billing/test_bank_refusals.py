"""Files of the bank as they never should be: clear words, nothing booked (M9, T15)."""

import pytest
from django.utils import translation
from hypothesis import given, settings
from hypothesis import strategies as st

from billing.bank_files import BankFileRefused, read_bank_file
from billing.bank_files.errors import (
    BrokenEntry,
    FileTooLarge,
    Incomplete,
    NotXml,
    UnsafeXml,
    WrongAccount,
    WrongMessage,
)
from billing.bank_files.xml import MOST_BYTES, MOST_ELEMENTS
from tests.billing.bank_samples import ALL, IBAN, QR_IBAN, STATEMENT, content, entry, file_of, part


@pytest.mark.parametrize(
    ("accounts", "ours"),
    [
        ([IBAN], True),
        (["ch76 0900 0000 1234 5678 9"], True),
        ([QR_IBAN], True),
        ([], True),
        (["CH2809000000987654321"], False),
        ([""], False),
    ],
)
def test_only_files_about_our_accounts(accounts: list[str], ours: bool) -> None:
    if ours:
        assert read_bank_file(content(STATEMENT), accounts).accounts == (IBAN,)
    else:
        with pytest.raises(WrongAccount, match=f"{IBAN}.*settings"):
            read_bank_file(content(STATEMENT), accounts)


@pytest.mark.parametrize(
    ("data", "says"),
    [
        (b"", "empty"),
        (b" \n", "empty"),
        (b"PK\x03\x04rest", "ZIP.*Unpack"),
        (b"%PDF-1.7", "PDF.*camt.053"),
        (b":20:STARTUMS\r\n:25:MT940", "not XML.*camt.053"),
        (b"Datum;Betrag\n18.11.2026;5.00", "not XML"),
        (b"\xff\xfe\x00\xd8", "not XML"),
        (b'<?xml version="1.0" encoding="martian"?><a/>', "not XML"),
        (b'<?xml version="1.0" encoding="shift_jis"?><a/>', "not XML"),
        (content(STATEMENT)[:900], r"breaks off \(line 21\)"),
    ],
)
def test_what_is_not_xml(data: bytes, says: str) -> None:
    with pytest.raises(NotXml, match=says):
        read_bank_file(data)


@pytest.mark.parametrize(
    ("message", "says"),
    [
        ("pain.001.001.09", r"payment order.*\(pain.001\).*camt.053"),
        ("pain.002.001.10", r"\(pain.002\)"),
        ("camt.052.001.08", r"camt.052.*nothing in it is final"),
        ("camt.029.001.09", r"another kind \(camt.029\)"),
        ("camt.053.001.02", r"version 02 of camt.053.*camt.053.001.08"),
        ("camt.054.001.13", "version 13"),
        ("something", "not a bank's file"),
    ],
)
def test_xml_that_is_not_a_file_of_movements(message: str, says: str) -> None:
    with pytest.raises(WrongMessage, match=says):
        read_bank_file(file_of(entry(), message=message))


def test_xml_of_somebody_else() -> None:
    with pytest.raises(WrongMessage, match="not a bank's file"):
        read_bank_file(b"<html><body>Session expired</body></html>")


@pytest.mark.parametrize(
    "amount", ["", "-5.00", "+5", "1e3", "NaN", "Infinity", "1,50", "5.005", "9" * 14, "٣", "1_0"]
)
def test_amounts_that_cannot_be(amount: str) -> None:
    with pytest.raises(BrokenEntry, match=r"Movement 2 .*Nothing was imported"):
        read_bank_file(file_of(entry(), entry(amount)))


@pytest.mark.parametrize(
    ("wrong", "right"),
    [
        ('Ccy="CHF"', 'Ccy="chf"'),
        ('Ccy="CHF"', ""),
        ("CRDT", "PLUS"),
        ("<CdtDbtInd>CRDT</CdtDbtInd>", ""),
        ("2026-11-18", "18.11.2026"),
        ("2026-11-18", "2026-02-30"),
    ],
)
def test_movements_that_cannot_be(wrong: str, right: str) -> None:
    with pytest.raises(BrokenEntry):
        read_bank_file(file_of(entry().replace(wrong, right)))


@pytest.mark.parametrize(
    "details",
    [
        part("10.00") + part("9.99"),
        "<Btch><NbOfTxs>3</NbOfTxs></Btch>" + part("10.00"),
        part("10.00") + "<TxDtls></TxDtls>",
        part("10.00") + part("10.00").replace('Ccy="CHF"', 'Ccy="EUR"'),
    ],
)
def test_parts_that_are_not_the_whole(details: str) -> None:
    with pytest.raises(BrokenEntry, match="payment"):
        read_bank_file(file_of(entry("20.00", details=details)))


@pytest.mark.parametrize("lost", ["Acct", "CreDtTm", "Ntfctn"])
def test_a_file_without_a_part_that_each_has(lost: str) -> None:
    data = file_of().decode().replace(f"<{lost}>", "<Lost>").replace(f"</{lost}>", "</Lost>")
    with pytest.raises(Incomplete, match="does not say"):
        read_bank_file(data.encode())


def test_an_empty_document() -> None:
    with pytest.raises(Incomplete):
        read_bank_file(b'<Document xmlns="urn:iso:std:iso:20022:tech:xsd:camt.053.001.08"/>')


# What attacks


LAUGHS = b"""<?xml version="1.0"?><!DOCTYPE lolz [<!ENTITY a "ha"><!ENTITY b "&a;&a;&a;&a;&a;&a;">
<!ENTITY c "&b;&b;&b;&b;&b;&b;">]><Document>&c;</Document>"""


@pytest.mark.parametrize(
    "data",
    [
        LAUGHS,
        b'<!DOCTYPE a SYSTEM "http://127.0.0.1:9/a.dtd"><a/>',
        b'<!DOCTYPE a [<!ENTITY x SYSTEM "file:///etc/passwd">]><a>&x;</a>',
        b'<!DOCTYPE a [<!ENTITY % x SYSTEM "file:///etc/passwd"> %x;]><a/>',
        "<!DOCTYPE a []><a/>".encode("utf-16"),
    ],
)
def test_a_document_type_is_refused_before_anything_is_declared(data: bytes) -> None:
    with pytest.raises(UnsafeXml, match="document type"):
        read_bank_file(data)


@pytest.mark.parametrize(
    "data",
    [b" " * (MOST_BYTES + 1), b"<a>" * 100, b"<a>" + b"<b/>" * MOST_ELEMENTS],
    ids=["bytes", "depth", "elements"],
)
def test_what_is_too_large(data: bytes) -> None:
    with pytest.raises(FileTooLarge, match=r"20 MB.*shorter periods"):
        read_bank_file(data)


def test_the_sentences_are_translatable() -> None:
    with translation.override("fr"), pytest.raises(BankFileRefused) as refused:
        read_bank_file(b"")
    assert str(refused.value)


# Whatever comes


@settings(max_examples=150, deadline=None)
@given(st.binary(max_size=300))
def test_any_bytes_are_read_or_refused(data: bytes) -> None:
    with pytest.raises(BankFileRefused):
        read_bank_file(data)


@settings(max_examples=150, deadline=None)
@given(st.sampled_from(ALL), st.data())
def test_any_damage_to_a_file_is_read_or_refused(name: str, data: st.DataObject) -> None:
    """Bytes taken out, put in, or told twice, anywhere in a right file."""
    whole = content(name)
    start = data.draw(st.integers(0, len(whole)))
    end = data.draw(st.integers(start, min(len(whole), start + 200)))
    piece = data.draw(st.binary(max_size=12) | st.just(whole[start:end] * 2))
    try:
        file = read_bank_file(whole[:start] + piece + whole[end:])
    except BankFileRefused:
        return
    assert all(each.amount > 0 and each.key for each in file.entries)
    assert len({each.key for each in file.entries}) == len(file.entries)
