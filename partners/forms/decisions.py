"""What staff say with a decision about the programme."""

from django import forms
from django.utils.translation import gettext_lazy as _
from unfold.widgets import UnfoldAdminTextareaWidget, UnfoldBooleanSwitchWidget

from partners.models import Partner

LONGEST = Partner._meta.get_field("reason").max_length


class ReasonForm(forms.Form):
    """Why: the organisation reads it, and gets it by mail."""

    reason = forms.CharField(
        label=_("Reason"),
        max_length=LONGEST,
        widget=UnfoldAdminTextareaWidget,
        help_text=_(
            "The organisation reads it on its page and in the mail: write in its language, and say "
            "what would have to change."
        ),
    )


class ApproveForm(forms.Form):
    """A word of welcome, and whether the directory shows the partner from the start."""

    reason = forms.CharField(
        label=_("A word to the organisation"),
        max_length=LONGEST,
        required=False,
        widget=UnfoldAdminTextareaWidget,
        help_text=_("It stands in the mail. Nothing is needed."),
    )
    listed = forms.BooleanField(
        label=_("List it at once"),
        required=False,
        widget=UnfoldBooleanSwitchWidget,
        help_text=_("Clients find it by name. Else the partner lists itself when it is ready."),
    )
