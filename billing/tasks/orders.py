"""Doors for Celery: orders that wait, and what the vendor's systems have to be told."""

from celery import shared_task

from billing import provisioning
from billing.models import Order
from billing.services.approving import expire_order, remind_of_order


@shared_task(name="billing.close_orders")
def close_orders() -> int:
    """Expires orders that nobody approved in time. Safe to run twice and in parallel. Returns how
    many it closed."""
    late = Order.objects.overdue().select_related("organisation").order_by("pk")
    return sum(expire_order(order=order) for order in late.iterator())


@shared_task(name="billing.remind_orders")
def remind_orders() -> int:
    """Reminds partners of orders that wait for them. Safe to run twice and in parallel. Returns
    for how many it queued mails."""
    due = Order.objects.to_remind().select_related("organisation").order_by("pk")
    return sum(remind_of_order(order=order) for order in due.iterator())


@shared_task(name="billing.provision")
def provision() -> int:
    """Carries out due provisioning tasks. Safe to run many times at once. Returns how many it
    tried."""
    return provisioning.run_due_tasks()
