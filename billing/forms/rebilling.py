"""What a partner fills in to bill its clients (B12)."""

from datetime import date
from typing import Any

from django import forms
from django.core.exceptions import ValidationError
from django.db.models import QuerySet
from django.utils import timezone
from django.utils.translation import gettext_lazy as _
from django_countries import countries
from stdnum import get_cc_module
from stdnum.exceptions import ValidationError as NumberError

from access.forms import plain_name
from access.forms.pictures import PictureField
from access.models import Organisation
from access.policy import Actor
from access.web.lists import FilterForm
from billing import references
from billing.models import RebillMarkup, RebillSender
from billing.rules_rebilling import (
    LONGEST_DAYS,
    PREFIX,
    MarkupKind,
    RebillState,
)
from billing.services import rebilling
from clients.models import ProductType


class DayInput(forms.DateInput):
    """The browser's own calendar."""

    input_type = "date"

    def __init__(self) -> None:
        super().__init__(format="%Y-%m-%d")


class SenderForm(forms.ModelForm):  # type: ignore[type-arg]
    """Who sends the partner's bills, how they look and to which account they are paid."""

    country = forms.ChoiceField(label=_("Country"))
    next_number = forms.IntegerField(
        label=_("Next number of this year"),
        help_text=_(
            "You choose it before the first bill of a year; from then on it counts by itself, "
            "without a gap."
        ),
    )
    new_logo = PictureField(
        label=_("Logo"),
        required=False,
        width=1000,
        height=500,
        widget=forms.FileInput,
        help_text=_("PNG, JPEG or WebP, at most 2 MB and 4,096 pixels a side."),
    )
    without_logo = forms.BooleanField(label=_("Without a logo"), required=False)

    class Meta:
        model = RebillSender
        fields = rebilling.settings.FIELDS
        widgets = {
            "accent": forms.TextInput(attrs={"type": "color"}),
            "footer": forms.Textarea(attrs={"rows": 2}),
        }
        help_texts = {
            "vat_number": _("Bills with VAT show it."),
            "vat_percent": _("It counts for drafts to come. 0 when you charge no VAT."),
            "iban": _(
                "With an account in Switzerland or Liechtenstein the bills carry a QR-bill. A "
                "QR-IBAN gets its own kind of reference by itself."
            ),
            "payment_days": _("From the bill's date on: 0 to 120 days."),
            "prefix": _(
                "Letters, digits and hyphens, ten at most: “AW” gives AW-2026-0001. It may be "
                "empty."
            ),
            "footer": _("At the end of every page, for example your opening hours."),
        }

    def __init__(self, *args: Any, actor: Actor, **kwargs: Any) -> None:
        self.sender = rebilling.sender_of(actor) or rebilling.new_sender(actor)
        initial = {"next_number": rebilling.number_to_come(actor)}
        super().__init__(*args, instance=self.sender, initial=initial, **kwargs)
        self.fields["country"].choices = list(countries)  # type: ignore[attr-defined]
        if self.sender.logo_id is None:
            del self.fields["without_logo"]

    def clean_name(self) -> str:
        return plain_name(self.cleaned_data["name"])

    def clean_iban(self) -> str:
        try:
            return references.clean_iban(self.cleaned_data["iban"])
        except references.WrongIban:
            raise ValidationError(
                _("This is no IBAN: its check digits do not fit. Is there a typing error?")
            ) from None

    def clean_prefix(self) -> str:
        prefix = str(self.cleaned_data["prefix"])
        if not PREFIX.fullmatch(prefix):
            raise ValidationError(
                _("Only letters from A to Z, digits and hyphens, and not a hyphen first.")
            )
        return prefix

    def clean_accent(self) -> str:
        accent = str(self.cleaned_data["accent"]).lower()
        if len(accent) != 7 or accent[0] != "#" or set(accent[1:]) - set("0123456789abcdef"):
            raise ValidationError(_("A colour is written #rrggbb."))
        return accent

    def clean_footer(self) -> str:
        return " ".join(str(self.cleaned_data["footer"]).split())

    def clean(self) -> dict[str, Any]:
        data = super().clean() or self.cleaned_data
        number = data.get("vat_number")
        module = get_cc_module(str(data.get("country", "")).lower(), "vat")
        if number and module is not None:
            try:
                module.validate(number)
            except NumberError:
                self.add_error("vat_number", _("This number does not check. A typing error?"))
        if data.get("vat_percent") and not number and "vat_number" not in self.errors:
            self.add_error(
                "vat_number", _("Who charges VAT shows a VAT number. Enter it, or set 0 percent.")
            )
        return data

    def values(self) -> dict[str, Any]:
        """What the service takes."""
        data = self.cleaned_data
        return {
            "values": {name: data[name] for name in rebilling.settings.FIELDS},
            "next_sequence": data["next_number"],
            "logo": data["new_logo"],
            "without_logo": bool(data.get("without_logo")),
        }


class MarkupForm(forms.Form):
    """A mark-up: for whom, for what, how much."""

    client = forms.ModelChoiceField(
        Organisation.objects.none(),
        label=_("Client"),
        required=False,
        empty_label=_("All clients"),
        to_field_name="slug",
    )
    product_type = forms.ModelChoiceField(
        ProductType.objects.all(),
        label=_("Product type"),
        required=False,
        empty_label=_("All product types"),
        to_field_name="slug",
    )
    kind = forms.ChoiceField(
        label=_("How it counts"), choices=MarkupKind.choices, widget=forms.RadioSelect
    )
    value = forms.DecimalField(label=_("Mark-up"), max_digits=12, decimal_places=2)
    meant = forms.BooleanField(
        label=_("I mean to bill less than it costs me"),
        required=False,
        help_text=_("For a mark-up below zero only."),
    )

    def __init__(self, *args: Any, actor: Actor, markup: RebillMarkup | None = None) -> None:
        initial: dict[str, Any] = {"kind": MarkupKind.PERCENT}
        if markup is not None:
            initial = {
                "client": markup.client.slug if markup.client else "",
                "product_type": markup.product_type.slug if markup.product_type else "",
                "kind": markup.kind,
                "value": markup.value,
                "meant": markup.value < 0,
            }
        super().__init__(*args, initial=initial)
        field: Any = self.fields["client"]
        field.queryset = rebilling.clients_billed_by(actor)
        self.fields["value"].help_text = _(
            "In percent of what it costs you, or in %(currency)s for each unit; without VAT."
        ) % {"currency": actor.organisation.currency}


class NewBillForm(forms.Form):
    """For which client and period a draft is made."""

    client = forms.ChoiceField(label=_("Client"))
    period_from = forms.DateField(label=_("Orders from"), widget=DayInput())
    period_until = forms.DateField(label=_("Orders until"), widget=DayInput())

    def __init__(self, *args: Any, waiting: "list[rebilling.ToBill]", chosen: str = "") -> None:
        row = next((row for row in waiting if row.client.slug == chosen), None)
        first = min([row.first] if row else [row.first for row in waiting], default=None)
        today = timezone.localdate()
        super().__init__(
            *args,
            initial={
                "client": chosen,
                "period_from": first or today.replace(day=1),
                "period_until": today,
            },
        )
        self.clients = {row.client.slug: row.client for row in waiting}
        field: Any = self.fields["client"]
        field.choices = [(slug, client.name) for slug, client in self.clients.items()]

    def clean_client(self) -> Organisation:
        return self.clients[self.cleaned_data["client"]]


class LineForm(forms.Form):
    """A line of a draft. The limits of quantity and price are the service's."""

    text = forms.CharField(label=_("Text"), max_length=200)
    detail = forms.CharField(label=_("Second line"), max_length=200, required=False)
    quantity = forms.IntegerField(label=_("Quantity"))
    unit_price = forms.DecimalField(
        label=_("Price of one, without VAT"), max_digits=14, decimal_places=4
    )


class DetailsForm(forms.Form):
    """What concerns the whole draft."""

    vat_percent = forms.DecimalField(
        label=_("VAT rate in percent"),
        min_value=0,
        max_value=50,
        max_digits=5,
        decimal_places=2,
        help_text=_("0 when you charge no VAT: the bill says so."),
    )
    payment_days = forms.IntegerField(label=_("Days to pay"), min_value=0, max_value=LONGEST_DAYS)
    note = forms.CharField(
        label=_("Text above the lines"),
        max_length=500,
        required=False,
        widget=forms.Textarea(attrs={"rows": 3}),
    )


class IssueForm(forms.Form):
    """Issues what its reader was shown."""

    version = forms.IntegerField(widget=forms.HiddenInput, min_value=0)


class PaidForm(forms.Form):
    paid_on = forms.DateField(label=_("Paid on"), widget=DayInput())


class CancelForm(forms.Form):
    reason = forms.CharField(
        label=_("Why"),
        max_length=200,
        help_text=_("The client reads it on the credit and in its mail."),
    )


class NoForm(forms.Form):
    """A confirmation that asks nothing."""


STATES = (
    ("", _("All states")),
    (RebillState.DRAFT, _("Drafts")),
    (RebillState.OPEN, _("Open")),
    ("overdue", _("Overdue")),
    (RebillState.PAID, RebillState.PAID.label),
    (RebillState.CANCELLED, RebillState.CANCELLED.label),
    (RebillState.CREDIT, _("Credits")),
)


class BillFilter(FilterForm):
    """A partner's bills by state."""

    state = forms.ChoiceField(label=_("State"), required=False, choices=STATES)

    def narrow(self, rows: QuerySet[Any]) -> QuerySet[Any]:
        state = self.cleaned_data["state"]
        if state == "overdue":
            return rows.overdue()  # type: ignore[attr-defined,no-any-return]
        return rows.filter(state=state) if state else rows


class ReceivedFilter(BillFilter):
    """A client's bills by state: it knows no drafts."""

    state = forms.ChoiceField(
        label=_("State"),
        required=False,
        choices=[choice for choice in STATES if choice[0] != RebillState.DRAFT],
    )


class PeriodFilter(FilterForm):
    """From the first to the last day; the year up to now when nothing is said."""

    start = forms.DateField(label=_("From"), required=False, widget=DayInput())
    until = forms.DateField(label=_("Until"), required=False, widget=DayInput())

    def clean(self) -> dict[str, Any]:
        data = super().clean() or self.cleaned_data
        start, until = data.get("start"), data.get("until")
        if start and until and until < start:
            self.add_error("until", _("The period ends before it begins."))
        return data

    def days(self) -> tuple[date | None, date | None]:
        """Both days that count; the ones not said, or said wrongly, leave their side open."""
        self.is_valid()
        return self.cleaned_data["start"], self.cleaned_data["until"]

    def narrow(self, rows: QuerySet[Any]) -> QuerySet[Any]:
        return rows
