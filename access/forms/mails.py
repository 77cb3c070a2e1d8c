"""The form by which a person chooses which mails they get."""

from typing import Any

from django import forms
from django.utils.translation import gettext_lazy as _

from access.models import Topic
from access.web.widgets import TickCards


class MailChoicesForm(forms.Form):
    """One switch for each topic; none ticked is fine: what is essential arrives all the same."""

    wanted = forms.MultipleChoiceField(
        label=_("Send me these mails"), choices=Topic.choices, required=False
    )

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.fields["wanted"].widget = TickCards(
            choices=Topic.choices,
            explanations={topic.value: topic.about for topic in Topic},
            icons=ICONS,
        )


ICONS = {
    Topic.REMINDERS.value: "bell",
    Topic.PAYMENTS.value: "cash-coin",
    Topic.PEOPLE.value: "people",
    Topic.TENDERS.value: "megaphone",
}
