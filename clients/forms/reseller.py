"""Filters of the reseller's lists, and the answer to a client's invitation."""

from typing import Any

from django import forms
from django.db.models import QuerySet
from django.utils.translation import gettext_lazy as _

from access.web.lists import FilterForm
from clients.models import Partnership
from clients.rules import Access, PartnershipState, PaymentMode

State = PartnershipState


class ActiveFilter(FilterForm):
    """Active clients by access and payment mode."""

    access = forms.ChoiceField(
        choices=[("", _("Any access")), *Access.choices], required=False, label=_("Access")
    )
    payment_mode = forms.ChoiceField(
        choices=[("", _("Any payer")), *PaymentMode.choices], required=False, label=_("Who pays")
    )

    def narrow(self, rows: QuerySet[Partnership]) -> QuerySet[Partnership]:
        chosen = {name: value for name, value in self.cleaned_data.items() if value}
        return rows.filter(**chosen)


class WaitingFilter(FilterForm):
    """What the partner asked, or what clients offer it."""

    state = forms.ChoiceField(
        choices=[
            ("", _("Any kind")),
            (State.REQUESTED, _("Your requests")),
            (State.INVITED, _("Invitations of clients")),
        ],
        required=False,
        label=_("Kind"),
    )

    def narrow(self, rows: QuerySet[Partnership]) -> QuerySet[Partnership]:
        chosen = self.cleaned_data["state"]
        return rows.filter(state=chosen) if chosen else rows


class OverFilter(FilterForm):
    """How it came to an end; what time has closed counts though no job wrote it down yet."""

    state = forms.ChoiceField(
        choices=[
            ("", _("Any outcome")),
            (State.ENDED, State.ENDED.label),
            (State.REFUSED, State.REFUSED.label),
            (State.WITHDRAWN, State.WITHDRAWN.label),
            (State.EXPIRED, State.EXPIRED.label),
        ],
        required=False,
        label=_("Outcome"),
    )

    def narrow(self, rows: QuerySet[Partnership]) -> QuerySet[Partnership]:
        chosen = self.cleaned_data["state"]
        if chosen == State.ENDED:
            return rows.filter(state__in=[State.ENDED, State.ACTIVE])
        if chosen == State.EXPIRED:
            return rows.filter(state__in=[State.EXPIRED, State.REQUESTED, State.INVITED])
        return rows.filter(state=chosen) if chosen else rows


class AnswerForm(forms.Form):
    """The word of the one who answers, with the version of the offer that they read (T6)."""

    version = forms.IntegerField(widget=forms.HiddenInput, min_value=0)

    def __init__(self, *args: Any, partnership: Partnership, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.partnership = partnership
        self.initial["version"] = partnership.version
