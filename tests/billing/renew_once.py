"""A program for tests: renews what is due in the database of DATABASE_URL, slowly if asked."""

import os
import sys
import time


def main() -> None:
    os.environ.setdefault("DJANGO_SETTINGS_MODULE", "tests.settings")
    import django

    django.setup()
    from billing.renewals import runs
    from billing.services.renewing import renew_due

    pause, size = float(sys.argv[1]), int(sys.argv[2])
    keep = runs.Worker._count
    look = runs.next_clients

    def slowly(worker: runs.Worker, found: runs.Plan) -> None:
        keep(worker, found)
        time.sleep(pause)  # all is written, nothing is committed

    runs.Worker._count = slowly  # type: ignore[method-assign]
    runs.next_clients = lambda day, run, **more: look(day, run, size=size, **more)
    sys.stdout.write("ready\n")
    sys.stdout.flush()
    done = renew_due()
    sys.stdout.write(f"{done.products} {done.orders} {done.finished}\n")


if __name__ == "__main__":
    main()
