"""A program for tests: runs `clients.remind` in the database of DATABASE_URL, stopping for long
inside the second item, after all was written for it."""

import os
import sys
import time
from typing import Any


def main() -> None:
    os.environ.setdefault("DJANGO_SETTINGS_MODULE", "tests.settings")
    import django

    django.setup()
    from clients import tasks

    remind, calls = tasks.remind, []

    def slowly(**kwargs: Any) -> bool:
        done = remind(**kwargs)
        calls.append(done)
        if len(calls) == 2:
            sys.stdout.write("inside\n")
            sys.stdout.flush()
            time.sleep(60)  # all is written, nothing is committed
        return done

    tasks.remind = slowly  # type: ignore[assignment]
    tasks.remind_waiting()


if __name__ == "__main__":
    main()
