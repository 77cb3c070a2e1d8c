"""The sample files of `bank/`, and a way to write small ones. Names and accounts are made up."""

from pathlib import Path

from billing.bank_files import BankCredit, read_bank_file

FILES = Path(__file__).parent / "bank"
STATEMENT, STATEMENT_EUR = "statement-chf-v04.xml", "statement-eur-v08.xml"
NOTIFICATION_04, NOTIFICATION_08 = "notification-chf-v04.xml", "notification-chf-v08.xml"
ALL = (STATEMENT, STATEMENT_EUR, NOTIFICATION_04, NOTIFICATION_08)

IBAN, QR_IBAN = "CH7609000000123456789", "CH2230808123456789012"
INVOICE_42, INVOICE_43 = "000000000000012026000000424", "000000000000012026000000432"
INVOICE_44, INVOICE_45 = "000000000000012026000000448", "000000000000012026000000453"


def content(name: str) -> bytes:
    return (FILES / name).read_bytes()


def file_of(*entries: str, message: str = "camt.054.001.08", element: str = "Ntfctn") -> bytes:
    """A small file around entries, for what the samples do not hold."""
    return f"""<Document xmlns="urn:iso:std:iso:20022:tech:xsd:{message}"><Message>
    <GrpHdr><MsgId>M</MsgId><CreDtTm>2026-11-18T23:05:00</CreDtTm></GrpHdr>
    <{element}><CreDtTm>2026-11-17T23:05:00</CreDtTm><Acct><Id><IBAN>{IBAN}</IBAN></Id></Acct>
    {"".join(entries)}</{element}></Message></Document>""".encode()


def entry(
    amount: str = "10.00", *, word: str = "", details: str = "", sign: str = "CRDT", more: str = ""
) -> str:
    reference = f"<AcctSvcrRef>{word}</AcctSvcrRef>" if word else ""
    return f"""<Ntry><Amt Ccy="CHF">{amount}</Amt><CdtDbtInd>{sign}</CdtDbtInd>
    <Sts><Cd>BOOK</Cd></Sts>{more or "<BookgDt><Dt>2026-11-18</Dt></BookgDt>"}{reference}
    {f"<NtryDtls>{details}</NtryDtls>" if details else ""}</Ntry>"""


def part(amount: str = "10.00", *, word: str = "", reference: str = "", text: str = "") -> str:
    return f"""<TxDtls><Refs><AcctSvcrRef>{word}</AcctSvcrRef></Refs>
    <Amt Ccy="CHF">{amount}</Amt><CdtDbtInd>CRDT</CdtDbtInd><RmtInf><Ustrd>{text}</Ustrd>
    <Strd><CdtrRefInf><Ref>{reference}</Ref></CdtrRefInf></Strd></RmtInf></TxDtls>"""


def only(*entries: str) -> BankCredit:
    (credit,) = read_bank_file(file_of(*entries)).entries
    return credit
