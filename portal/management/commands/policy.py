"""`manage.py policy`: every URL with its methods and who passes."""

import json
from argparse import ArgumentParser
from typing import Any

from django.core.management.base import BaseCommand, CommandError

from portal.policy_list import addresses, problems, row

COLUMNS = ("url", "name", "methods", "policy", "act or reason")


class Command(BaseCommand):
    help = "Lists every URL with its methods and its policy. Fails when one has none."
    requires_system_checks = ()

    def add_arguments(self, parser: ArgumentParser) -> None:
        parser.add_argument("--json", action="store_true", help="Print the list as JSON.")

    def handle(self, **options: Any) -> None:
        found = addresses()
        rows = [row(address) for address in found]
        wrong = problems(found)
        if options["json"]:
            self.stdout.write(json.dumps({"urls": rows, "problems": wrong}, indent=2))
        else:
            self._print_table(rows)
        if wrong:
            raise CommandError("\n".join(wrong))

    def _print_table(self, rows: list[dict[str, Any]]) -> None:
        lines = [COLUMNS] + [
            (
                line["url"],
                line["name"],
                " ".join(line["methods"]),
                line["policy"] or "NONE",
                line["act"] or line["reason"],
            )
            for line in rows
        ]
        widths = [max(len(line[column]) for line in lines) for column in range(len(COLUMNS) - 1)]
        for line in lines:
            cells = [cell.ljust(width) for cell, width in zip(line, widths, strict=False)]
            self.stdout.write("  ".join([*cells, line[-1]]).rstrip())
