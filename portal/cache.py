"""The cache: Redis, and a table of the database while Redis is away.

Nothing in the cache must survive, but limits of sign-in and the codes of second factors that were
used live in it. So a Redis that does not answer is not a cache that is empty: the table takes its
place, and every limit holds. Pages and limits go on, a little slower, without a sign of it.
"""

from __future__ import annotations

import logging
import time
from collections.abc import Callable, Iterable
from threading import Lock
from typing import Any

from django.core.cache import caches
from django.core.cache.backends.base import DEFAULT_TIMEOUT
from django.core.cache.backends.redis import RedisCache
from redis import RedisError
from redis.backoff import NoBackoff
from redis.retry import Retry

logger = logging.getLogger(__name__)

ALIAS = "table"
"""Where the table stands in CACHES."""
QUIET_SECONDS = 30.0
"""How long a process leaves a Redis alone that did not answer."""
PATIENCE = 0.3
"""Seconds that a request waits for Redis at most."""
OPTIONS: dict[str, Any] = {"socket_connect_timeout": PATIENCE, "socket_timeout": PATIENCE}


class _Door:
    """Whether Redis is asked, for all threads of the process: of a server that is away, one
    request in QUIET_SECONDS learns whether it is back."""

    def __init__(self) -> None:
        self.lock = Lock()
        self.quiet_until: float | None = None

    def opens(self) -> bool:
        with self.lock:
            now = time.monotonic()
            if self.quiet_until is not None and now < self.quiet_until:
                return False
            if self.quiet_until is not None:
                self.quiet_until = now + QUIET_SECONDS  # this request tries for all others
            return True

    def shut(self, problem: Exception) -> None:
        with self.lock:
            first, self.quiet_until = self.quiet_until is None, time.monotonic() + QUIET_SECONDS
        if first:
            logger.warning("Redis is away, the cache is in the database: %s", problem)

    def open(self) -> None:
        if self.quiet_until is not None:
            with self.lock:
                self.quiet_until = None
            logger.warning("Redis is back, the cache is there again.")


_door = _Door()


class SteadyCache(RedisCache):
    """Django's cache in Redis, which never raises because Redis is away, full or read-only."""

    def __init__(self, server: str, params: dict[str, Any]) -> None:
        # The library itself would try again for seconds.
        options = OPTIONS | {"retry": Retry(NoBackoff(), 0)} | params.get("OPTIONS", {})
        super().__init__(server, params | {"OPTIONS": options})

    def _ask(self, name: str, redis: Callable[..., Any], *args: Any, **kwargs: Any) -> Any:
        if _door.opens():
            try:
                found = redis(*args, **kwargs)
            except (RedisError, OSError) as problem:
                _door.shut(problem)
            else:
                _door.open()
                return found
        return getattr(caches[ALIAS], name)(*args, **kwargs)

    def add(
        self, key: str, value: Any, timeout: Any = DEFAULT_TIMEOUT, version: int | None = None
    ) -> bool:
        return bool(self._ask("add", super().add, key, value, timeout, version))

    def get(self, key: str, default: Any = None, version: int | None = None) -> Any:
        return self._ask("get", super().get, key, default, version)

    def set(
        self, key: str, value: Any, timeout: Any = DEFAULT_TIMEOUT, version: int | None = None
    ) -> None:
        self._ask("set", super().set, key, value, timeout, version)

    def touch(self, key: str, timeout: Any = DEFAULT_TIMEOUT, version: int | None = None) -> bool:
        return bool(self._ask("touch", super().touch, key, timeout, version))

    def delete(self, key: str, version: int | None = None) -> bool:
        return bool(self._ask("delete", super().delete, key, version))

    def get_many(self, keys: Iterable[str], version: int | None = None) -> dict[str, Any]:
        return dict(self._ask("get_many", super().get_many, list(keys), version))

    def has_key(self, key: str, version: int | None = None) -> bool:
        return bool(self._ask("has_key", super().has_key, key, version))

    def incr(self, key: str, delta: int = 1, version: int | None = None) -> int:
        return int(self._ask("incr", super().incr, key, delta, version))

    def set_many(
        self, data: dict[str, Any], timeout: Any = DEFAULT_TIMEOUT, version: int | None = None
    ) -> list[str]:
        return list(self._ask("set_many", super().set_many, data, timeout, version))

    def delete_many(self, keys: Iterable[str], version: int | None = None) -> None:
        self._ask("delete_many", super().delete_many, list(keys), version)

    def clear(self) -> bool:
        return bool(self._ask("clear", super().clear))
