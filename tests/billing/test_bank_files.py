"""Files of the bank as banks write them (M9, T15)."""

from datetime import UTC, date, datetime, timedelta, timezone
from decimal import Decimal

import pytest

from billing.bank_files import BankFileKind, read_bank_file
from billing.bank_files.errors import (
    WrongAccount,
)
from tests.billing.bank_samples import (
    ALL,
    IBAN,
    INVOICE_42,
    INVOICE_43,
    INVOICE_44,
    INVOICE_45,
    NOTIFICATION_04,
    NOTIFICATION_08,
    QR_IBAN,
    STATEMENT,
    STATEMENT_EUR,
    content,
    entry,
    file_of,
    only,
    part,
)

# What banks write


def test_a_swiss_statement_of_version_04() -> None:
    file = read_bank_file(content(STATEMENT), [IBAN])
    assert file.kind is BankFileKind.STATEMENT
    assert (file.message_id, file.account) == ("STMT-20261118-0001", IBAN)
    assert file.created_at == datetime(2026, 11, 18, 22, 15, tzinfo=timezone(timedelta(hours=1)))
    assert (len(file.credits), len(file.debits), len(file.reversals), file.pending) == (2, 1, 1, 1)

    bill, transfer = file.credits
    assert (bill.amount, bill.currency, bill.booked_on) == (
        Decimal("281.50"),
        "CHF",
        date(2026, 11, 18),
    )
    assert (bill.reference, bill.payer) == (INVOICE_42, "Hôtel Bellevue SA")
    assert (bill.end_to_end_id, bill.text) == ("BELLEVUE-2611-17", "")
    assert bill.bank_reference == "20261118000700151100001"

    assert (transfer.reference, transfer.end_to_end_id) == ("", "")
    assert transfer.text == "Facture du 3 novembre, merci / Bonification"
    assert transfer.payer == "Clinique Belmont Sàrl"


def test_debits_and_reversals_are_told_apart() -> None:
    file = read_bank_file(content(STATEMENT))
    (fees,) = file.debits
    assert (fees.amount, fees.credit, fees.text) == (
        Decimal("5.00"),
        False,
        "Frais de tenue de compte",
    )
    (back,) = file.reversals
    assert (back.amount, back.credit, back.reversal) == (Decimal("90.10"), False, True)
    assert (back.reference, back.payer) == (INVOICE_43, "Musée du Jura")


def test_a_statement_in_euro_of_version_08() -> None:
    file = read_bank_file(content(STATEMENT_EUR))
    assert file.created_at == datetime(2026, 11, 19, 4, 1, 12, 345000, tzinfo=UTC)
    sepa, abroad, bundle = file.credits
    assert (sepa.amount, sepa.currency) == (Decimal("201.25"), "EUR")
    assert (sepa.reference, sepa.payer) == ("RF431202600000042", "Atelier Vigne SARL")
    assert abroad.amount == Decimal("120.75"), "what was paid; the bank kept 8.00 of it"
    assert (abroad.reference, abroad.proposals) == ("", ("RF161202600000043",))
    assert (bundle.amount, bundle.bundle, bundle.reference) == (Decimal("300.00"), 12, "")
    (returned,) = file.reversals
    assert (returned.credit, returned.payer) == (True, "Rhône Digital SAS")


@pytest.mark.parametrize("name", [NOTIFICATION_04, NOTIFICATION_08])
def test_a_collective_booking_is_split_into_its_payments(name: str) -> None:
    file = read_bank_file(content(name), [QR_IBAN])
    assert file.kind is BankFileKind.NOTIFICATION
    assert [(each.reference, each.amount, each.payer) for each in file.credits[-3:]] == [
        (INVOICE_44, Decimal("208.32"), "Alpine Web Sàrl"),
        (INVOICE_45, Decimal("60.00"), "Garage Nord AG"),
        (INVOICE_45, Decimal("60.00"), "Garage Nord AG"),
    ]


@pytest.mark.parametrize("name", ALL)
def test_every_movement_has_its_own_key_and_the_same_one_each_time(name: str) -> None:
    first, again = read_bank_file(content(name)), read_bank_file(content(name))
    assert first == again
    keys = [each.key for each in first.entries]
    assert len(set(keys)) == len(keys)
    assert all(len(key) == 64 for key in keys)


def test_statement_and_notification_give_a_payment_the_same_key() -> None:
    statement = {each.key for each in read_bank_file(content(STATEMENT)).entries}
    notified = read_bank_file(content(NOTIFICATION_04)).entries
    assert [each.key in statement for each in notified] == [True, False, False, False]


# Keys (T15)


def test_equal_payments_of_one_booking_are_both_kept() -> None:
    twice = entry("20.00", word="B", details=part(reference=INVOICE_42) * 2)
    assert len(read_bank_file(file_of(twice)).entries) == 2


def test_equal_payments_without_a_reference_of_the_bank_are_both_kept() -> None:
    entries = read_bank_file(file_of(entry(), entry())).entries
    assert len({each.key for each in entries}) == 2
    assert read_bank_file(file_of(entry())).entries[0].key == entries[0].key


def test_a_booking_told_twice_counts_once() -> None:
    once = entry(word="B1", details=part(reference=INVOICE_42))
    batch = entry("20.00", word="B2", details=part(reference=INVOICE_42) * 2)
    assert len(read_bank_file(file_of(once, batch, once, batch)).entries) == 3


def test_a_reference_of_the_bank_used_again_hides_no_payment() -> None:
    one = entry(word="B", details=part(reference=INVOICE_42))
    other = entry(word="B", details=part(reference=INVOICE_43))
    back = entry(word="B", details=part(reference=INVOICE_42), sign="DBIT")
    entries = read_bank_file(file_of(one, other, back, entry("11.00", word="B"))).entries
    assert len({each.key for each in entries}) == 4


@pytest.mark.parametrize("details", [part(word="1"), part("4.00", word="1") + part("6.00")])
def test_without_a_reference_of_the_booking_the_day_counts(details: str) -> None:
    days = ("2026-11-18", "2026-11-19")
    entries = [entry(details=details, more=f"<ValDt><Dt>{day}</Dt></ValDt>") for day in days]
    keys = {credit.key for each in entries for credit in read_bank_file(file_of(each)).entries}
    assert len(keys) == 2 * details.count("<TxDtls>")


def test_parts_that_are_only_numbered_hide_no_payment() -> None:
    parts = part(word="1") + part(word="2")
    entries = read_bank_file(
        file_of(*(entry("20.00", word=word, details=parts) for word in ("B1", "B2")))
    ).entries
    assert [each.bank_reference for each in entries] == ["1", "2", "1", "2"]
    assert len({each.key for each in entries}) == 4


@pytest.mark.parametrize("word", ["NOTPROVIDED", "NONREF", "0", " "])
def test_a_filler_is_no_reference_of_the_bank(word: str) -> None:
    one = entry(word=word, details=part(reference=INVOICE_42))
    other = entry(word=word, details=part(reference=INVOICE_43))
    entries = read_bank_file(file_of(one, other)).entries
    assert [each.bank_reference for each in entries] == ["", ""]
    assert len({each.key for each in entries}) == 2


# References and words


def test_a_wrong_reference_is_left_to_a_person() -> None:
    credit = only(entry(details=part(reference="000000000000012026000000425", text="Thanks")))
    assert (credit.reference, credit.text) == ("", "Thanks / 000000000000012026000000425")


def test_several_references_in_one_payment_are_left_to_a_person() -> None:
    two = part().replace(
        "<Strd>", f"<Strd><CdtrRefInf><Ref>{INVOICE_42}</Ref></CdtrRefInf></Strd><Strd>"
    )
    credit = only(entry(details=two.replace("<Ref></Ref>", f"<Ref>{INVOICE_43}</Ref>")))
    assert credit.reference == ""
    assert credit.proposals == (INVOICE_42, INVOICE_43)


def test_long_words_are_cut() -> None:
    details = part(text="x" * 5000).replace(
        "<Amt", "<RltdPties><Dbtr><Nm>" + "N" * 999 + "</Nm></Dbtr></RltdPties><Amt", 1
    )
    credit = only(entry(details=details))
    assert (len(credit.text), len(credit.payer)) == (1000, 140)


@pytest.mark.parametrize(
    ("more", "day"),
    [
        ("<BookgDt><DtTm>2026-11-20T23:59:59+01:00</DtTm></BookgDt>", date(2026, 11, 20)),
        ("<BookgDt><Dt>2026-11-20+01:00</Dt></BookgDt>", date(2026, 11, 20)),
        ("<ValDt><Dt>2026-11-21</Dt></ValDt>", date(2026, 11, 21)),
        ("<!-- no day -->", date(2026, 11, 17)),
    ],
)
def test_the_day_of_booking(more: str, day: date) -> None:
    assert only(entry(more=more)).booked_on == day


def test_an_amount_told_in_another_currency_is_the_one_booked() -> None:
    details = part("12.00").replace('Ccy="CHF"', 'Ccy="EUR"')
    assert (only(entry("11.20", details=details)).amount) == Decimal("11.20")


def test_a_movement_of_nothing_is_left_out() -> None:
    assert read_bank_file(file_of(entry("0.00"))).entries == ()


def test_several_accounts_in_one_file() -> None:
    other = "CH2809000000987654321"
    both = file_of(entry()).replace(
        b"</Message>",
        f"<Ntfctn><Acct><Id><IBAN>{other}</IBAN></Id></Acct></Ntfctn></Message>".encode(),
    )
    assert read_bank_file(both, [IBAN, other]).accounts == (IBAN, other)
    with pytest.raises(WrongAccount, match=other):
        read_bank_file(both, [IBAN])
