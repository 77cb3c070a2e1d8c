"""Doors for Celery: what time does to products (M5)."""

from celery import shared_task

from billing.services.renewing import end_what_is_over, remind_of_renewals, renew_together


@shared_task(name="billing.renew")
def renew() -> int:
    """Renews what is due today; once that is done, nothing until tomorrow. Safe to run many times
    at once: the workers share the work, and a run that was cut off goes on (T15). Returns how many
    products it renewed."""
    return renew_together(again=False).products


@shared_task(name="billing.remind_renewals")
def remind() -> int:
    """Reminds payers of what renews in 30 and in 7 days, once. Returns how many payers."""
    return remind_of_renewals()


@shared_task(name="billing.end_at_term")
def end() -> int:
    """Ends what is not to be renewed. Safe to run many times at once. Returns how many ended."""
    return end_what_is_over()
