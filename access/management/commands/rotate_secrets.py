"""`manage.py rotate_secrets`: after a change of SECRET_KEY (docs/operations.md)."""

from typing import Any

from django.core.management.base import BaseCommand, CommandError

from access.adapter import encrypt_again


class Command(BaseCommand):
    help = "Encrypts the secrets of second factors with the present SECRET_KEY. Safe to repeat."

    def handle(self, **options: Any) -> None:
        done, lost = encrypt_again()
        self.stdout.write(f"{done} second factors are encrypted with SECRET_KEY.")
        if lost:
            raise CommandError(
                f"{len(lost)} can be read with no key: {', '.join(map(str, lost[:20]))}. Put the "
                "key they were made with into SECRET_KEY_FALLBACKS, and run this again."
            )
