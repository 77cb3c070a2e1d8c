"""`manage.py renew`: renews what is due by a day, or tells what that would do (M5)."""

import json
from datetime import date
from typing import Any

from django.core.management.base import BaseCommand, CommandError, CommandParser
from django.utils import timezone

from billing.renewals.foreseen import Foreseen, dry_run
from billing.renewals.runs import Done
from billing.services.renewing import renew_together


class Command(BaseCommand):
    help = "Renew all products that are due by a day. Safe to run twice, and many at once."

    def add_arguments(self, parser: CommandParser) -> None:
        parser.add_argument("--date", help="the day, as 2026-12-31; today when left out")
        parser.add_argument(
            "--dry-run", action="store_true", help="tell what would be renewed, change nothing"
        )
        parser.add_argument("--json", action="store_true", help="tell it as JSON")

    def handle(self, *args: Any, **options: Any) -> None:
        day = _day(options["date"])
        if options["dry_run"]:
            found = dry_run(day)
            self._tell(_as_data(found) if options["json"] else None, _in_words(found))
            return
        if day > timezone.localdate():
            raise CommandError("This day is still to come: only --dry-run can look at it.")
        done = renew_together(day=day)
        self._tell(_done(day, done) if options["json"] else None, _done_in_words(day, done))
        if not done.finished:
            raise CommandError("Somebody holds clients: run it again for the rest.")

    def _tell(self, data: dict[str, Any] | None, words: list[str]) -> None:
        self.stdout.write(json.dumps(data, indent=2) if data is not None else "\n".join(words))


def _day(text: str | None) -> date:
    if not text:
        return timezone.localdate()
    try:
        return date.fromisoformat(text)
    except ValueError as error:
        raise CommandError(f"Not a date: {text}. Write it as 2026-12-31.") from error


def _as_data(found: Foreseen) -> dict[str, Any]:
    return {
        "date": found.day.isoformat(),
        "dry_run": True,
        "products": found.products,
        "orders": found.orders,
        "net": {currency: str(net) for currency, net in found.sums().items()},
        "cashback": {currency: str(sum_) for currency, sum_ in sorted(found.cashback.items())},
        "discount": {currency: str(sum_) for currency, sum_ in sorted(found.discount.items())},
        "payers": [
            {
                "name": part.name,
                "currency": part.currency,
                "orders": part.orders,
                "products": part.products,
                "net": str(part.net),
                "from_prepaid_account": part.prepaid,
            }
            for part in sorted(found.payers.values(), key=lambda part: part.name)
        ],
        "failures": [
            {
                "client": client,
                "product_type": kind,
                "products": group.quantity,
                "renewal_of": group.starts_on.isoformat(),
                "reason": fault.value,
            }
            for client, kind, group, fault in found.faults
        ],
    }


def _in_words(found: Foreseen) -> list[str]:
    lines = [
        f"{found.day}: {found.products} products in {found.orders} orders would be renewed."
        " Amounts exclude VAT."
    ]
    lines += [
        f"  {part.name}: {part.currency} {part.net} for {part.products} products in {part.orders}"
        f" orders, {part.prepaid} from the prepaid account"
        for part in sorted(found.payers.values(), key=lambda part: part.name)
    ]
    for currency, net in found.sums().items():
        lines.append(
            f"Total {currency} {net}, cashback {found.cashback[currency]},"
            f" discount {found.discount[currency]}"
        )
    lines += [
        f"NOT {client}: {group.quantity} × {kind} of {group.starts_on}: {fault.label}"
        for client, kind, group, fault in found.faults
    ]
    return [*lines, "Nothing was changed."]


def _done(day: date, done: Done) -> dict[str, Any]:
    return {
        "date": day.isoformat(),
        "dry_run": False,
        "products": done.products,
        "orders": done.orders,
        "failures": done.failures,
        "net": {currency: str(net) for currency, net in sorted(done.nets.items())},
        "finished": done.finished,
    }


def _done_in_words(day: date, done: Done) -> list[str]:
    sums = ", ".join(f"{currency} {net}" for currency, net in sorted(done.nets.items()))
    return [
        f"{day}: {done.products} products renewed in {done.orders} orders"
        f" ({sums or 'nothing'} excluding VAT), {done.failures} not renewed."
    ]
