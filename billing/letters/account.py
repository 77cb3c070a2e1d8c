"""The letters about the prepaid account, to its organisation's own people: a request settled or
refused, and the monthly cashback statement (M6)."""

from datetime import date
from decimal import Decimal

from django.urls import reverse
from django.utils.formats import date_format, number_format
from django.utils.translation import gettext as _
from django.utils.translation import ngettext

from access.letters import Facts, Letter, Verbatim, absolute, letter, safe_name
from access.models import Topic
from billing.references import grouped
from billing.rules import ZERO
from billing.states import EntryKind


def money(facts: Facts, key: str) -> str:
    figure = number_format(Decimal(facts[key]), 2, use_l10n=True, force_grouping=True)
    return f"{facts['currency']} {figure}"


def _account(facts: Facts) -> tuple[str, str]:
    path = reverse("account", args=[facts["slug"]])
    return _("Open the prepaid account"), absolute(f"{path}?account={facts['currency']}")


def _why(facts: Facts) -> str:
    return _("You get this mail because you may see the prepaid account of %(name)s.") % {
        "name": safe_name(facts["organisation"])
    }


@letter("billing.request_settled")
def request_settled(facts: Facts) -> Letter:
    """A top-up has come, or a pay-out has been sent."""
    names = {
        "organisation": safe_name(facts["organisation"]),
        "amount": money(facts, "amount"),
    }
    lines = [(_("Amount"), money(facts, "amount")), (_("New balance"), money(facts, "balance"))]
    if facts["kind"] == EntryKind.PAY_OUT:
        subject = _("%(amount)s have been paid out")
        text = _("The pay-out of %(organisation)s was sent to the account below.")
        lines.insert(1, (_("IBAN"), Verbatim(grouped(facts["iban"]))))
    else:
        subject = _("Your top-up of %(amount)s has come in")
        text = _("It is on the prepaid account of %(organisation)s, ready to pay with.")
    return Letter(
        subject=subject % names,
        paragraphs=[text % names],
        facts=lines,
        action=_account(facts),
        why=_why(facts),
    )


@letter("billing.request_refused")
def request_refused(facts: Facts) -> Letter:
    """Staff did not settle a request; nothing was booked."""
    names = {"amount": money(facts, "amount")}
    if facts["kind"] == EntryKind.PAY_OUT:
        subject = _("The pay-out of %(amount)s was refused")
        text = _("Nothing was paid out: the amount stays on the prepaid account.")
    else:
        subject = _("The top-up of %(amount)s was refused")
        text = _("Nothing was booked on the prepaid account.")
    return Letter(
        subject=subject % names,
        paragraphs=[text, _("The answer to your request:")],
        quote=facts["answer"],
        facts=[(_("Amount"), money(facts, "amount"))],
        action=_account(facts),
        why=_why(facts),
    )


@letter("billing.cashback_statement", topic=Topic.PAYMENTS)
def cashback_statement(facts: Facts) -> Letter:
    """What cashback came in a month, on the 1st of the next one."""
    month = date_format(date.fromisoformat(facts["month"]), "YEAR_MONTH_FORMAT")
    names = {
        "month": month,
        "organisation": safe_name(facts["organisation"]),
        "amount": money(facts, "cashback"),
    }
    number = facts["number"]
    came = ngettext(
        "%(n)d order or renewal of your clients brought %(organisation)s cashback in %(month)s.",
        "%(n)d orders and renewals of your clients brought %(organisation)s cashback in %(month)s.",
        number,
    )
    lines = [(_("Cashback"), money(facts, "cashback"))]
    if Decimal(facts["taken_back"]) != ZERO:
        lines.append((_("Taken back for refunds"), money(facts, "taken_back")))
    lines.append((_("Balance at the end of the month"), money(facts, "balance")))
    path = reverse("account_statement", args=[facts["slug"]])
    path += f"?account={facts['currency']}&month={month_of(facts)}"
    return Letter(
        subject=_("Your cashback in %(month)s: %(amount)s") % names,
        paragraphs=[came % (names | {"n": number})],
        facts=lines,
        action=(_("Open the statement (PDF)"), absolute(path)),
        why=_why(facts),
    )


def month_of(facts: Facts) -> str:
    """2026-11, as the statement's address has it."""
    return str(facts["month"])[:7]
