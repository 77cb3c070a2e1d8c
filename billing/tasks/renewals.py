"""Doors for Celery: what time does to products (M5)."""

from django.utils import timezone
from django.utils.formats import date_format
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy, ngettext

from access import jobs
from access.jobs import HOUR, Due, Left, job, listed
from billing.models import RenewalFailure
from billing.renewals.announcing import NOTICES, to_end, to_remind
from billing.services.renewing import (
    end_what_is_over,
    is_finished,
    products_due,
    remind_of_renewals,
    renew_together,
)


def _due_to_renew() -> Due:
    """Products, each of which may be several terms behind; what the plan would be, with amounts
    and what can't be renewed, tells `manage.py renew --dry-run`."""
    day = timezone.localdate()
    if is_finished(day) and not jobs.by_hand():
        return Due(0, [_("Today's run is done; what could not be renewed is tried tomorrow.")])
    return listed(
        products_due(day),
        lambda product: f"{product.organisation}: {product.product_type} ({product.public_id})",
    )


@job(
    "billing.renew",
    every=600,
    title=gettext_lazy("Renew the products that are due"),
    due=_due_to_renew,
    longest=6 * HOUR,
    left=(
        Left(
            gettext_lazy("Products that could not be renewed"),
            lambda: RenewalFailure.objects.still_due(),
            "still=yes",
        ),
    ),
)
def renew() -> int:
    """Renews what is due today; once that is done, nothing until tomorrow, unless it is asked for
    by hand. Safe to run many times at once: the workers share the work, and a run that was cut off
    goes on (T15). Returns how many products it dealt with: renewed, or noted why not."""
    done = renew_together(again=jobs.by_hand())
    return done.products + done.failures


def _due_to_remind() -> Due:
    day = timezone.localdate()
    notices = [notice for days in NOTICES for notice in to_remind(day, days)]
    return Due(
        len(notices),
        [
            ngettext(
                "%(payer)s: %(n)d order of %(day)s",
                "%(payer)s: %(n)d orders of %(day)s",
                len(notice.orders),
            )
            % {"payer": notice.payer, "n": len(notice.orders), "day": date_format(notice.on)}
            for notice in notices[: jobs.SHOWN]
        ],
    )


@job(
    "billing.remind_renewals",
    every=3600,
    title=gettext_lazy("Remind payers of what renews soon"),
    due=_due_to_remind,
)
def remind() -> int:
    """Reminds payers of what renews in 30 and in 7 days, once. Returns how many payers."""
    return remind_of_renewals()


@job(
    "billing.end_at_term",
    every=600,
    title=gettext_lazy("End the products whose term is over"),
    due=lambda: listed(
        to_end(timezone.localdate()).select_related("organisation"),
        lambda product: f"{product.organisation}: {product} ({product.public_id})",
    ),
)
def end() -> int:
    """Ends what is not to be renewed. Safe to run many times at once. Returns how many ended."""
    return end_what_is_over()
