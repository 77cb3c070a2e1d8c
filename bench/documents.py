"""How long a document takes, beside what WeasyPrint's layout of the same page takes alone.

`python -m bench.documents` prints it. Both sides are measured in one run, turn by turn: on one
side `render`, with all that makes a PDF of the values (page, QR code, XML, process, drawing,
fonts, tags); on the other WeasyPrint laying out the finished page in this process, warm, drawing
nothing.
"""

import os
import statistics
import time
from collections.abc import Callable
from typing import Any

LIMIT = 1.5
ROUNDS = 9


def measure(document: Any, rounds: int = ROUNDS) -> tuple[float, float]:
    """Seconds of `render` and of the layout alone, each the middle one of its rounds."""
    from django.utils import translation

    from billing.documents import printing

    with translation.override(document.language):
        job = printing.prepare(document)
        job.parts.update(job.later())
    both: tuple[list[float], list[float]] = ([], [])
    for _ in range(rounds + 1):
        both[0].append(_seconds(lambda: printing.render(document)))
        both[1].append(_seconds(lambda: lay_out(job)))
    return statistics.median(both[0][1:]), statistics.median(both[1][1:])


def lay_out(job: Any) -> None:
    """WeasyPrint's layout, as its manual has it."""
    from weasyprint import CSS, HTML

    from billing.documents.child import OwnBytes

    own = OwnBytes(job.parts, job.about["types"])
    style = CSS(string=job.parts["css"].decode(), url_fetcher=own)
    HTML(string=job.parts["html"].decode(), url_fetcher=own).render(stylesheets=[style])


def _seconds(act: Callable[[], Any]) -> float:
    began = time.perf_counter()
    act()
    return time.perf_counter() - began


def run() -> list[dict[str, Any]]:
    """Name, value (render ÷ layout alone), limit and whether it holds, for each document."""
    from billing.documents.press import FOLDER

    os.environ["FONTCONFIG_FILE"] = str(FOLDER / "fonts.conf")
    from bench import document_examples as examples

    measured = {
        "invoice, one page with QR-bill": (examples.invoice(), ROUNDS),
        "collective invoice, 140 lines": (examples.long_invoice(), 3),
        "statement, 90 entries": (examples.statement(90), 5),
    }
    results = []
    for name, (document, rounds) in measured.items():
        whole, alone = measure(document, rounds)
        results.append(
            {
                "name": f"PDF: {name}, times the layout alone",
                "value": round(whole / alone, 2),
                "limit": LIMIT,
                "ok": whole <= LIMIT * alone,
                "milliseconds": round(whole * 1000),
                "layout_milliseconds": round(alone * 1000),
            }
        )
    return results


if __name__ == "__main__":
    import django

    os.environ.setdefault("DJANGO_SETTINGS_MODULE", "portal.settings")
    django.setup()
    for result in run():
        print(  # noqa: T201
            f"{'ok  ' if result['ok'] else 'FAIL'} {result['name']}: {result['value']}"
            f" (at most {result['limit']}; {result['milliseconds']} ms,"
            f" layout {result['layout_milliseconds']} ms)"
        )
