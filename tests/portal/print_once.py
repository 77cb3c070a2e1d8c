"""A program for tests: prints what is due in the database of DATABASE_URL, and stops to be killed
where its argument says: while a page is laid out, or with half of the file written."""

import os
import sys
import time
from typing import Any


def main() -> None:
    os.environ.setdefault("DJANGO_SETTINGS_MODULE", "tests.settings")
    import django

    django.setup()
    from django.core.files.base import ContentFile

    from billing.documents import invoices

    def wait() -> None:
        sys.stdout.write("there\n")
        sys.stdout.flush()
        time.sleep(600)

    render = invoices.render

    def slowly(*args: Any, **kwargs: Any) -> bytes:
        data = render(*args, **kwargs)
        if sys.argv[1] == "page":
            wait()
        return data

    class Half(ContentFile):  # type: ignore[type-arg]
        def chunks(self, chunk_size: int | None = None) -> Any:
            data = self.read()
            yield data[: len(data) // 2]
            wait()

    invoices.render = slowly
    if sys.argv[1] == "file":
        invoices.ContentFile = Half  # type: ignore[misc]
    invoices.print_due()


if __name__ == "__main__":
    main()
