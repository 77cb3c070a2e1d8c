"""The form by which anyone submits a tender (T1)."""

import re
import unicodedata
from datetime import timedelta
from typing import Any

from django import forms
from django.conf import settings
from django.core.exceptions import ValidationError
from django.utils import timezone
from django.utils.translation import get_language, gettext_lazy
from django.utils.translation import gettext as _
from django_countries import countries

from access.forms.addresses import AddressField
from access.forms.amounts import AmountField
from access.forms.names import plain_name
from access.forms.traps import TrapForm
from access.models import Organisation, User
from access.policy import organisations_of
from access.rules import Currency, currency_of
from clients.models import Category

MOST_BUDGET = 12  # digits
LONGEST = timedelta(days=5 * 366)
MOST_OPENERS = 100
PHONE = re.compile(r"\+?[0-9 ()./\-]+")
NEITHER_SEEN_NOR_NEEDED = {"Cc", "Cs", "Co", "Cn"}
TURNS_THE_WRITING = re.compile("[\u061c\u200e\u200f\u202a-\u202e\u2066-\u2069]")


class DayInput(forms.DateInput):
    """The browser's own calendar, from today on."""

    input_type = "date"

    def __init__(self) -> None:
        super().__init__(format="%Y-%m-%d")

    def get_context(self, *args: Any) -> dict[str, Any]:
        context: dict[str, Any] = super().get_context(*args)
        context["widget"]["attrs"]["min"] = timezone.localdate().isoformat()
        return context


def _amount(label: Any) -> AmountField:
    return AmountField(
        label=label,
        required=False,
        min_value=0,
        max_digits=MOST_BUDGET,
        decimal_places=2,
        widget=forms.TextInput(attrs={"inputmode": "decimal", "autocomplete": "off"}),
    )


def _text(label: Any, length: int, autocomplete: str, **more: Any) -> forms.CharField:
    attrs = {"autocomplete": autocomplete}
    return forms.CharField(
        label=label, max_length=length, widget=forms.TextInput(attrs=attrs), **more
    )


class SubmitForm(TrapForm):
    """A need, and how to reach who has it. `person`, if somebody is signed in, has their details
    filled in, and may submit for one of their organisations."""

    title = forms.CharField(
        label=gettext_lazy("What is it about, in one line?"),
        max_length=120,
        help_text=gettext_lazy("For example: online shop for a bakery, moving 20 mailboxes."),
    )
    need = forms.CharField(
        label=gettext_lazy("What do you need?"),
        max_length=4000,
        widget=forms.Textarea(attrs={"rows": 7}),
        help_text=gettext_lazy(
            "What you have today, what you want, and what matters to you. Say nothing here about "
            "who you are: there are fields for that below."
        ),
    )
    categories: "forms.ModelMultipleChoiceField[Category]" = forms.ModelMultipleChoiceField(
        label=gettext_lazy("Which kind of services?"),
        queryset=None,
        widget=forms.CheckboxSelectMultiple,
        error_messages={"required": gettext_lazy("Choose at least one.")},
    )
    currency = forms.ChoiceField(
        label=gettext_lazy("Currency"), choices=[(code, code) for code in Currency.values]
    )
    budget_from = _amount(gettext_lazy("Budget from"))
    budget_to = _amount(gettext_lazy("Budget up to"))
    wanted_on = forms.DateField(label=gettext_lazy("Wanted by"), required=False, widget=DayInput())
    country = forms.ChoiceField(
        label=gettext_lazy("Country"), widget=forms.Select(attrs={"autocomplete": "country"})
    )
    place = _text(gettext_lazy("Town or region"), 80, "address-level2", required=False)
    language = forms.ChoiceField(label=gettext_lazy("Language"), choices=settings.LANGUAGES)
    organisation: "forms.ModelChoiceField[Organisation]" = forms.ModelChoiceField(
        label=gettext_lazy("For which of your organisations?"),
        queryset=None,
        required=False,
        to_field_name="slug",
        empty_label=gettext_lazy("For none of them"),
    )
    contact_name = _text(gettext_lazy("Your name"), 80, "name")
    contact_email = AddressField(
        label=gettext_lazy("E-mail address"),
        max_length=254,
        help_text=gettext_lazy(
            "We send a link there first. Nothing is published before you used it."
        ),
        widget=forms.EmailInput(attrs={"autocomplete": "email"}),
    )
    contact_phone = _text(gettext_lazy("Phone"), 32, "tel", required=False)
    company = _text(gettext_lazy("Company"), 80, "organization", required=False)
    most_openers = forms.IntegerField(
        label=gettext_lazy("How many partners may see your contact details?"),
        required=False,
        min_value=1,
        max_value=MOST_OPENERS,
        help_text=gettext_lazy("Empty: as many as like. You can change it later."),
    )

    def __init__(self, *args: Any, person: User | None, **kwargs: Any) -> None:
        initial = _known(person) | (kwargs.pop("initial", None) or {})
        super().__init__(*args, initial=initial, **kwargs)
        self.least_seconds = settings.TENDER_LEAST_SECONDS
        self.fields["categories"].queryset = Category.objects.order_by("position", "pk")  # type: ignore[attr-defined]
        self.fields["country"].choices = [("", _("Choose…")), *countries]  # type: ignore[attr-defined]
        if person is None:
            del self.fields["organisation"]
        else:
            self.fields["organisation"].queryset = organisations_of(person)  # type: ignore[attr-defined]

    def clean_title(self) -> str:
        return _seen(self.cleaned_data["title"], one_line=True)

    def clean_need(self) -> str:
        need = _seen(self.cleaned_data["need"])
        if len(need) < 20:
            raise ValidationError(_("A few words more, please: partners decide by this text."))
        return need

    def clean_place(self) -> str:
        return plain_name(_seen(self.cleaned_data["place"], one_line=True, needed=False))

    def clean_contact_name(self) -> str:
        return plain_name(_seen(self.cleaned_data["contact_name"], one_line=True))

    def clean_company(self) -> str:
        return plain_name(_seen(self.cleaned_data["company"], one_line=True, needed=False))

    def clean_contact_phone(self) -> str:
        phone = self.cleaned_data["contact_phone"].strip()
        digits = sum(character.isdigit() for character in phone)
        if phone and (not PHONE.fullmatch(phone) or not 5 <= digits <= 15):
            raise ValidationError(_("This is no phone number. For example: +41 22 555 01 02."))
        return phone

    def clean_wanted_on(self) -> Any:
        day = self.cleaned_data["wanted_on"]
        if day and day < timezone.localdate():
            raise ValidationError(_("This day has passed. Choose one to come, or leave it empty."))
        if day and day > timezone.localdate() + LONGEST:
            raise ValidationError(_("This is too far ahead. Choose a day in the next five years."))
        return day

    def clean(self) -> dict[str, Any]:
        data = super().clean()
        low, high = data.get("budget_from"), data.get("budget_to")
        if low is not None and high is not None and low > high:
            self.add_error("budget_to", _("This is less than “Budget from”. Swap the two."))
        return data


def _seen(text: str, *, one_line: bool = False, needed: bool = True) -> str:
    """The text without what nobody sees or what turns the writing round. Raises ValidationError
    when nothing is left of it that a person could read."""
    text = TURNS_THE_WRITING.sub("", text.replace("\r\n", "\n").replace("\r", "\n"))
    text = "".join(
        c for c in text if c in "\n\t" or unicodedata.category(c) not in NEITHER_SEEN_NOR_NEEDED
    )
    text = " ".join(text.split()) if one_line else text.strip()
    if needed and not any(character.isalnum() for character in text):
        raise ValidationError(_("Write it in words, please."))
    return text


def _known(person: User | None) -> dict[str, Any]:
    """What a form starts with: the reader's language, and what a signed-in person told before."""
    known: dict[str, Any] = {"language": get_language(), "currency": "CHF"}
    if person is None:
        return known
    first = organisations_of(person).first()
    known |= {"contact_name": person.name, "contact_email": person.email}
    if first is not None:
        known |= {
            "organisation": first.slug,
            "company": first.name,
            "country": str(first.country),
            "place": first.city,
            "currency": currency_of(str(first.country)),
        }
    return known
