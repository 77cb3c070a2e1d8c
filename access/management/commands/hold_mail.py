"""`manage.py hold_mail`: in a restored copy, nothing leaves twice (docs/operations.md)."""

from argparse import ArgumentParser
from pathlib import Path
from typing import Any

from django.core.management.base import BaseCommand

from access import held_mail


class Command(BaseCommand):
    help = "Holds every waiting mail of a restored copy, before the workers start."

    def add_arguments(self, parser: ArgumentParser) -> None:
        parser.add_argument(
            "--delivered",
            type=Path,
            metavar="LOG",
            help="The mail server's log since the backup: held mails named in it count as sent.",
        )
        parser.add_argument("--release", action="store_true", help="Let go what is still held.")

    def handle(self, **options: Any) -> None:
        if options["delivered"] is not None:
            log = options["delivered"].read_text(errors="replace")
            self.stdout.write(f"{held_mail.note_delivered(log)} had left before: marked as sent.")
        if options["release"]:
            self.stdout.write(f"{held_mail.release()} released: they leave now.")
        if options["delivered"] is None and not options["release"]:
            self.stdout.write(f"{held_mail.hold()} held. hold_mail --release lets them go.")
