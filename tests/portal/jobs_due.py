"""Something due for each job of the portal, two or more items of it: `make_due(world, job)`."""

from collections.abc import Callable
from datetime import timedelta
from typing import Any

from django.test import override_settings
from django.utils import timezone

from access.limits import without_limits
from access.models import JobRun, SupportAccess
from access.services import support
from billing.models import BankMovement, BillingProfile, Invoice, Order, ProvisioningTask
from billing.services import statements
from billing.services.bank_import import store_bank_file
from billing.services.invoicing import invoice_order
from clients.models import Partnership, Product
from tenders.models import CollectedTender, Tender
from tenders.rules import Rhythm
from tenders.services.closing import cancel
from tenders.services.spreading import spread
from tests.billing.accounts import cashback, hosting_line, moved
from tests.billing.bank_samples import entry, file_of, part
from tests.billing.invoiced import install, invoice_of, order_of
from tests.billing.ordering import hostings, order
from tests.journey import ask, invite
from tests.tenders.requesting import published, submitted
from tests.tenders.test_matching import wish
from tests.world import World

DAY = timedelta(days=1)
GARAGE, HOTEL, BAKERY = "garage-nord", "hotel-bellevue", "boulangerie-du-lac"


def _mails(world: World) -> None:
    _waiting(world)


def _waiting(world: World) -> list[Partnership]:
    return [ask(world), invite(world)]


def _support(world: World) -> None:
    for person, slug in (("gina", GARAGE), ("hugo", HOTEL)):
        support.open_access(by=world.actor(person, slug), hours=1)
    past = timezone.now() - timedelta(hours=3)
    SupportAccess.objects.update(opened_at=past, until=past + timedelta(hours=1))


def _old_runs(world: World) -> None:
    long_ago = timezone.now() - 40 * DAY
    JobRun.objects.create(job="clients.remind", started_at=long_ago)
    JobRun.objects.create(job="billing.renew", started_at=timezone.now() - DAY)  # cut off
    JobRun.objects.create(job="billing.renew", started_at=timezone.now())  # may still run
    old = timezone.now() - 3 * DAY
    for job in ("access.send_due_mail", "billing.renew"):  # a busy one goes sooner
        JobRun.objects.create(job=job, started_at=old, finished_at=old, state="done")


def _overdue(world: World) -> None:
    keys = [each.pk for each in _waiting(world)]
    Partnership.objects.filter(pk__in=keys).update(expires_at=timezone.now() - DAY)
    active = Partnership.objects.filter(client__slug=BAKERY, state="active")
    assert active.update(ends_at=timezone.now() - DAY / 24)


def _to_remind(world: World) -> None:
    keys = [each.pk for each in _waiting(world)]
    Partnership.objects.update(reminded_at=timezone.now())
    sent = timezone.now() - 8 * DAY
    Partnership.objects.filter(pk__in=keys).update(reminded_at=None, sent_at=sent)


def _ending(world: World) -> None:
    soon = timezone.now() + 2 * DAY
    active = Partnership.objects.filter(client__slug__in=[BAKERY, HOTEL], state="active")
    assert active.update(ends_at=soon) == 2


def _waiting_orders(world: World, days: int) -> None:
    for number in range(2):
        order(world.actor("hugo", HOTEL), hostings(world, 1 + number))
    for each in Order.objects.filter(state="waiting"):
        each.created_at -= days * DAY
        each.expires_at -= days * DAY  # type: ignore[operator]
        each.save(update_fields=["created_at", "expires_at"])


def _tasks(world: World) -> None:
    order(world.actor("gina", GARAGE), hostings(world, 3))
    stuck, behind = ProvisioningTask.objects.order_by("pk")[:2]
    ProvisioningTask.objects.filter(pk=stuck.pk).update(state="failed")
    ProvisioningTask.objects.filter(pk=behind.pk).update(product=stuck.product_id)
    again = ProvisioningTask.objects.order_by("pk").last()
    assert again is not None  # a second one of the same product is done after the first
    ProvisioningTask.objects.create(
        product=again.product, act="renew", key="again", next_attempt_at=timezone.now()
    )


def _products(world: World, day: Any, **fields: Any) -> None:
    far = timezone.localdate() + 400 * DAY
    Product.objects.update(renews_on=far)
    due = Product.objects.filter(organisation__slug__in=[GARAGE, HOTEL], state="active")
    due.update(renews_on=day, started_on=None, **{"auto_renewal": True} | fields)


def _collective(world: World) -> None:
    last_month = timezone.localdate().replace(day=1) - DAY
    for slug in (GARAGE, BAKERY, HOTEL):
        BillingProfile.objects.update_or_create(
            organisation=world.organisation(slug), defaults={"collective": True}
        )
        assert invoice_order(order=order_of(world, slug, placed_on=last_month)) is None


def _invoices(world: World) -> list[Invoice]:
    return [invoice_of(world, slug) for slug in (GARAGE, BAKERY, HOTEL)]


def _unpaid(world: World) -> None:
    late = timezone.localdate() - 2 * DAY
    for invoice in _invoices(world):
        install(invoice.lines.get().order_line.order, invoice.payer, world)
        Invoice.objects.filter(pk=invoice.pk).update(next_reminder_on=late)
    last = Invoice.objects.order_by("pk").last()
    assert last is not None  # this one is suspended
    Invoice.objects.filter(pk=last.pk).update(reminders=3)


def _movements(world: World) -> None:
    rows = [
        entry("1.00", word=f"A{number}", details=part("1.00", word=f"T{number}", reference=paid))
        for number, paid in enumerate(each.reference for each in _invoices(world))
    ]
    with override_settings(VENDOR_ACCOUNTS=["CH7609000000123456789"]):
        store_bank_file(data=file_of(*rows), name="camt.xml", by=None)
    assert BankMovement.objects.filter(state="new").count() == 3


def _statements(world: World) -> None:
    statements.MAIL_DAYS = 31  # the fixture puts it back
    day = statements.month_before(timezone.localdate())
    noon = timezone.make_aware(timezone.datetime(day.year, day.month, day.day, 12))
    moved(cashback(hosting_line(world)), noon)


def _tenders(world: World, **fields: Any) -> list[Tender]:
    made = [published(world, title=f"Shop {number}") for number in range(3)]
    Tender.objects.filter(pk__in=[each.pk for each in made]).update(**fields)
    return made


def _expired_tenders(world: World) -> None:
    _tenders(world)
    with without_limits():
        submitted(world, title="Never confirmed")
    Tender.objects.update(expires_at=timezone.now())


def _old_tenders(world: World) -> None:
    for tender in _tenders(world):
        cancel(tender=tender)
    Tender.objects.update(closed_at=timezone.now() - 400 * DAY)


def _collected(world: World) -> None:
    wish(world, "alpine-web", "lea", rhythm=Rhythm.DAILY)
    wish(world, "rhone-digital", "remi", rhythm=Rhythm.DAILY)
    for tender in _tenders(world):
        spread(tender=tender)
    CollectedTender.objects.update(collected_at=timezone.now() - 8 * DAY)


MAKERS: dict[str, Callable[[World], Any]] = {
    "access.send_due_mail": _mails,
    "access.close_support_access": _support,
    "access.tidy_runs": _old_runs,
    "clients.close_overdue": _overdue,
    "clients.remind": _to_remind,
    "clients.announce_ends": _ending,
    "billing.close_orders": lambda world: _waiting_orders(world, 30),
    "billing.remind_orders": lambda world: _waiting_orders(world, 5),
    "billing.provision": _tasks,
    "billing.renew": lambda world: _products(world, timezone.localdate()),
    "billing.remind_renewals": lambda world: _products(world, timezone.localdate() + 7 * DAY),
    "billing.end_at_term": lambda world: _products(world, timezone.localdate(), auto_renewal=False),
    "billing.issue_collective": _collective,
    "billing.print_invoices": _invoices,
    "billing.remind_invoices": _unpaid,
    "billing.book_bank_movements": _movements,
    "billing.send_statements": _statements,
    "tenders.tell_partners": _tenders,
    "tenders.close_expired": _expired_tenders,
    "tenders.announce_expiry": lambda world: _tenders(world, expires_at=timezone.now() + DAY),
    "tenders.erase_contacts": _old_tenders,
    "tenders.send_digests": _collected,
}


def make_due(world: World, job: str) -> None:
    MAKERS[job](world)
