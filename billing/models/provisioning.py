"""What the vendor's own systems have to be told about products (C3), until they have been."""

from django.db import models
from django.db.models import Q
from django.utils.translation import gettext_lazy as _

from billing.states import TaskAct, TaskState
from clients.models import Product


class ProvisioningTask(models.Model):
    """One thing to tell the vendor's systems about one product, written with what causes it.

    Carried out by `billing.provisioning`, tried again with growing delays, then left to staff.
    """

    product = models.ForeignKey(
        Product, models.PROTECT, related_name="tasks", verbose_name=_("product")
    )
    act = models.CharField(_("act"), max_length=8, choices=TaskAct.choices)
    key = models.CharField(_("key"), max_length=64, unique=True, editable=False)
    facts = models.JSONField(_("facts"), default=dict, blank=True)
    state = models.CharField(
        _("state"), max_length=6, choices=TaskState.choices, default=TaskState.DUE
    )
    attempts = models.PositiveSmallIntegerField(_("attempts"), default=0)
    next_attempt_at = models.DateTimeField(_("next attempt"))
    problem = models.TextField(_("problem"), blank=True)
    created_at = models.DateTimeField(_("created at"), auto_now_add=True)
    done_at = models.DateTimeField(_("done at"), null=True)

    class Meta:
        verbose_name = _("provisioning task")
        verbose_name_plural = _("provisioning tasks")
        ordering = ["-pk"]
        indexes = [
            models.Index(
                fields=["next_attempt_at"], condition=Q(state="due"), name="tasks_that_are_due"
            ),
            models.Index(fields=["state", "-id"]),
        ]

    def __str__(self) -> str:
        return f"{self.get_act_display()} {self.product_id}"
