"""The letter that a staff member sends to oneself from the gallery: a sample as it looks in one's
own mail program. Its links lead to the gallery, and it says so."""

from dataclasses import replace

from django.urls import reverse
from django.utils.translation import gettext as _

from access.letters import Facts, Item, Letter, absolute, letter
from portal import mail_samples

TEST = "gallery.test"


@letter(TEST)
def test_letter(facts: Facts) -> Letter | None:
    """A sample, made anew: the mail holds its kind and case only. None when there is none any
    more. No link of the sample is in it."""
    kind, case = facts["sample"], facts["case"]
    if kind not in mail_samples.kinds:
        return None
    draft = mail_samples.draft(kind, case)
    page = absolute(reverse("gallery_mail", args=[kind]))
    note = _("This is a test with invented data. Its links lead to the gallery of mails.")
    return replace(
        draft,
        subject=f"[Test] {draft.subject}",
        items=[Item(item.name, page, item.lines) for item in draft.items],
        action=(draft.action[0], page) if draft.action else None,
        other_action=(draft.other_action[0], page) if draft.other_action else None,
        after=[*draft.after, note],
        why=_("You get this mail because you sent this test to yourself from the gallery."),
    )
