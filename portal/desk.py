"""The staff's desk: what waits for somebody of the vendor, as a table. One count for each line, and
only of what the staff member may see (threat T47)."""

from collections.abc import Callable
from dataclasses import dataclass
from typing import Any

from django.contrib import admin
from django.db.models import Model, QuerySet
from django.http import HttpRequest
from django.urls import reverse
from django.utils import timezone
from django.utils.functional import Promise
from django.utils.translation import gettext_lazy as _

from access.models import OutgoingMail
from billing.documents.invoices import MOST_ATTEMPTS
from billing.models import (
    BankMovement,
    Invoice,
    MoneyRequest,
    PartnerTurnover,
    ProvisioningTask,
    RenewalFailure,
)
from billing.services.upcoming import partners_below
from billing.states import MovementState, TaskState
from partners.models import Application
from tenders.models import Tender

type Asked = Callable[[], QuerySet[Any]]


@dataclass(frozen=True, slots=True)
class Matter:
    """One kind of thing that waits: what it is called, what is to be done, the question that
    counts it, and the filter of the admin's list of `model` that shows the same rows.

    `{today}` in `narrowed` stands for the day; `broken`: something went wrong.
    """

    label: str | Promise
    todo: str | Promise
    icon: str
    model: type[Model]
    rows: Asked
    narrowed: str
    broken: bool = False


def _asked(kind: str) -> Asked:
    return lambda: MoneyRequest.objects.waiting().filter(kind=kind)


MATTERS: tuple[Matter, ...] = (
    Matter(
        _("Applications to the programme"),
        _("Approve, or refuse with a reason."),
        "how_to_reg",
        Application,
        lambda: Application.objects.waiting(),
        "state__exact=sent",
    ),
    Matter(
        _("Tenders that nobody looked at"),
        _("Partners read them already; hide what is none."),
        "campaign",
        Tender,
        lambda: Tender.objects.to_look_at(),
        "state__exact=open&looked_at__isempty=1",
    ),
    Matter(
        _("Pay-outs"),
        _("Send the money, then settle them."),
        "payments",
        MoneyRequest,
        _asked("pay_out"),
        "state__exact=waiting&kind__exact=pay_out",
    ),
    Matter(
        _("Top-ups"),
        _("Settle those whose transfer has come in."),
        "account_balance_wallet",
        MoneyRequest,
        _asked("top_up"),
        "state__exact=waiting&kind__exact=top_up",
    ),
    Matter(
        _("Corrections of accounts"),
        _("Another one of you settles or refuses them."),
        "balance",
        MoneyRequest,
        _asked("correction"),
        "state__exact=waiting&kind__exact=correction",
    ),
    Matter(
        _("Bank movements that match nothing"),
        _("Assign them, or set them aside."),
        "link_off",
        BankMovement,
        lambda: BankMovement.objects.filter(state=MovementState.UNMATCHED),
        "state__exact=unmatched",
    ),
    Matter(
        _("Overdue invoices"),
        _("Reminders go out by themselves; look who does not pay."),
        "schedule",
        Invoice,
        lambda: Invoice.objects.overdue(timezone.localdate()),
        "kind__exact=invoice&state__exact=open&due_on__lt={today}",
    ),
    Matter(
        _("Partners below the minimum"),
        _("Nothing is taken away by itself: you decide."),
        "trending_down",
        PartnerTurnover,
        lambda: partners_below(timezone.localdate()),
        "minimum=below&state__exact=approved",
    ),
    Matter(
        _("Failed mails"),
        _("Read why, mend the address, try again."),
        "unsubscribe",
        OutgoingMail,
        lambda: OutgoingMail.objects.filter(state=OutgoingMail.State.FAILED),
        "state__exact=failed",
        broken=True,
    ),
    Matter(
        _("Products that could not be set up"),
        _("Read what the vendor's systems answered, try again."),
        "build",
        ProvisioningTask,
        lambda: ProvisioningTask.objects.filter(state=TaskState.FAILED),
        "state__exact=failed",
        broken=True,
    ),
    Matter(
        _("Products that could not be renewed"),
        _("Mend the price or the rate; the next run tries again."),
        "event_busy",
        RenewalFailure,
        lambda: RenewalFailure.objects.still_due(),
        "still=yes",
        broken=True,
    ),
    Matter(
        _("Invoices that could not be printed"),
        _("Read why, print them again."),
        "print_error",
        Invoice,
        lambda: Invoice.objects.filter(pdf="", pdf_attempts__gte=MOST_ATTEMPTS),
        "printed=failed",
        broken=True,
    ),
)
"""What may wait, in the order of the page."""


@dataclass(frozen=True, slots=True)
class Waiting:
    """A matter of which `count` wait, with the list that shows them."""

    matter: Matter
    count: int
    url: str


def waiting(request: HttpRequest) -> list[Waiting]:
    """What waits, of what this staff member may see; one question for each kind."""
    found = []
    for matter in MATTERS:
        if not admin.site.get_model_admin(matter.model).has_view_permission(request):
            continue
        if number := matter.rows().order_by().count():
            found.append(Waiting(matter, number, _url(matter)))
    return found


def _url(matter: Matter) -> str:
    name = matter.model._meta
    page = reverse(f"admin:{name.app_label}_{name.model_name}_changelist")
    return f"{page}?{matter.narrowed.format(today=timezone.localdate().isoformat())}"


def on_desk(request: HttpRequest, context: dict[str, Any]) -> dict[str, Any]:
    """What the admin's start page shows (unfold's DASHBOARD_CALLBACK)."""
    return context | {"waiting": waiting(request)}
