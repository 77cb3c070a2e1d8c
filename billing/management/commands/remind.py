"""`manage.py remind`: takes the next step of what is unpaid, or tells what that would do (M9)."""

from datetime import date
from typing import Any

from django.core.management.base import BaseCommand, CommandError, CommandParser
from django.utils import timezone

from billing.services.reminding import Step, remind_due


class Command(BaseCommand):
    help = "Remind of unpaid invoices, and suspend what stays unpaid. Safe to run twice."

    def add_arguments(self, parser: CommandParser) -> None:
        parser.add_argument("--date", help="the day, as 2026-12-31; today when left out")
        parser.add_argument(
            "--dry-run", action="store_true", help="tell what would be done, change nothing"
        )

    def handle(self, *args: Any, **options: Any) -> None:
        day, dry_run = _day(options["date"]), options["dry_run"]
        if day > timezone.localdate() and not dry_run:
            raise CommandError("This day is still to come: only --dry-run can look at it.")
        steps = remind_due(day=day, dry_run=dry_run)
        for step in steps:
            self.stdout.write(_in_words(step))
        done = "would be taken" if dry_run else "taken"
        self.stdout.write(f"{len(steps)} steps {done} on {day.isoformat()}.")


def _day(text: str | None) -> date:
    if not text:
        return timezone.localdate()
    try:
        return date.fromisoformat(text)
    except ValueError as error:
        raise CommandError(f"Not a date: {text}. Write it as 2026-12-31.") from error


def _in_words(step: Step) -> str:
    invoice = step.invoice
    what = "suspend its products" if step.suspends else f"reminder {step.number}"
    open_ = f"{invoice.currency} {invoice.open_amount}"
    return f"{invoice.number}  {invoice.payer}  {open_}  due {invoice.due_on}: {what}"
