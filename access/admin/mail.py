"""Staff see what left, what waits and what was refused, and may try the refused again."""

from django.contrib import admin, messages
from django.db.models import QuerySet
from django.http import HttpRequest
from django.utils.translation import gettext_lazy as _
from django.utils.translation import ngettext
from unfold.decorators import display

from access.admin.base import LookOnlyAdmin
from access.mail import try_again
from access.models import OutgoingMail


@admin.register(OutgoingMail)
class OutgoingMailAdmin(LookOnlyAdmin):
    """Read-only: mails are written by what happens, never by hand. Their secrets never show."""

    list_display = ["created_at", "kind", "address", "shown_state", "attempts", "shown_error"]
    list_filter = ["state", "kind", "language"]
    search_fields = ["address", "event", "message_id"]
    date_hierarchy = "created_at"
    actions = ["queue_again"]
    list_before_template = "access/admin/mails_note.html"  # type: ignore[assignment]
    fields = (
        "kind", "event", "address", "name", "language", "state", "attempts", "next_attempt_at",
        "created_at", "sent_at", "last_error", "message_id", "context",
    )  # fmt: skip
    readonly_fields = fields

    @display(
        description=_("state"),
        ordering="state",
        label={"queued": "info", "sent": "success", "failed": "danger", "obsolete": "warning"},
    )
    def shown_state(self, mail: OutgoingMail) -> tuple[str, str]:
        return mail.state, mail.get_state_display()

    @admin.display(description=_("last error"))
    def shown_error(self, mail: OutgoingMail) -> str:
        return mail.last_error[:80]

    @admin.action(description=_("Try failed mails again"), permissions=["view"])
    def queue_again(self, request: HttpRequest, mails: QuerySet[OutgoingMail]) -> None:
        count = try_again(mails)
        text = ngettext("%(n)d mail is queued again.", "%(n)d mails are queued again.", count)
        self.message_user(request, text % {"n": count}, messages.SUCCESS)
