"""Staff see what the vendor's systems were told, what failed and why, and may have it tried
again (C3)."""

from django.contrib import admin, messages
from django.db.models import QuerySet
from django.http import HttpRequest
from django.utils.translation import gettext_lazy as _
from django.utils.translation import ngettext
from unfold.decorators import display

from access.admin.base import LookOnlyAdmin
from billing.models import ProvisioningTask
from billing.provisioning import try_again


@admin.register(ProvisioningTask)
class ProvisioningTaskAdmin(LookOnlyAdmin):
    """Read-only: tasks are written by what happens to a product, never by hand."""

    list_display = ["created_at", "act", "product", "shown_state", "attempts", "shown_problem"]
    list_filter = ["state", "act"]
    search_fields = ["key", "product__public_id", "product__name"]
    date_hierarchy = "created_at"
    actions = ["queue_again"]
    fields = (
        "product", "act", "key", "facts", "state", "attempts", "next_attempt_at", "problem",
        "created_at", "done_at",
    )  # fmt: skip
    readonly_fields = fields

    def get_queryset(self, request: HttpRequest) -> QuerySet[ProvisioningTask]:
        tasks: QuerySet[ProvisioningTask] = super().get_queryset(request)
        return tasks.select_related("product")

    @display(
        description=_("state"),
        ordering="state",
        label={"due": "info", "done": "success", "failed": "danger"},
    )
    def shown_state(self, task: ProvisioningTask) -> tuple[str, str]:
        return task.state, task.get_state_display()

    @admin.display(description=_("problem"))
    def shown_problem(self, task: ProvisioningTask) -> str:
        return task.problem[:80]

    def has_retry_permission(self, request: HttpRequest) -> bool:
        return bool(request.user.has_perm("billing.change_provisioningtask"))

    @admin.action(description=_("Try failed tasks again"), permissions=["retry"])
    def queue_again(self, request: HttpRequest, tasks: QuerySet[ProvisioningTask]) -> None:
        count = try_again(tasks)
        text = ngettext("%(n)d task is tried again.", "%(n)d tasks are tried again.", count)
        self.message_user(request, text % {"n": count}, messages.SUCCESS)
