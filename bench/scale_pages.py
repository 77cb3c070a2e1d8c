"""The HTTP side of `bench.scale`: gunicorn with two workers, and how long its answers take."""

import os
import signal
import socket
import statistics
import subprocess
import sys
import time
import urllib.request
from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from contextlib import contextmanager
from pathlib import Path
from typing import Any

from bench.scale_sql import Page, client_of

WARM, REQUESTS = 4, 30
WORKERS = 2
CHECKOUT = Path(__file__).resolve().parent.parent


@contextmanager
def server(database_url: str) -> Iterator[str]:
    """The address of a portal on that database, which ends with the block."""
    with socket.socket() as free:
        free.bind(("127.0.0.1", 0))
        port = free.getsockname()[1]
    program = subprocess.Popen(  # noqa: S603 - our own program
        [
            *(sys.executable, "-m", "gunicorn", "portal.wsgi", f"--workers={WORKERS}"),
            *(f"--bind=127.0.0.1:{port}", f"--chdir={CHECKOUT}", "--log-level=error"),
            "--no-control-socket",
        ],
        env=os.environ
        | {"DATABASE_URL": database_url, "DJANGO_SETTINGS_MODULE": "bench.scale_settings"}
        | {"LOG_LEVEL": "WARNING"},
    )
    try:
        address = f"http://127.0.0.1:{port}"
        _wait(address)
        yield address
    finally:
        program.send_signal(signal.SIGTERM)
        program.wait(timeout=20)


def _wait(address: str) -> None:
    for _try in range(200):
        try:
            urllib.request.urlopen(f"{address}/healthz", timeout=5)  # noqa: S310 - our own server
            return
        except OSError:
            time.sleep(0.2)
    raise RuntimeError("the server for the bench does not answer")


def measure(address: str, page: Page) -> dict[str, Any]:
    """Milliseconds of a page and of its floor, in turns; and of two at once."""
    cookie = client_of(page.person_of).cookies["sessionid"].value
    floor = f"/bench/{page.floor}/{page.slug}/"
    times: dict[str, list[float]] = {page.path: [], floor: []}
    queries: dict[str, int] = {}
    for turn in range(WARM + REQUESTS):
        for path, kept in times.items():
            seconds, headers = fetch(address + path, cookie)
            number = int(headers["X-Bench-Queries"])  # a worker's first answer takes more
            queries[path] = min(number, queries.get(path, number))
            if turn >= WARM:
                kept.append(seconds * 1000)
    with ThreadPoolExecutor(2) as pool:
        both = list(pool.map(lambda _n: fetch(address + page.path, cookie)[0], range(REQUESTS)))
    ours, bare = statistics.median(times[page.path]), statistics.median(times[floor])
    return {
        "page": page.name,
        "milliseconds": round(ours, 1),
        "floor": round(bare, 1),
        "ratio": round(ours / bare, 2),
        "two_at_once": round(statistics.median(both) * 1000, 1),
        "http_queries": queries[page.path],
    }


def fetch(url: str, cookie: str) -> tuple[float, Any]:
    """Seconds until the whole answer is there, and its headers."""
    request = urllib.request.Request(  # noqa: S310 - our own server
        url, headers={"Cookie": f"sessionid={cookie}", "Host": "localhost"}
    )
    begun = time.perf_counter()
    with urllib.request.urlopen(request, timeout=60) as answer:  # noqa: S310
        answer.read()
        return time.perf_counter() - begun, answer.headers
