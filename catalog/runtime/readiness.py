"""Whether traffic should be sent here: the database answers, and we are not on the way out."""

import asyncio
import time
from collections.abc import Mapping

import asyncpg

from catalog.adapters.http.health import OK

_DATABASE_SECONDS = 1.5
_KEPT_SECONDS = 1.0
_BUSY_SECONDS = 3.0
"""How long a pool without a free connection is taken for busy after the last answer."""


class ServiceReadiness:
    """Looks at most once a second and once at a time, however many ask.

    The schema was complete when the service started, and migrations only add.
    """

    def __init__(self, pool: "asyncpg.Pool[asyncpg.Record]") -> None:
        self._pool = pool
        self._draining = False
        self._looking = asyncio.Lock()
        self._database = OK
        self._looked_at = self._answered_at = float("-inf")

    def drain(self) -> None:
        """Say no from now on."""
        self._draining = True

    async def check(self) -> Mapping[str, str]:
        """Map each component to `ok` or a word on what it lacks."""
        async with self._looking:
            if time.monotonic() >= self._looked_at + _KEPT_SECONDS:
                self._database = await self._look()
                self._looked_at = time.monotonic()
        return {"database": self._database, "process": "draining" if self._draining else OK}

    async def _look(self) -> str:
        """Ask the database. A pool whose connections are all at work is busy, not broken."""
        full = self._pool.get_size() == self._pool.get_max_size()
        busy = full and self._pool.get_idle_size() == 0
        if busy and time.monotonic() < self._answered_at + _BUSY_SECONDS:
            return OK
        try:
            async with asyncio.timeout(_DATABASE_SECONDS):
                await self._pool.fetchval("SELECT 1", timeout=_DATABASE_SECONDS)
        except (TimeoutError, OSError, asyncpg.PostgresError, asyncpg.InterfaceError):
            return "unavailable"
        self._answered_at = time.monotonic()
        return OK
