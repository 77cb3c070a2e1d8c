"""A mail server that answers as it is told: yes, later, never, slowly, or not at all.

What it does with a mail is a matter of the recipient's domain (`SCRIPT`). It says yes in two
steps, because that is where a mail may be doubled: first it keeps the mail, then it answers, and
in between it may drop the connection, or somebody may kill the sender.
"""

from __future__ import annotations

import asyncio
import contextlib
import hashlib
import json
import threading
import time
from collections.abc import Awaitable, Callable, Coroutine
from dataclasses import asdict, dataclass, field
from email import message_from_bytes, policy
from pathlib import Path

SCRIPT = {
    "later": "451 on the first try, then yes",
    "never": "550, always",
    "slow": "yes after half a second",
    "dropped": "the first time the connection is dropped after DATA, when the mail is kept",
}
SLOW_SECONDS = 0.4


def part_of(address: str) -> str:
    """What the script says of an address: a key of `SCRIPT`, or ""."""
    name = address.rpartition("@")[2].partition(".")[0]
    return name if name in SCRIPT else ""


@dataclass
class Delivery:
    """A mail that was kept; `answered` is when the sender was told so, None when it never was."""

    message_id: str
    address: str
    begun: float
    kept: float
    print: str
    answered: float | None = None


@dataclass
class Session:
    """One connection, and the sender's port."""

    port: int
    writer: asyncio.StreamWriter


@dataclass
class Sink:
    """Listens on 127.0.0.1 from `start` on, in a thread of its own, and keeps a record."""

    port: int
    record: Path
    kept: list[Delivery] = field(default_factory=list)
    refused: dict[str, int] = field(default_factory=dict)
    dropped: int = 0
    mute: bool = False

    def __post_init__(self) -> None:
        self.sessions: dict[int, Session] = {}
        self.seen: set[str] = set()
        self.on_kept: Callable[[int], None] | None = None
        self.loop = asyncio.new_event_loop()
        self.thread = threading.Thread(target=self.loop.run_forever, daemon=True, name="sink")
        self.server: asyncio.Server | None = None
        self.file = self.record.open("a")

    # ---- from outside --------------------------------------------------------------------------

    def start(self) -> None:
        self.thread.start()
        self._do(self._listen())

    def stop(self) -> None:
        """Nobody listens any more, and every connection is cut where it stands."""
        self._do(self._stop())

    def start_again(self) -> None:
        self.mute = False
        self._do(self._listen())

    def close(self) -> None:
        """Ends it for good."""
        self._do(self._stop())
        self.loop.call_soon_threadsafe(self.loop.stop)
        self.thread.join(5)
        self.loop.close()
        self.file.close()

    def cut(self) -> None:
        """Every connection is cut where it stands."""
        self._do(self._cut())

    def _do(self, work: Coroutine[None, None, None]) -> None:
        asyncio.run_coroutine_threadsafe(work, self.loop).result(10)

    # ---- in the thread -------------------------------------------------------------------------

    async def _listen(self) -> None:
        self.server = await asyncio.start_server(
            self._serve, "127.0.0.1", self.port, limit=1 << 22, reuse_address=True
        )

    async def _stop(self) -> None:
        if self.server is not None:
            self.server.close()
            self.server = None
        await self._cut()

    async def _cut(self) -> None:
        for session in list(self.sessions.values()):
            session.writer.transport.abort()

    async def _serve(self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        session = Session(writer.get_extra_info("peername")[1], writer)
        self.sessions[session.port] = session
        try:
            if self.mute:
                await reader.read()  # says nothing until the other side gives up
            else:
                await self._talk(session, reader)
        except (ConnectionError, asyncio.IncompleteReadError, asyncio.LimitOverrunError):
            pass
        finally:
            self.sessions.pop(session.port, None)
            writer.transport.abort()

    async def _talk(self, session: Session, reader: asyncio.StreamReader) -> None:
        answer = self._answer(session)
        await answer("220 sink")
        address, begun = "", 0.0
        while line := await reader.readline():
            word = line.decode("latin-1").strip()
            verb = word[:4].upper()
            if verb in ("EHLO", "HELO"):
                await answer("250 sink")
            elif verb == "MAIL":
                begun = time.time()
                await answer("250 go on")
            elif verb == "RCPT":
                address = word.partition("<")[2].partition(">")[0].lower()
                if part_of(address) == "never":
                    self._refuse("550")
                    await answer("550 5.1.1 nobody of that name")
                else:
                    await answer("250 go on")
            elif verb == "DATA":
                await answer("354 go on")
                content = await reader.readuntil(b"\r\n.\r\n")
                if not await self._take(session, address, begun, content[:-5]):
                    return
            elif verb == "QUIT":
                await answer("221 bye")
                return
            else:
                await answer("250 go on")

    def _answer(self, session: Session) -> Callable[[str], Awaitable[None]]:
        async def answer(text: str) -> None:
            session.writer.write(f"{text}\r\n".encode())
            await session.writer.drain()

        return answer

    async def _take(self, session: Session, address: str, begun: float, content: bytes) -> bool:
        """Keeps or puts off one mail; False when the connection is to be dropped."""
        answer, part = self._answer(session), part_of(address)
        message = message_from_bytes(content, policy=policy.default)
        message_id = str(message["Message-ID"])
        first = message_id not in self.seen
        self.seen.add(message_id)
        if part == "later" and first:
            self._refuse("451")
            await answer("451 4.7.1 come back later")
            return True
        text = message.get_body(("plain",))
        words = f"{address}\n{message['Subject']}\n{text.get_content() if text else ''}"
        printed = hashlib.sha256(words.encode()).hexdigest()[:16]
        delivery = Delivery(message_id, address, begun, time.time(), printed)
        self.kept.append(delivery)
        if self.on_kept is not None:
            self.on_kept(session.port)
        if part == "dropped" and first:
            self.dropped += 1
            self._write(delivery)
            return False
        if part == "slow":
            await asyncio.sleep(SLOW_SECONDS)
        with contextlib.suppress(ConnectionError):
            await answer("250 kept")
            if not session.writer.transport.is_closing():
                delivery.answered = time.time()
        self._write(delivery)
        return True

    def _refuse(self, code: str) -> None:
        self.refused[code] = self.refused.get(code, 0) + 1

    def _write(self, delivery: Delivery) -> None:
        self.file.write(json.dumps(asdict(delivery)) + "\n")
        self.file.flush()
