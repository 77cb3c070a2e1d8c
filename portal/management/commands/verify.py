"""`manage.py verify`: whether the books are whole, of a restored backup or any day."""

from typing import Any

from django.core.management.base import BaseCommand, CommandError

from portal.verifying import verify


class Command(BaseCommand):
    help = "Checks the books of the whole database and the kept files. Writes nothing."

    def handle(self, **options: Any) -> None:
        wrong = 0
        for found in verify():
            self.stdout.write(f"{'WRONG' if found.number else 'ok   '}  {found.check}")
            for said in found.examples:
                self.stdout.write(f"       {said}")
            if found.number > len(found.examples):
                self.stdout.write(f"       and {found.number - len(found.examples)} more")
            wrong += bool(found.number)
        if wrong:
            raise CommandError(f"{wrong} checks found something wrong.")
