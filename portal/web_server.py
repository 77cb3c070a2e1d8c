"""gunicorn's settings that are the same everywhere: `gunicorn --config=python:portal.web_server`.

No access log of its own: it holds paths, and in them tokens. The portal writes a line for each
request itself. The counts of all worker processes are shared through files in memory.
"""

from __future__ import annotations

import os
import shutil
import tempfile
from pathlib import Path
from typing import Any

from gunicorn.glogging import Logger as GunicornLogger

from portal import environment, logs

MEMORY = Path("/dev/shm")  # noqa: S108 - mkdtemp makes a folder of ours in it
FILES = "PROMETHEUS_MULTIPROC_DIR"
UPGRADED = "GUNICORN_PID"  # a new gunicorn beside the old one (USR2), with its environment
made: list[Path] = []  # the folder, where nobody gave one


class Logger(GunicornLogger):
    """gunicorn's own words in the form of all others, without the addresses of requests."""

    def setup(self, cfg: Any) -> None:
        super().setup(cfg)
        formatter = logs.FORMATTERS[environment.log_format()]()
        for handler in self.error_log.handlers:
            handler.setFormatter(formatter)
            handler.addFilter(logs.WithoutPaths())


logger_class = Logger
accesslog = None


def on_starting(server: Any) -> None:
    """Before the portal is loaded: prometheus_client looks for the folder when it is imported.
    Counts of an earlier start are not ours."""
    if environment.given(FILES) and UPGRADED not in os.environ:
        folder = Path(os.environ[FILES])
        folder.mkdir(mode=0o700, parents=True, exist_ok=True)
        for file in folder.glob("*.db"):
            file.unlink()
        return
    where = MEMORY if os.access(MEMORY, os.W_OK | os.X_OK) else None
    made.append(Path(tempfile.mkdtemp(prefix="portal-metrics-", dir=where)))
    os.environ[FILES] = str(made[0])


def child_exit(server: Any, worker: Any) -> None:
    """Forgets what a dead process said of itself; what it counted stays counted."""
    from prometheus_client.multiprocess import mark_process_dead

    mark_process_dead(worker.pid)


def on_exit(server: Any) -> None:
    for folder in made:
        shutil.rmtree(folder, ignore_errors=True)
