"""Telling the vendor's own systems about products (C3): the interface, and the tasks.

A task is written with what causes it, in one transaction, and carried out afterwards: at least
once, in the order in which a product's tasks were written, tried again with growing delays, and
left to staff when it goes on failing. `docs/provisioning.md` says how a vendor plugs in its own.
"""

import logging
from collections.abc import Iterable
from datetime import timedelta
from typing import Any

from django.conf import settings
from django.db import transaction
from django.db.models import Exists, F, OuterRef, Q, QuerySet
from django.utils import timezone
from django.utils.crypto import get_random_string
from django.utils.module_loading import import_string

from access.models import Organisation
from billing.models import ProvisioningTask
from billing.states import TaskAct, TaskState
from clients.models import ConsoleAccount, Product
from clients.rules import ProductState
from clients.services.backups import put_into_console

logger = logging.getLogger(__name__)

MOST_ATTEMPTS = 8
AT_ONCE = 500
"""How many tasks a run carries out."""
FIRST_DELAY = timedelta(seconds=30)
LONGEST_DELAY = timedelta(hours=6)
DIGITS = "23456789ABCDEFGHJKLMNPQRSTUVWXYZ"


class Provisioner:
    """What the portal asks of the vendor's systems. This one only logs.

    Each method may be called again for the same thing (`facts["key"]` tells): it must then change
    nothing. An exception means "not done, try again later"; its words are shown to staff.
    """

    def activate(self, product: Product, facts: dict[str, Any]) -> None:
        """Set the product up."""
        self._note("activate", product)

    def renew(self, product: Product, facts: dict[str, Any]) -> None:
        """It runs one term longer."""
        self._note("renew", product)

    def suspend(self, product: Product, facts: dict[str, Any]) -> None:
        """It is unpaid: stop it, delete nothing (M9)."""
        self._note("suspend", product)

    def resume(self, product: Product, facts: dict[str, Any]) -> None:
        """It is paid again."""
        self._note("resume", product)

    def cancel(self, product: Product, facts: dict[str, Any]) -> None:
        """It has ended."""
        self._note("cancel", product)

    def console_account(self, organisation: Organisation) -> str:
        """The number of a new account in the backup console for the organisation (C4)."""
        return f"BA-{get_random_string(8, DIGITS)}"

    def console_unit(self, account: ConsoleAccount, client: Organisation) -> str:
        """The number of a new unit of the account, for one client (C4)."""
        return f"U-{get_random_string(6, DIGITS)}"

    def _note(self, act: str, product: Product) -> None:
        logger.info("Provisioning: %s %s (%s)", act, product.public_id, product.product_type.slug)


def provisioner() -> Provisioner:
    """The vendor's own one: setting `PROVISIONER`."""
    return import_string(settings.PROVISIONER)()


# ---- Writing tasks ---------------------------------------------------------------------------


def queue_task(
    product: Product, act: TaskAct, key: str, facts: dict[str, Any] | None = None
) -> None:
    """Writes a task into the caller's transaction. The same `key` twice is one task."""
    queue_tasks([(product, key)], act, facts)


def queue_tasks(
    products: Iterable[tuple[Product, str]], act: TaskAct, facts: dict[str, Any] | None = None
) -> None:
    """The same for many products, each with its key."""
    now = timezone.now()
    ProvisioningTask.objects.bulk_create(
        (
            ProvisioningTask(
                product=product, act=act, key=key, facts=facts or {}, next_attempt_at=now
            )
            for product, key in products
        ),
        batch_size=1000,
        ignore_conflicts=True,
    )


# ---- Carrying them out -----------------------------------------------------------------------


def run_due_tasks(*, limit: int = AT_ONCE) -> int:
    """Carries out up to `limit` due tasks; answers how many it tried. Safe to run many times at
    once: a task is locked from the look to the mark, and one that somebody holds is skipped."""
    hand, tried = provisioner(), 0
    while tried < limit and _run_next(hand):
        tried += 1
    return tried


def due_now() -> QuerySet[ProvisioningTask]:
    """What a run would carry out: due tasks whose product has nothing older that can't be done
    now, as it failed or waits for its next attempt."""
    late = Q(state=TaskState.DUE, next_attempt_at__lte=timezone.now())
    unfinished = ProvisioningTask.objects.exclude(state=TaskState.DONE).exclude(late)
    stuck = unfinished.filter(product=OuterRef("product"), pk__lt=OuterRef("pk"))
    return ProvisioningTask.objects.filter(late & ~Exists(stuck)).order_by("next_attempt_at", "pk")


@transaction.atomic(durable=True)
def _run_next(hand: Provisioner) -> bool:
    """Deals with the task that is due longest, of products without an older one to do."""
    unfinished = ProvisioningTask.objects.exclude(state=TaskState.DONE)
    older = unfinished.filter(product=OuterRef("product"), pk__lt=OuterRef("pk"))
    task = (
        ProvisioningTask.objects.filter(state=TaskState.DUE, next_attempt_at__lte=timezone.now())
        .filter(~Exists(older))
        .order_by("next_attempt_at", "pk")
        .select_for_update(skip_locked=True, of=("self",))
        .select_related("product__product_type", "product__organisation")
        .first()
    )
    if task is None:
        return False
    task.attempts += 1
    try:
        with transaction.atomic():  # what it answers is kept, whatever fails next
            product = _placed(task, hand)
        with transaction.atomic():
            _carry_out(task, product, hand)
    except Exception as error:  # one product's trouble must not hold up all the others
        logger.exception("Task %s (%s) failed", task.pk, task)
        _put_off(task, error)
    else:
        task.state, task.done_at, task.problem = TaskState.DONE, timezone.now(), ""
    task.save(update_fields=["attempts", "state", "done_at", "problem", "next_attempt_at"])
    return True


def _placed(task: ProvisioningTask, hand: Provisioner) -> Product:
    """The task's product; a backup that is to be set up has got its place in the console (C4)."""
    if task.act != TaskAct.ACTIVATE or not task.product.product_type.is_backup:
        return task.product
    return put_into_console(
        product=task.product, new_account=hand.console_account, new_unit=hand.console_unit
    )


def _carry_out(task: ProvisioningTask, product: Product, hand: Provisioner) -> None:
    getattr(hand, task.act)(product, task.facts | {"key": task.key})
    if task.act == TaskAct.ACTIVATE:
        Product.objects.filter(pk=product.pk, state=ProductState.ORDERED).update(
            state=ProductState.ACTIVE
        )


def _put_off(task: ProvisioningTask, error: Exception) -> None:
    task.problem = f"{type(error).__name__}: {error}".replace("\x00", "")[:2000]
    if task.attempts >= MOST_ATTEMPTS:
        task.state = TaskState.FAILED
    delay = min(FIRST_DELAY * 2 ** (task.attempts - 1), LONGEST_DELAY)
    task.next_attempt_at = timezone.now() + delay


def try_again(tasks: Iterable[ProvisioningTask]) -> int:
    """Puts failed tasks back to be done now, by hand; answers how many."""
    return ProvisioningTask.objects.filter(
        pk__in=[task.pk for task in tasks], state=TaskState.FAILED
    ).update(state=TaskState.DUE, attempts=0, next_attempt_at=timezone.now(), problem=F("problem"))
