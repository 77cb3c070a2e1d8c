"""Celery's broker for a machine without Redis: a folder of files.

kombu's own `filesystem` transport writes a message where a reader already looks, so that a reader
may take half of it and die. Here a message appears whole, and is taken by one reader.
"""

from __future__ import annotations

import os
import time
import uuid
from pathlib import Path
from queue import Empty
from typing import Any

from kombu.transport import TRANSPORT_ALIASES, filesystem
from kombu.utils.json import dumps, loads


def register() -> None:
    """Let `files://` be the address of this transport."""
    TRANSPORT_ALIASES["files"] = "portal.broker:Transport"


class Channel(filesystem.Channel):
    """Queues as files named `<time>_<random>.<queue>.msg`; the folder is the option `folder`."""

    @property
    def folder(self) -> Path:
        folder = Path(self.transport_options["folder"])
        folder.mkdir(mode=0o700, parents=True, exist_ok=True)
        return folder

    @property
    def control_folder(self) -> Path:
        folder = self.folder / "exchanges"
        folder.mkdir(mode=0o700, exist_ok=True)
        return folder

    def _messages(self, queue: str) -> list[Path]:
        return sorted(
            path
            for path in self.folder.iterdir()
            if path.suffix == ".msg" and path.name.partition(".")[2] == f"{queue}.msg"
        )

    def _put(self, queue: str, payload: Any, **kwargs: Any) -> None:
        name = f"{time.time_ns():020d}_{uuid.uuid4().hex}.{queue}.msg"
        draft = self.folder / f"{name}.new"
        draft.write_text(dumps(payload))
        draft.rename(self.folder / name)

    def _get(self, queue: str) -> Any:
        for message in self._messages(queue):
            taken = message.with_name(f"{message.name}.taken-{os.getpid()}")
            try:
                message.rename(taken)
            except FileNotFoundError:
                continue  # another worker was quicker
            payload = loads(taken.read_text())
            taken.unlink()
            return payload
        raise Empty

    def _size(self, queue: str) -> int:
        return len(self._messages(queue))

    def _purge(self, queue: str) -> int:
        messages = self._messages(queue)
        for message in messages:
            message.unlink(missing_ok=True)
        return len(messages)


class Transport(filesystem.Transport):
    Channel = Channel
    polling_interval = 0.25  # seconds between two looks into the folder

    def drain_events(self, connection: Any, timeout: float | None = None) -> None:
        """Wait for a message, but briefly: a worker that is told to stop notices between waits."""
        super().drain_events(connection, timeout=min(timeout or 0.5, 0.5))
