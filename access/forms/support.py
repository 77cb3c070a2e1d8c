"""Forms of support access (S2)."""

from django import forms
from django.utils.translation import gettext_lazy as _

HOURS = [
    (1, _("1 hour")),
    (4, _("4 hours")),
    (8, _("8 hours")),
    (24, _("1 day")),
    (72, _("3 days")),
    (168, _("7 days")),
]
"""What can be chosen; the service holds the seven days (T30)."""


class ProlongForm(forms.Form):
    """From now on, how long."""

    hours = forms.TypedChoiceField(choices=HOURS, coerce=int, initial=4, label=_("For how long"))


class LetInForm(ProlongForm):
    """How long, to do what, and about what."""

    may_write = forms.BooleanField(
        required=False,
        label=_("Support may also change settings of products"),
        help_text=_("Without it, support may look but change nothing."),
    )
    reason = forms.CharField(
        required=False,
        max_length=200,
        label=_("What it is about"),
        help_text=_("For your own people: it stands in the mail and in the history."),
    )
