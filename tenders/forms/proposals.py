"""The forms of a proposal: writing it, sending it, answering questions about it (T4, T7)."""

from typing import Any

from django import forms
from django.core.files.uploadedfile import UploadedFile
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from access.rules import Currency
from tenders.models import Proposal, Tender

WRITTEN = ("text", "currency", "price_from", "price_to", "delay_days")


class FilesInput(forms.ClearableFileInput):
    """Several files at once."""

    allow_multiple_selected = True


class FilesField(forms.FileField):
    """A list of files, maybe none; what each is, the service looks at."""

    widget = FilesInput

    def clean(self, data: Any, initial: Any = None) -> list[UploadedFile]:
        sent = data if isinstance(data, list | tuple) else [data]
        return [super(FilesField, self).clean(one, initial) for one in sent if one]


def _amount(label: Any) -> forms.DecimalField:
    return forms.DecimalField(
        label=label,
        required=False,
        min_value=0,
        max_digits=12,
        decimal_places=2,
        localize=True,
        widget=forms.TextInput(attrs={"inputmode": "decimal", "autocomplete": "off"}),
    )


class ProposalForm(forms.Form):
    """A draft: everything may still be empty, and nothing typed is lost."""

    text = forms.CharField(
        label=gettext_lazy("Your proposal"),
        max_length=6000,
        required=False,
        widget=forms.Textarea(attrs={"rows": 10}),
        help_text=gettext_lazy("What you would do, how, and what is not part of it."),
    )
    currency = forms.ChoiceField(label=gettext_lazy("Currency"), choices=Currency.choices)
    price_from = _amount(gettext_lazy("Price from"))
    price_to = _amount(gettext_lazy("Price up to"))
    delay_days = forms.IntegerField(
        label=gettext_lazy("Ready within (days)"), required=False, min_value=0, max_value=3650
    )
    remove = forms.MultipleChoiceField(
        label=gettext_lazy("Remove these files"),
        required=False,
        widget=forms.CheckboxSelectMultiple,
    )
    file = FilesField(
        label=gettext_lazy("Add files"),
        required=False,
        widget=FilesInput(attrs={"accept": ".pdf,application/pdf"}),
        help_text=gettext_lazy("PDF, at most 10 MB each and 5 in all, without scripts or forms."),
    )

    def __init__(
        self, *args: Any, tender: Tender, proposal: Proposal | None, **kwargs: Any
    ) -> None:
        said = {name: getattr(proposal, name) for name in WRITTEN} if proposal else {}
        kwargs["initial"] = {"currency": tender.currency} | said
        super().__init__(*args, **kwargs)
        files = proposal.files if proposal else []
        self.files_kept = {file.public_id: file for file in files}
        self.fields["remove"].choices = [  # type: ignore[attr-defined]
            (file.public_id, file.name) for file in files
        ]
        if not files:
            del self.fields["remove"]

    def clean(self) -> dict[str, Any]:
        said: dict[str, Any] = super().clean() or {}
        low, high = said.get("price_from"), said.get("price_to")
        if low is not None and high is not None and low > high:
            self.add_error("price_to", _("This is less than “Price from”. Swap the two."))
        return said

    @property
    def written(self) -> dict[str, Any]:
        """What the draft says, for the service."""
        return {name: self.cleaned_data[name] for name in WRITTEN}


class SendForm(forms.Form):
    """The duty that goes with a proposal (T7, P1)."""

    duty = forms.BooleanField(required=False)

    def __init__(self, *args: Any, vendor: str, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.fields["duty"].label = _(
            "If this proposal wins, we use only products of %(vendor)s for the contract."
        ) % {"vendor": vendor}


class AnswerForm(forms.Form):
    """The partner's answer to a question."""

    text = forms.CharField(
        label=gettext_lazy("Your answer"),
        max_length=4000,
        widget=forms.Textarea(attrs={"rows": 5}),
        help_text=gettext_lazy("The requester gets it by e-mail. It cannot be changed later."),
    )
