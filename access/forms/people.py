"""Forms of people: who is asked to join, and as what."""

from typing import Any

from django import forms
from django.db.models import QuerySet
from django.utils.translation import gettext_lazy as _

from access.forms.addresses import AddressField
from access.models import Membership
from access.policy import Actor
from access.rules import Role
from access.web.lists import FilterForm
from access.web.widgets import ChoiceCards

EXPLANATIONS = {
    Role.LEGAL_REPRESENTATIVE: _(
        "May do everything, and answers for the organisation: partners, payment, people."
    ),
    Role.ADMINISTRATOR: _(
        "Sees and manages all products and people, but does not decide on partnerships."
    ),
    Role.COLLABORATOR: _("Reaches only what you assign: products, clients, the accounting right."),
    Role.EXTERNAL_USER: _("Somebody from outside; reaches only what you assign."),
}
ICONS = {
    Role.LEGAL_REPRESENTATIVE: "shield-check",
    Role.ADMINISTRATOR: "person-gear",
    Role.COLLABORATOR: "person",
    Role.EXTERNAL_USER: "person-badge",
}


class RoleForm(forms.Form):
    """A role and the accounting right. Only who may appoint is offered the legal representative
    (O3); the view refuses it to others, and the service again."""

    role = forms.ChoiceField(
        label=_("Role"),
        choices=Role.choices,
        widget=ChoiceCards(
            explanations={str(role): text for role, text in EXPLANATIONS.items()},
            icons={str(role): name for role, name in ICONS.items()},
        ),
    )
    accounting = forms.BooleanField(
        label=_("Accounting right"),
        required=False,
        help_text=_(
            "May see invoices, the prepaid account and exports. Legal representatives and "
            "administrators always may."
        ),
    )

    def __init__(self, *args: Any, actor: Actor, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        if not actor.may("people.appoint"):
            self.fields["role"].choices = [
                choice for choice in Role.choices if choice[0] != Role.LEGAL_REPRESENTATIVE
            ]


class InviteForm(RoleForm):
    """Whom to ask, and for which role."""

    email = AddressField(
        label=_("E-mail address"),
        max_length=254,
        help_text=_(
            "They get a link that works for this address only, with or without an account."
        ),
        widget=forms.EmailInput(attrs={"autocomplete": "off"}),
    )
    field_order = ["email", "role", "accounting"]

    def clean_email(self) -> str:
        return self.cleaned_data["email"].lower()


class MemberFilter(FilterForm):
    """People by role."""

    role = forms.ChoiceField(
        choices=[("", _("Any role")), *Role.choices], required=False, label=_("Role")
    )

    def narrow(self, rows: QuerySet[Membership]) -> QuerySet[Membership]:
        chosen = self.cleaned_data["role"]
        return rows.filter(role=chosen) if chosen else rows
