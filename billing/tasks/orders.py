"""Doors for Celery: orders that wait, and what the vendor's systems have to be told."""

from django.db.models import QuerySet
from django.utils.translation import gettext_lazy as _

from access.jobs import Left, each, job, listed
from billing import provisioning
from billing.models import Order, ProvisioningTask
from billing.services.approving import expire_order, remind_of_order
from billing.states import TaskState


def _rows(found: QuerySet[Order]) -> QuerySet[Order]:
    return found.select_related("organisation", "payer").order_by("pk")


def _in_words(order: Order) -> str:
    return f"{order.public_id}: {order.organisation} → {order.payer}"


@job(
    "billing.close_orders",
    every=600,
    title=_("Close orders that nobody approved in time"),
    due=lambda: listed(_rows(Order.objects.overdue()), _in_words),
)
def close_orders() -> int:
    """Expires orders that nobody approved in time. Safe to run twice and in parallel. Returns how
    many it closed."""
    return each(_rows(Order.objects.overdue()), lambda order: expire_order(order=order))


@job(
    "billing.remind_orders",
    every=3600,
    title=_("Remind partners of orders that wait for them"),
    due=lambda: listed(_rows(Order.objects.to_remind()), _in_words),
)
def remind_orders() -> int:
    """Reminds partners of orders that wait for them. Safe to run twice and in parallel. Returns
    for how many it queued mails."""
    return each(_rows(Order.objects.to_remind()), lambda order: remind_of_order(order=order))


@job(
    "billing.provision",
    every=10,
    title=_("Tell the vendor's systems about products"),
    due=lambda: listed(
        provisioning.due_now().select_related("product"),
        lambda task: f"{task.get_act_display()}: {task.product.public_id}",
    ),
    most=provisioning.AT_ONCE,
    left=(
        Left(
            _("Products that could not be set up"),
            lambda: ProvisioningTask.objects.filter(state=TaskState.FAILED),
            "state__exact=failed",
        ),
    ),
)
def provision() -> int:
    """Carries out due provisioning tasks. Safe to run many times at once. Returns how many it
    tried."""
    return provisioning.run_due_tasks()
