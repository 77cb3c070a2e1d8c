"""The letters about invoices, to the payer's people with the accounting right and the address that
it gave for invoices: issued, reminder, suspended, paid, credited (M8, M9). The document itself
stays behind the login: a letter leads to its page."""

from dataclasses import dataclass
from datetime import date
from decimal import Decimal
from typing import Self

from django.urls import reverse
from django.utils.formats import date_format, number_format
from django.utils.translation import gettext as _
from django.utils.translation import ngettext

from access.letters import Facts, Letter, Verbatim, absolute, letter, safe_name, vendor_name
from access.models import Topic
from billing.models import Invoice
from billing.references import grouped, printed
from billing.rules import ZERO
from billing.states import InvoiceState, PaymentMethod
from clients.letter_parts import listed


@dataclass(frozen=True)
class Bill:
    """The document that a letter is about, as it is when the letter leaves."""

    invoice: Invoice
    facts: Facts

    @classmethod
    def of(cls, facts: Facts) -> Self:
        rows = Invoice.objects.select_related("payer", "corrects")
        return cls(rows.get(public_id=facts["invoice"]), facts)

    @property
    def names(self) -> dict[str, str]:
        invoice = self.invoice
        return {
            "number": invoice.number,
            "organisation": safe_name(self.facts["organisation"]),
            "vendor": vendor_name(),
            "total": self.money(invoice.total),
            "open": self.money(invoice.open_amount),
            "due": day(invoice.due_on),
        }

    def money(self, amount: Decimal) -> str:
        figure = number_format(amount, 2, use_l10n=True, force_grouping=True)
        return f"{self.invoice.currency} {figure}"

    def lines(self) -> list[tuple[str, str]]:
        invoice = self.invoice
        found = [
            (_("Number"), Verbatim(invoice.number)),
            (_("Date"), day(invoice.issued_on)),
            (_("Payer"), self.names["organisation"]),
            (_("Total, including VAT"), self.money(invoice.total)),
        ]
        if invoice.state == InvoiceState.OPEN:
            if invoice.open_amount != invoice.total:
                found.append((_("Still open"), self.money(invoice.open_amount)))
            found.append((_("Payable until"), day(invoice.due_on)))
            if invoice.reference and invoice.seller.get("iban"):
                found.append((_("IBAN"), Verbatim(grouped(invoice.seller["iban"]))))
                found.append((_("Payment reference"), Verbatim(printed(invoice.reference))))
        return found

    def action(self, label: str) -> tuple[str, str]:
        path = reverse("invoice", args=[self.facts["slug"], self.facts["invoice"]])
        return label, absolute(path)

    def letter(self, subject: str, *paragraphs: str, label: str = "", quote: str = "") -> Letter:
        return Letter(
            subject=subject % self.names,
            paragraphs=[text % self.names for text in paragraphs],
            facts=self.lines(),
            quote=quote,
            action=self.action(label or _("Open the invoice")),
            why=_("You get this mail because you look after the invoices of %(organisation)s.")
            % self.names,
        )


def day(value: date) -> str:
    return str(date_format(value, "DATE_FORMAT"))


@letter("billing.invoice_issued")
def invoice_issued(facts: Facts) -> Letter:
    """A new invoice: how it is paid, or that it is paid already (M8)."""
    bill = Bill.of(facts)
    paid = bill.invoice.method == PaymentMethod.PREPAID or bill.invoice.state == InvoiceState.PAID
    if paid:
        how = _("It is paid already, from the prepaid account. There is nothing to do.")
    else:
        how = _("Please pay %(open)s by %(due)s. The page of the invoice shows how, and has the "
                "PDF with the payment part.")  # fmt: skip
    return bill.letter(
        _("Invoice %(number)s"), _("%(vendor)s has an invoice for %(organisation)s."), how
    )


@letter("billing.invoice_reminder")
def invoice_reminder(facts: Facts) -> Letter | None:
    """The invoice is past its day; None once it is paid (M9)."""
    bill = Bill.of(facts)
    if bill.invoice.state != InvoiceState.OPEN:
        return None
    suspends = _("If nothing comes in, the products on it are suspended on %s. Nothing is deleted.")
    return bill.letter(
        _("Reminder: invoice %(number)s") if facts["reminder"] == 1
        else _("Please pay invoice %(number)s now"),
        _("Invoice %(number)s was payable by %(due)s, and %(open)s are still open."),
        suspends % day(date.fromisoformat(facts["suspends_on"])),
        _("Has it been paid in these days? Then there is nothing to do."),
        label=_("Pay the invoice"),
    )  # fmt: skip


@letter("billing.invoice_suspended")
def invoice_suspended(facts: Facts) -> Letter | None:
    """Products were suspended for want of payment; None once it is paid (M9)."""
    bill = Bill.of(facts)
    if bill.invoice.state != InvoiceState.OPEN:
        return None
    names = list(facts.get("products") or [])
    found = bill.letter(
        _("Products are suspended: invoice %(number)s is unpaid"),
        _("Invoice %(number)s was payable by %(due)s, and %(open)s are still open. What it pays "
          "for is suspended."),
        _("Nothing is deleted. As soon as the invoice is paid, the products run again by "
          "themselves; from the prepaid account that is at once."),
        label=_("Pay the invoice"),
    )  # fmt: skip
    if not names:
        return found
    label = ngettext("Suspended product", "Suspended products", len(names))
    return Letter(
        subject=found.subject,
        paragraphs=found.paragraphs,
        facts=[*found.facts, (label, listed(names))],
        action=found.action,
        why=found.why,
    )


@letter("billing.products_suspended")
def products_suspended(facts: Facts) -> Letter:
    """To a client whose payer, its partner, has not paid: no figure of that invoice (M4, M9)."""
    names = {"payer": safe_name(facts["payer"]), "organisation": safe_name(facts["organisation"])}
    return Letter(
        subject=_("Products of %(organisation)s are suspended") % names,
        paragraphs=[
            _("%(payer)s pays for the products below, and has not paid in spite of reminders. They "
              "are suspended.") % names,
            _("Nothing is deleted. They run again as soon as %(payer)s has paid: ask there.")
            % names,
        ],
        facts=[(_("Suspended"), listed(list(facts["products"])))],
        action=(_("Open the products"), absolute(reverse("products", args=[facts["slug"]]))),
        why=_("You get this mail because you represent %(organisation)s.") % names,
    )  # fmt: skip


@letter("billing.invoice_paid", topic=Topic.PAYMENTS)
def invoice_paid(facts: Facts) -> Letter:
    return Bill.of(facts).letter(
        _("Invoice %(number)s is paid"),
        _("Thank you: nothing is open on invoice %(number)s any more."),
    )


@letter("billing.invoice_credited")
def invoice_credited(facts: Facts) -> Letter:
    """A credit note, and where what was paid has gone (M6, M8)."""
    bill = Bill.of(facts)
    note = bill.invoice
    refunded = bool(facts.get("refund")) and Decimal(facts["refund"]) > ZERO
    corrected = {"invoice": note.corrects.number if note.corrects else ""}
    paragraphs = [_("This credit note corrects invoice %(invoice)s.") % corrected]
    if refunded:
        refund = {"amount": bill.money(Decimal(facts["refund"]))}
        paragraphs.append(
            _("%(amount)s that had been paid are back on your prepaid account.") % refund
        )
    else:
        paragraphs.append(_("What is still open on that invoice is less by this amount."))
    return bill.letter(
        _("Credit note %(number)s"), *paragraphs, label=_("Open the credit note"), quote=note.reason
    )
