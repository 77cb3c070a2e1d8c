"""What the vendor's systems are told: at least once, in order, and never lost (C3)."""

from datetime import timedelta
from typing import Any

import pytest
from django.db import transaction
from django.urls import reverse
from django.utils import timezone

from billing import provisioning
from billing.models import Order, ProvisioningTask
from billing.states import TaskAct
from clients.models import Product
from tests.billing.ordering import GARAGE, hostings, order
from tests.racing import at_once
from tests.world import World


class Recorder(provisioning.Provisioner):
    """Keeps what it was told; fails for products called so."""

    told: list[tuple[str, str]] = []

    def activate(self, product: Product, facts: dict[str, Any]) -> None:
        self._hear("activate", product, facts)

    def suspend(self, product: Product, facts: dict[str, Any]) -> None:
        self._hear("suspend", product, facts)

    def _hear(self, act: str, product: Product, facts: dict[str, Any]) -> None:
        if product.name == "breaks":
            raise ConnectionError("the cloud is away")
        Recorder.told.append((act, product.name))


@pytest.fixture(autouse=True)
def recorder(settings: Any) -> None:
    settings.PROVISIONER = f"{__name__}.Recorder"
    Recorder.told = []


def due_now() -> None:
    past = timezone.now() - timedelta(seconds=1)
    ProvisioningTask.objects.filter(state="due").update(next_attempt_at=past)


def test_active_when_it_was_told(world: World) -> None:
    placed = order(world.actor("gina", GARAGE), hostings(world, 2, names=("a", "b")))
    assert provisioning.run_due_tasks() == 2
    assert Recorder.told == [("activate", "a"), ("activate", "b")]
    products = Product.objects.filter(line_products__line__order=placed)
    assert {product.state for product in products} == {"active"}
    assert provisioning.run_due_tasks() == 0


def test_trouble_is_put_off_and_left_to_staff(world: World) -> None:
    order(world.actor("gina", GARAGE), hostings(world, 2, names=("breaks", "works")))
    assert provisioning.run_due_tasks() == 2
    assert Recorder.told == [("activate", "works")]
    task = ProvisioningTask.objects.get(state="due")
    assert task.next_attempt_at > timezone.now()
    assert "the cloud is away" in task.problem
    for _time in range(provisioning.MOST_ATTEMPTS):
        due_now()
        provisioning.run_due_tasks()
    task.refresh_from_db()
    assert (task.state, task.attempts) == ("failed", provisioning.MOST_ATTEMPTS)
    assert Product.objects.get(name="breaks").state == "ordered"
    assert provisioning.try_again([task]) == 1
    Product.objects.filter(name="breaks").update(name="mended")
    assert provisioning.run_due_tasks() == 1
    assert Product.objects.get(name="mended").state == "active"


def test_a_products_tasks_keep_their_order(world: World) -> None:
    order(world.actor("gina", GARAGE), hostings(world, 1, names=("breaks",)))
    product = Product.objects.get(name="breaks")
    provisioning.queue_task(product, TaskAct.SUSPEND, "suspend-1")
    provisioning.queue_task(product, TaskAct.SUSPEND, "suspend-1")  # the same key is one task
    assert provisioning.run_due_tasks() == 1
    Product.objects.filter(pk=product.pk).update(name="mended")
    due_now()
    assert provisioning.run_due_tasks() == 2
    assert Recorder.told == [("activate", "mended"), ("suspend", "mended")]


def test_many_workers_tell_each_thing_once(live_world: World) -> None:
    world = live_world
    order(world.actor("gina", GARAGE), hostings(world, 12))
    assert at_once(*[provisioning.run_due_tasks] * 6) == {"done": 6}
    assert len(Recorder.told) == len(set(Recorder.told)) == 12


def test_rolled_back_with_its_cause(live_world: World) -> None:
    world = live_world

    @transaction.atomic
    def half_way() -> None:
        order(world.actor("gina", GARAGE), hostings(world, 1))
        raise ConnectionError

    with pytest.raises(ConnectionError):
        half_way()
    assert not ProvisioningTask.objects.exists()


def test_staff_see_it_and_have_it_tried_again(world: World) -> None:
    order(world.actor("gina", GARAGE), hostings(world, 1, names=("breaks",)))
    for _time in range(provisioning.MOST_ATTEMPTS):
        due_now()
        provisioning.run_due_tasks()
    task = ProvisioningTask.objects.get()
    staff = world.client("staff")
    listed = reverse("admin:billing_provisioningtask_changelist")
    assert b"the cloud is away" in staff.get(listed).content
    page = reverse("admin:billing_provisioningtask_change", args=[task.pk])
    assert b"the cloud is away" in staff.get(page).content
    staff.post(listed, {"action": "queue_again", "_selected_action": [task.pk]})
    task.refresh_from_db()
    assert task.state == "due"
    placed = Order.objects.get()
    assert staff.get(reverse("admin:billing_order_changelist")).status_code == 200
    page = reverse("admin:billing_order_change", args=[placed.pk])
    assert placed.public_id.encode() in staff.get(page).content
