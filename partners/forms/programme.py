"""The application to the programme (P1): real checks when it is sent, none while it is a draft."""

from typing import Any

from django import forms
from django.utils.translation import gettext_lazy as _

from access.forms.addresses import AddressField, plain_address
from access.forms.names import plain_name
from access.forms.organisation import checked_registration_number
from access.policy import Actor
from access.web.widgets import TickCards
from partners.forms.websites import public_website
from partners.services.texts import Programme

LONGEST = 2000


class ApplicationForm(forms.Form):
    """Fields of the table `Application`, and the conditions as boxes with their words.

    `draft` keeps everything as it is typed, so that nothing is lost; sending checks it all.
    """

    contact_name = forms.CharField(label=_("Contact person"), max_length=80)
    contact_email = AddressField(
        label=_("E-mail address"), help_text=_("Our answer goes there too.")
    )
    contact_phone = forms.CharField(label=_("Phone"), max_length=32, required=False)
    registration_number = forms.CharField(
        label=_("Registration number"),
        max_length=32,
        help_text=_("The number in the commercial register: UID in Switzerland, SIRET in France …"),
    )
    website = forms.CharField(
        label=_("Web site of your company"),
        max_length=200,
        help_text=_("Begins with https://. We look at it."),
        widget=forms.URLInput,
    )
    about = forms.CharField(
        label=_("What your company does"),
        max_length=LONGEST,
        widget=forms.Textarea(attrs={"rows": 6}),
        help_text=_("For whom you work, with which products, and how many clients you look after."),
    )
    accepted = forms.MultipleChoiceField(
        label=_("Conditions"),
        help_text=_("Tick each one. We keep its words, and the moment at which you ticked it."),
        widget=TickCards,
    )
    version = forms.IntegerField(widget=forms.HiddenInput, min_value=0)

    def __init__(
        self,
        data: Any = None,
        *,
        actor: Actor,
        programme: Programme,
        draft: bool = False,
        **kwargs: Any,
    ) -> None:
        super().__init__(data, **kwargs)
        self.actor, self.programme, self.draft = actor, programme, draft
        conditions = programme.conditions
        accepted: Any = self.fields["accepted"]
        accepted.choices = [(condition.key, condition.title) for condition in conditions]
        accepted.widget.explanations = {condition.key: condition.text for condition in conditions}
        accepted.error_messages["required"] = _("Each condition has to be ticked.")
        self.initial["version"] = programme.number
        if draft:
            for field in self.fields.values():
                field.required = False
            email = self.fields["contact_email"]
            email.validators = [one for one in email.validators if one is not plain_address]

    def clean_contact_name(self) -> str:
        name: str = self.cleaned_data["contact_name"]
        return name if self.draft else plain_name(name)

    def clean_registration_number(self) -> str:
        number: str = self.cleaned_data["registration_number"]
        if self.draft:
            return number
        return checked_registration_number(number, str(self.actor.organisation.country))

    def clean_website(self) -> str:
        website: str = self.cleaned_data["website"]
        return website if self.draft else public_website(website)

    def clean_accepted(self) -> list[str]:
        accepted: list[str] = self.cleaned_data["accepted"]
        if not self.draft and len(accepted) < len(self.programme.conditions):
            raise forms.ValidationError(_("Each condition has to be ticked."))
        return accepted
