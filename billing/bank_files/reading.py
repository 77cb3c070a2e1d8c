"""The door: from bytes to a `BankFile`, and the sentence about a file that is none."""

import re
from collections.abc import Collection
from datetime import UTC, datetime
from xml.etree.ElementTree import Element

from django.utils.translation import gettext as _

from billing import references

from .entries import Booked, Entry
from .errors import Incomplete, WrongAccount, WrongMessage
from .keys import with_keys
from .records import BankFile, BankFileKind
from .text import LONGEST_ID, text
from .xml import Tree, read_xml

VERSIONS = ("04", "08")


def read_bank_file(data: bytes, accounts: Collection[str] = ()) -> BankFile:
    """The file, or `BankFileRefused` with what to do. Reads all of it or nothing.

    `accounts` are the vendor's IBANs, the QR-IBANs among them: a file about any other account is
    refused. Without them, every account is read.
    """
    tree = read_xml(data)
    kind = _kind(tree)
    message = _message(tree)
    statements = message.findall("Stmt") + message.findall("Ntfctn")
    if not statements:
        raise _incomplete(_("an account's movements"))
    for statement in statements:
        _check_account(statement, accounts)
    return BankFile(
        message_id=text(message, "GrpHdr/MsgId")[:LONGEST_ID],
        created_at=_moment(text(message, "GrpHdr/CreDtTm")),
        kind=kind,
        accounts=tuple(dict.fromkeys(_account(statement) for statement in statements)),
        entries=tuple(with_keys(_movements(statements))),
        pending=sum(not _is_booked(entry) for each in statements for entry in each.findall("Ntry")),
    )


def _movements(statements: list[Element]) -> list[list[Booked]]:
    """The movements of each statement."""
    found: list[list[Booked]] = []
    number = 0
    for statement in statements:
        account = _account(statement)
        movements: list[Booked] = []
        for entry in statement.findall("Ntry"):
            number += 1
            if _is_booked(entry):
                movements += Entry(entry, account, number, text(statement, "CreDtTm")).movements()
        found.append(movements)
    return found


def _is_booked(entry: Element) -> bool:
    return (text(entry, "Sts/Cd") or text(entry, "Sts") or "BOOK") == "BOOK"


def _message(tree: Tree) -> Element:
    document = tree.root if tree.root.tag == "Document" else tree.root.find(".//Document")
    if document is None or not len(document):
        raise _incomplete(_("an account's movements"))
    return document[0]


def _account(statement: Element) -> str:
    number = text(statement, "Acct/Id/IBAN") or text(statement, "Acct/Id/Othr/Id")
    if not number:
        raise _incomplete(_("the account's number"))
    return re.sub(r"\s", "", number).upper()[:LONGEST_ID]


def _check_account(statement: Element, accounts: Collection[str]) -> None:
    """The bank names the account by its IBAN, and a QR-IBAN only with the movements (NtryRef)."""
    if not accounts:
        return
    numbers = {_account(statement), *(text(each, "NtryRef") for each in statement.findall("Ntry"))}
    if any(references.same_account(ours, it) for ours in accounts for it in numbers if it):
        return
    raise WrongAccount(
        _(
            "This file is about the account %(account)s, which is not one of ours (%(ours)s). "
            "Choose another file, or have the account added to the settings."
        )
        % {"account": _account(statement), "ours": ", ".join(accounts)}
    )


def _moment(told: str) -> datetime:
    """Banks leave out the time zone at times: read as UTC then; it is only shown."""
    try:
        moment = datetime.fromisoformat(told)
    except ValueError as error:
        raise _incomplete(_("when it was made")) from error
    return moment if moment.tzinfo else moment.replace(tzinfo=UTC)


def _kind(tree: Tree) -> BankFileKind:
    named = re.search(r"\b([a-z]{4}\.[0-9]{3})\.[0-9]{3}\.([0-9]{2})", tree.space)
    message, version = (named[1], named[2]) if named else ("", "")
    if message not in set(BankFileKind):
        raise WrongMessage(_not_for_us(message))
    if version not in VERSIONS:
        raise WrongMessage(
            _(
                "This is version %(version)s of %(message)s. Ask the bank for version 08 or 04 "
                "(%(message)s.001.08)."
            )
            % {"version": version, "message": message}
        )
    return BankFileKind(message)


def _not_for_us(message: str) -> str:
    if message == "camt.052":
        return _(
            "This is a report during the day (camt.052): nothing in it is final. Import the "
            "statement (camt.053) or the notification (camt.054)."
        )
    if message.startswith("pain."):
        return _(
            "This is a payment order or its answer (%(message)s), not what the bank booked. Import "
            "the statement (camt.053) or the notification (camt.054)."
        ) % {"message": message}
    if message:
        return _(
            "This is a bank's message of another kind (%(message)s). Import the statement "
            "(camt.053) or the notification (camt.054)."
        ) % {"message": message}
    return _(
        "This is XML, but not a bank's file. Download the account's movements from the bank as "
        "camt.053 or camt.054."
    )


def _incomplete(what: str) -> Incomplete:
    return Incomplete(
        _("The bank's file does not say %(what)s. Download it again; if it stays so, ask the bank.")
        % {"what": what}
    )
